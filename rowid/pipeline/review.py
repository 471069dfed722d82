"""Questions about a source and a recipe that write nothing: is it a key, which rows repeat, do the IDs still hold."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.checks import Limits
from rowid.digest import SIZE
from rowid.engine import HashingEngine, require_columns
from rowid.errors import DataError
from rowid.model import DuplicateGroup, KeyVerdict, Verification
from rowid.pipeline.batches import Pass, ProgressCallback, engine_for, without
from rowid.pipeline.confirmation import Wanted
from rowid.pipeline.run import with_ids
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.stream import characters, decoded, taken

_NAMED = 10  # mismatched rows that a verification names
_SHOWN = 5  # rows of a duplicate group that are shown


def judge(
    source: Source,
    recipe: Recipe,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> KeyVerdict:
    """Whether the recipe's key is unique on all rows of the source; its policies are not applied, a null is a value."""
    with engine_for(source, _lenient(recipe), limits=limits) as engine:
        rows = Pass(source, engine, should_stop)
        for _ in rows:
            if progress:
                progress(rows.progress("judge"))
        unique = engine.uniqueness
        return KeyVerdict(
            tuple(recipe.columns), rows.rows, unique.distinct, unique.groups, unique.largest, engine.rows_with_null
        )


def duplicate_groups(
    source: Source, recipe: Recipe, *, limit: int = 20, limits: Limits | None = None
) -> tuple[DuplicateGroup, ...]:
    """The largest groups of rows that the recipe's key does not tell apart, largest first; two passes."""
    with engine_for(source, _lenient(recipe), limits=limits) as counting:
        for _ in Pass(source, counting):
            pass
        return collect_groups(source, recipe, counting.uniqueness.largest_groups(limit))


def collect_groups(
    source: Source,
    recipe: Recipe,
    sizes: Mapping[bytes, int],
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[DuplicateGroup, ...]:
    """The groups of rows with these digests, whose sizes are known; in one pass, in their order."""
    groups = {one: _Group(size) for one, size in sizes.items()}
    wanted = Wanted(np.frombuffer(b"".join(groups), np.uint8).reshape(-1, SIZE))
    engine = HashingEngine(_lenient(recipe), counts=False)
    again = Pass(source, engine, should_stop)
    for batch, hashed in again:
        members: dict[bytes, list[int]] = {}
        for at, one in wanted.positions(hashed.digests):
            members.setdefault(one, []).append(at)
        for one, positions in members.items():
            messages = engine.hasher.messages(batch, np.array(positions))
            rows = decoded(taken(batch, positions))
            groups[one].add(again.rows - batch.num_rows + 1, positions, rows, messages)
        if progress:
            progress(again.progress("groups"))
    return tuple(group.done() for group in groups.values())


def verify(
    source: Source, recipe: Recipe, *, progress: ProgressCallback | None = None, limits: Limits | None = None
) -> Verification:
    """Recomputes the IDs of a source that has an ID column, and compares.

    Raises ColumnError if the ID column is not there.
    """
    with engine_for(source, recipe, limits=limits, progress=progress) as engine:
        return _verified(Pass(source, engine), recipe, progress)


def _verified(rows: Pass, recipe: Recipe, progress: ProgressCallback | None) -> Verification:
    mismatched = 0
    first: list[int] = []
    for batch, hashed in rows:
        require_columns(batch.schema.names, [recipe.id_column])
        there = _as_written(characters(batch.column(recipe.id_column)), recipe.form)
        same = pc.fill_null(pc.equal(there, _as_written(hashed.ids, recipe.form)), False)
        both_null = pc.and_(pc.is_null(there), pc.is_null(hashed.ids))
        bad = pc.indices_nonzero(pc.invert(pc.or_(same, both_null))).to_pylist()
        mismatched += len(bad)
        first += [rows.rows - batch.num_rows + 1 + at for at in bad[: _NAMED - len(first)]]
        if progress:
            progress(rows.progress("verify"))
    return Verification(rows.rows, mismatched, tuple(first), recipe.fingerprint)


def preview(source: Source, recipe: Recipe, *, rows: int = 10) -> pa.Table:
    """The first rows with their IDs, an existing ID column replaced; reads no further than it must."""
    first = Pass(source, HashingEngine(_lenient(recipe), counts=False), rows_at_a_time=rows)
    batches: list[pa.RecordBatch] = []
    for batch, hashed in first:
        batches.append(decoded(with_ids(batch, hashed.ids, recipe.id_column, replace=True)))
        if first.rows >= rows:
            break
    return pa.Table.from_batches(batches).slice(0, rows)


class _Group:
    """A group of equal rows as it is collected, batch by batch."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[int] = []
        self._sample: list[pa.RecordBatch] = []
        self._differing: dict[str, None] = {}
        self._message: bytes | None = None
        self._collisions = 0

    def add(self, first_row: int, positions: list[int], rows: pa.RecordBatch, messages: list[bytes]) -> None:
        self._message = messages[0] if self._message is None else self._message
        self._collisions += sum(message != self._message for message in messages)
        missing = _SHOWN - len(self._rows)
        self._rows += [first_row + at for at in positions[:missing]]
        self._sample += [rows.slice(0, missing)] if missing else []
        for name, one, others in zip(rows.schema.names, self._sample[0].columns, rows.columns, strict=True):
            if name not in self._differing and not _all_equal(pa.concat_arrays([one.slice(0, 1), others])):
                self._differing[name] = None

    def done(self) -> DuplicateGroup:
        sample = pa.Table.from_batches(self._sample)
        return DuplicateGroup(self._size, tuple(self._rows), tuple(self._differing), sample, self._collisions)


def _all_equal(array: pa.Array) -> bool:
    if pa.types.is_nested(array.type) or isinstance(array.type, pa.BaseExtensionType):
        return all(array[0].equals(array[at]) for at in range(1, len(array)))
    return len(array.unique()) <= 1


def _lenient(recipe: Recipe) -> Recipe:
    """The recipe without policies that would stop at, or pass over, what is to be counted."""
    return without(recipe, "nulls", "duplicates")


def _as_written(ids: pa.Array, form: str) -> pa.Array:
    """IDs in the type in which they can be compared: a CSV file holds binary as hexadecimal text."""
    if form == "int64":
        return _cast(ids, pa.int64())
    if form == "binary" and pa.types.is_fixed_size_binary(ids.type):
        return pa.array([None if one is None else one.hex() for one in ids.to_pylist()], pa.string())
    return _cast(ids, pa.string())


def _cast(ids: pa.Array, type_: pa.DataType) -> pa.Array:
    try:
        return ids.cast(type_)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(f"the ID column holds {ids.type}, not IDs of the recipe's form") from None
