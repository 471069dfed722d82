"""Differences as rows of a table: what stands in its columns, and how a reader sees a row of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical
from rowid.digest import ID_TYPES
from rowid.engine import HashingEngine
from rowid.model import RowChange, ValueChange
from rowid.pipeline.counting import free_name
from rowid.recipe import Recipe
from rowid.stream import TextType, value_type, values

STATUSES = ("new", "gone", "changed", "unclear")
NEW, GONE, CHANGED, UNCLEAR = range(len(STATUSES))

_TEXT = pa.large_string()


class Layout:
    """The columns of a table of differences.

    ``status``, the ID, the key columns, ``changed`` (the names of the columns that differ, with commas between, one
    with a comma in double quotes), ``rows_before`` and ``rows_after`` (how many have the ID), then for each compared
    column its values, ``before_NAME`` and ``after_NAME``, where they changed or the row is on one side alone. A name
    that is taken gets a ``_`` behind.

    ``read`` are the columns that are needed of either side, ``earlier`` the schema of the compared ones before.
    """

    def __init__(self, recipe: Recipe, compared: Sequence[str], before: pa.Schema, after: pa.Schema) -> None:
        self.compared = tuple(compared)
        self.read = [*recipe.columns, *compared]
        self._before, self._after = _plain_types(before, self.read), _plain_types(after, self.read)
        self.earlier = pa.schema([(name, self._before[name]) for name in compared])
        self.key = tuple(recipe.columns)
        key = [self._before[n] if self._before[n] == self._after[n] else _TEXT for n in self.key]
        head = [("status", pa.string()), (recipe.id_column, ID_TYPES[recipe.form]), *zip(self.key, key, strict=True)]
        head += [("changed", pa.string()), ("rows_before", pa.int64()), ("rows_after", pa.int64())]
        for name in compared:
            head += [(f"before_{name}", self._before[name]), (f"after_{name}", self._after[name])]
        self.schema = pa.schema(_unique(head, slice(1, 2 + len(self.key))))
        self._engines = {
            name: HashingEngine(Recipe([name], form="binary", id_column=free_name([name])), counts=False)
            for name in compared
        }

    def of_before(self, statuses: np.ndarray, ids: pa.Array, counts: np.ndarray, rows: pa.RecordBatch) -> "Portion":
        """Differences without a row on the later side, with their ``rows`` before."""
        every, gone = np.arange(len(ids)), statuses == GONE
        pairs = {
            name: (_masked(rows.column(name), every, gone), pa.nulls(len(ids), self._after[name]))
            for name in self.compared
        }
        nothing = np.zeros((len(ids), len(self.compared)), bool)
        return Portion(self.schema, statuses, ids, self._key(rows), counts, nothing, self.compared, pairs)

    def of_after(
        self, statuses: np.ndarray, ids: pa.Array, counts: np.ndarray, rows: pa.RecordBatch, before: pa.Table
    ) -> "Portion":
        """Differences with their ``rows`` after, and what stood ``before`` in those that changed."""
        every, new = np.arange(len(ids)), statuses == NEW
        both = np.flatnonzero(statuses == CHANGED)
        place = np.zeros(len(ids), np.int64)
        place[both] = np.arange(len(both))
        changed = np.zeros((len(ids), len(self.compared)), bool)
        pairs = {}
        for at, name in enumerate(self.compared):
            old, now = _one(before.column(name)), rows.column(name)
            changed[both, at] = self._differs(name, old, now.take(pa.array(both)))
            pairs[name] = (_masked(old, place, changed[:, at]), _masked(now, every, changed[:, at] | new))
        return Portion(self.schema, statuses, ids, self._key(rows), counts, changed, self.compared, pairs)

    def _key(self, rows: pa.RecordBatch) -> tuple[pa.Array, ...]:
        types = [self.schema.field(2 + at).type for at in range(len(self.key))]
        return tuple(_as(rows.column(name), type_) for name, type_ in zip(self.key, types, strict=True))

    def _differs(self, name: str, before: pa.Array, after: pa.Array) -> np.ndarray:
        engine = self._engines[name]
        one, other = (engine.hashed(pa.record_batch([side], [name])).digests for side in (before, after))
        return (one != other).any(axis=1)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some differences: ``changed`` (n, columns) says which compared columns differ, ``pairs`` holds their values.

    ``statuses`` (uint8) are positions in ``STATUSES``.
    """

    schema: pa.Schema
    statuses: np.ndarray
    ids: pa.Array
    key: tuple[pa.Array, ...]
    counts: np.ndarray
    changed: np.ndarray
    compared: tuple[str, ...]
    pairs: Mapping[str, tuple[pa.Array, pa.Array]] = field(repr=False)

    def touched(self) -> dict[str, int]:
        """In how many rows each column changed, where it did."""
        sums = self.changed.sum(axis=0).tolist()
        return {name: number for name, number in zip(self.compared, sums, strict=True) if number}

    def batch(self) -> pa.RecordBatch:
        """The differences as rows of the table."""
        flat = [array for pair in self.pairs.values() for array in pair]
        counts = [pa.array(self.counts[:, side], pa.int64()) for side in (0, 1)]
        statuses = pa.array(STATUSES, pa.string()).take(pa.array(self.statuses))
        head = [statuses, self.ids, *self.key, self._changed_names(), *counts]
        return pa.RecordBatch.from_arrays([*head, *flat], schema=self.schema)

    def slice(self, at: int, rows: int) -> "Portion":
        """Some of them."""
        return replace(
            self,
            statuses=self.statuses[at : at + rows],
            ids=self.ids.slice(at, rows),
            key=tuple(one.slice(at, rows) for one in self.key),
            counts=self.counts[at : at + rows],
            changed=self.changed[at : at + rows],
            pairs={name: (old.slice(at, rows), now.slice(at, rows)) for name, (old, now) in self.pairs.items()},
        )

    def rows(self) -> Iterator[RowChange]:
        """The differences as nouns, with texts."""
        key = [canonical.texts(one, column="key").to_pylist() for one in self.key]
        texts = {
            name: [canonical.texts(side, column=name).to_pylist() for side in pair] for name, pair in self.pairs.items()
        }
        ids = _id_texts(self.ids)
        for at, status in enumerate(self.statuses.tolist()):
            shown = [
                name for place, name in enumerate(self.compared) if status in (NEW, GONE) or self.changed[at, place]
            ]
            yield RowChange(
                STATUSES[status],
                ids[at],
                (int(self.counts[at, 0]), int(self.counts[at, 1])),
                tuple(column[at] for column in key),
                tuple(ValueChange(name, texts[name][0][at], texts[name][1][at]) for name in shown),
            )

    def _changed_names(self) -> pa.Array:
        """The names of the columns that changed, one text a row; there are few different ones."""
        if not self.compared or not len(self.changed):
            return pa.nulls(len(self.changed), pa.string())
        patterns, where = np.unique(np.packbits(self.changed, axis=1), axis=0, return_inverse=True)
        names = [f'"{n.replace(chr(34), chr(34) * 2)}"' if set(n) & set(',"') else n for n in self.compared]
        listed = [
            ",".join(name for name, on in zip(names, np.unpackbits(one)[: len(names)], strict=True) if on) or None
            for one in patterns
        ]
        return pa.array(listed, pa.string()).take(pa.array(where.reshape(-1)))


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch in types that any sink and a temporary file take: values, without what only carries them."""
    arrays = [_plain_array(column) for column in batch.columns]
    return pa.record_batch(arrays, batch.schema.names)


def _plain_array(array: pa.Array) -> pa.Array:
    array = values(array)
    if pa.types.is_dictionary(array.type):
        return _plain_array(array.dictionary_decode())
    if pa.types.is_run_end_encoded(array.type):
        return _plain_array(pc.run_end_decode(array))
    if isinstance(array.type, TextType):
        return array.storage
    type_ = _plain_type(array.type)
    return array if array.type == type_ else array.cast(type_)


def _plain_type(type_: pa.DataType) -> pa.DataType:
    type_ = value_type(type_)
    if pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
        return _plain_type(type_.value_type)
    if isinstance(type_, TextType) or pa.types.is_string_view(type_):
        return _TEXT
    return pa.large_binary() if pa.types.is_binary_view(type_) else type_


def _plain_types(schema: pa.Schema, names: Sequence[str]) -> dict[str, pa.DataType]:
    return {name: _plain_type(schema.field(name).type) for name in names}


def _as(array: pa.Array, type_: pa.DataType) -> pa.Array:
    return array if array.type == type_ else canonical.texts(array, column="key")


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
    return column


def _masked(array: pa.Array, places: np.ndarray, shown: np.ndarray) -> pa.Array:
    """The values at some places, null where they are not to be shown."""
    return array.take(pa.array(places, pa.int64(), mask=~shown))


def _unique(fields: Sequence[tuple[str, pa.DataType]], kept: slice) -> list[tuple[str, pa.DataType]]:
    """The fields, with ``_`` behind each name that is taken; the ``kept`` ones, which differ, have theirs first."""
    used, named = {name for name, _ in fields[kept]}, []
    for at, (name, type_) in enumerate(fields):
        free = name
        while free in used and not kept.start <= at < kept.stop:
            free += "_"
        used.add(free)
        named.append((free, type_))
    return named


def _id_texts(ids: pa.Array) -> list[str | None]:
    return [one.hex() if isinstance(one, bytes) else None if one is None else str(one) for one in ids.to_pylist()]
