"""What changed between two states of a table: every row of both sides by its ID, in bounded memory.

The first pass over each side digests every row's key and content and brings equal keys together; where rows differ, a
second pass fetches them (``rowid.pipeline.differences``).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from rowid import canonical
from rowid.checks import KeyedRows, Limits, Matches, matched
from rowid.engine import HashingEngine, require_columns
from rowid.errors import CanonicalError, ColumnError
from rowid.model import TableDiff
from rowid.pipeline.batches import Pass, ProgressCallback, without
from rowid.pipeline.coding import Watch
from rowid.pipeline.counting import free_name
from rowid.pipeline.differences import Differences, fetched
from rowid.pipeline.portions import CHANGED, GONE, NEW, STATUSES
from rowid.ports import Sink, Source
from rowid.recipe import Recipe
from rowid.stream import value_type

_HINT = "Mend the values, or leave the column out with exclude."


def diff(
    before: Source,
    after: Source,
    recipe: Recipe,
    *,
    exclude: Sequence[str] = (),
    sink: Sink | None = None,
    first: int = 20,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> TableDiff:
    """Compares two states of a table by the IDs that ``recipe`` gives their rows.

    The content of a row is the canonical texts of the columns that are not in the key, are on both sides, and are
    neither the ID column nor in ``exclude``. The recipe's policies stop at nothing here: a null is a value, and
    repeated rows are counted. Every difference goes to ``sink``, if there is one: the rows that are gone, in their
    order, then the others in the order of ``after``. The ``first`` ones are in the answer.

    Raises:
        ColumnError: a key column or an excluded one is not there.
        CanonicalError: values of a key column, or of a compared one, have no canonical text.
        SourceError: a side did not give the same rows in both passes.
        ScratchError: there is no room for what memory cannot hold.
    """
    plain = Recipe.from_dict({**without(recipe, "duplicates", "nulls").to_dict(), "form": "binary"})
    watch = Watch(progress, should_stop)
    columns = _columns(before, after, recipe, exclude)
    limits = limits or Limits()
    with closing(Differences(limits)) as differences:
        with KeyedRows(limits) as earlier, KeyedRows(limits) as later:
            _collect(before, plain, columns.compared, earlier, watch)
            _collect(after, plain, columns.compared, later, watch)
            counts = _counted(matched(earlier, later), differences)
            rows = (earlier.rows, later.rows)
        found = TableDiff(
            (before.name, after.name), rows, **counts, key=tuple(recipe.columns), compared=columns.compared,
            columns_gone=columns.gone, columns_new=columns.new, left_out=columns.left_out,
            recipe_fingerprint=recipe.fingerprint,
        )  # fmt: skip
        if not len(differences) and sink is None:
            return found
        changed, shown = fetched(
            (before, after), recipe, found, differences, sink=sink, first=first, watch=watch, limits=limits
        )
    return replace(found, changed_columns=changed, first=shown)


@dataclass(frozen=True, slots=True)
class _Columns:
    compared: tuple[str, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    left_out: tuple[str, ...]


def _columns(before: Source, after: Source, recipe: Recipe, exclude: Sequence[str]) -> _Columns:
    """Which columns make the content, which are on one side alone, and which are left out."""
    schemas = [_schema(before), _schema(after)]
    for schema in schemas:
        require_columns(schema.names, recipe.columns)
    for name in exclude:
        require_columns([*dict.fromkeys([*schemas[0].names, *schemas[1].names])], [name])
    aside = {*recipe.columns, recipe.id_column, *exclude}
    names = [[name for name in dict.fromkeys(schema.names) if name not in aside] for schema in schemas]
    left_out: dict[str, str] = dict.fromkeys(exclude, "it was excluded")
    for schema in schemas:
        left_out |= {name: why for name in schema.names if name not in aside and (why := _unfit(schema, name))}
    both = sorted({*names[0]} & {*names[1]} - {*left_out})
    return _Columns(
        tuple(both),
        tuple(name for name in names[0] if name not in names[1]),
        tuple(name for name in names[1] if name not in names[0]),
        tuple(f"{name}: {why}" for name, why in left_out.items()),
    )


def _schema(source: Source) -> pa.Schema:
    source.info()  # which may read the source once, and remembers
    with source.open() as reader:
        return reader.schema


def _unfit(schema: pa.Schema, name: str) -> str:
    """Why a column cannot be compared; empty if it can."""
    if schema.names.count(name) > 1:
        return "two columns have this name"
    type_ = value_type(schema.field(name).type)
    try:
        canonical.texts(pa.nulls(0, type_), column=name)
    except ColumnError:
        return f"its type {type_} has no canonical text"
    return ""


def _collect(source: Source, recipe: Recipe, compared: Sequence[str], into: KeyedRows, watch: Watch) -> None:
    """Digests key and content of all rows of a side."""
    with (
        HashingEngine(recipe, counts=False) as keys,
        HashingEngine(
            Recipe(compared or recipe.columns, form="binary", id_column=free_name([*compared, *recipe.columns])),
            counts=False,
        ) as contents,
    ):
        rows = Pass(source, keys)
        contents.hasher.expect(rows.rows_total)
        for batch, hashed in rows:
            into.add(hashed.digests, _content(contents, batch) if compared else np.zeros_like(hashed.digests))
            watch.rows(rows.rows, rows.rows_total, "compare")


def _content(engine: HashingEngine, batch: pa.RecordBatch) -> np.ndarray:
    try:
        return engine.hashed(batch).digests
    except CanonicalError as error:
        error.hint = _HINT
        raise


def _counted(parts: Iterator[Matches], differences: Differences) -> dict[str, Any]:
    """The counts of all parts; which rows differ goes to the differences."""
    unchanged, repeated = 0, np.zeros(2, np.int64)
    for part in parts:
        differences.add(part.different)
        unchanged += part.unchanged
        repeated += part.repeated
    before, after = differences.unclear_rows.tolist()
    return {
        **{STATUSES[one]: differences.count(one) for one in (NEW, GONE, CHANGED)},
        "unclear": (before, after),
        "unchanged": unchanged,
        "differences": len(differences),
        "repeated": (int(repeated[0]), int(repeated[1])),
    }
