"""The rows that differ, fetched from both sides in a second pass: as a table for a sink, and the first for a reader.

Rows that are gone are given as the earlier side is read. Those that changed wait for their successors and are given,
with new and unclear ones, in the order of the later side.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowid.checks import Limits
from rowid.engine import HashingEngine
from rowid.errors import SourceError
from rowid.model import RowChange, TableDiff
from rowid.pipeline.batches import MOST_ROWS, take_back, without
from rowid.pipeline.coding import Watch
from rowid.pipeline.portions import CHANGED, GONE, NEW, STATUSES, UNCLEAR, Layout, Portion, plain
from rowid.pipeline.waiting import Waiting
from rowid.ports import Load, Sink, Source
from rowid.recipe import Recipe
from rowid.stream import taken

_BEFORE, _AFTER, _COUNTS, _MARK, _WORDS = 0, 1, slice(2, 4), 4, 5
_STATUS = {(0, 1): NEW, (1, 0): GONE, (1, 1): CHANGED}
_FOUND = pa.schema([("found", pa.list_(pa.int64(), _WORDS))])


class Differences:
    """The keys that are not the same on both sides; what memory has no room for waits in temporary files."""

    def __init__(self, limits: Limits) -> None:
        self._sides = (Waiting(_FOUND, limits), Waiting(_FOUND, limits))
        self._counts = np.zeros(len(STATUSES), np.int64)
        self.unclear_rows = np.zeros(2, np.int64)
        """How many rows, before and after, have keys of which nobody can say what became of them."""

    def add(self, found: np.ndarray) -> None:
        """Takes some more, as ``rowid.checks.Matches.different``."""
        status = statuses(found)
        self._counts += np.bincount(status, minlength=len(STATUSES))
        self.unclear_rows += found[status == UNCLEAR, _COUNTS].sum(axis=0)
        for side, waiting in enumerate(self._sides):
            here = found[found[:, side] >= 0]
            words = pa.FixedSizeListArray.from_arrays(pa.array(here.reshape(-1)), _WORDS)
            waiting.put(here[:, side], pa.record_batch([words], schema=_FOUND))

    def __len__(self) -> int:
        return int(self._counts.sum())

    def count(self, status: int) -> int:
        """How many keys have a status."""
        return int(self._counts[status])

    def rows_on(self, side: int) -> int:
        """How many have a row on a side (0: before, 1: after)."""
        return self._sides[side].rows

    def on(self, side: int, begin: int, end: int) -> np.ndarray:
        """Those whose row on a side is one of these, in the order of the rows, which are asked for in their order."""
        found = self._sides[side].taken(begin, end).column(0).combine_chunks()
        return found.flatten().to_numpy().reshape(-1, _WORDS)

    def close(self) -> None:
        """Gives memory and disk back."""
        for waiting in self._sides:
            waiting.close()


def statuses(found: np.ndarray) -> np.ndarray:
    """Of differences, as ``rowid.checks.Matches.different``: whether each is NEW, GONE, CHANGED or UNCLEAR (uint8)."""
    before, after = found[:, _COUNTS].T
    status = np.full(len(found), UNCLEAR, np.uint8)
    for (one, other), name in _STATUS.items():
        status[(before == one) & (after == other)] = name
    return status


def fetched(
    sources: tuple[Source, Source],
    recipe: Recipe,
    diff: TableDiff,
    differences: Differences,
    *,
    sink: Sink | None,
    first: int,
    watch: Watch,
    limits: Limits,
) -> tuple[Mapping[str, int], tuple[RowChange, ...]]:
    """Fetches the rows and gives them to the sink; returns how often each column changed, and the first differences."""
    both = _Both(sources, recipe, diff, differences, watch=watch, limits=limits)
    load: Load | None = None
    shown: list[RowChange] = []
    changed: Counter[str] = Counter()
    try:
        load = sink.begin(both.layout.schema, {}) if sink else None
        with closing(both.portions()) as portions:
            for portion in portions:
                changed.update(portion.touched())
                shown += portion.slice(0, first - len(shown)).rows() if len(shown) < first else ()
                if load:
                    load.write(portion.batch())
        if load:
            load.commit()
    except BaseException as error:
        if sink and load:
            take_back(load, sink.name, error)
        raise
    return dict(changed.most_common()), tuple(shown)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one side that were asked for: what was found of them, their IDs, and their columns in plain types.

    They are those that differ of the rows from ``begin`` to before ``end``.
    """

    begin: int
    end: int
    found: np.ndarray
    statuses: np.ndarray
    ids: pa.Array
    columns: pa.RecordBatch


class _Both:
    """Both sides, and what is to be fetched from them."""

    def __init__(
        self,
        sources: tuple[Source, Source],
        recipe: Recipe,
        diff: TableDiff,
        differences: Differences,
        *,
        watch: Watch,
        limits: Limits,
    ) -> None:
        self._sources, self._diff, self._watch, self._limits = sources, diff, watch, limits
        nulls = () if recipe.nulls == "null" else ("nulls",)
        self._recipe = without(recipe, "duplicates", *nulls)
        self._differences = differences
        schemas = []
        for source in self._sources:
            with closing(source.open()) as reader:
                schemas.append(reader.schema)
        self.layout = Layout(recipe, diff.compared, *schemas)

    def portions(self) -> Generator[Portion, None, None]:
        """All differences, in their order."""
        with Waiting(self.layout.earlier, self._limits) as waiting:
            yield from self._gone(waiting)
            yield from self._others(waiting)

    def _gone(self, waiting: Waiting) -> Iterator[Portion]:
        """Those without a row on the later side; the changed ones wait for the row that each became."""
        for rows in self._fetch(_BEFORE):
            changed = np.flatnonzero(rows.statuses == CHANGED)
            compared = rows.columns.select(self.layout.earlier.names)
            waiting.put(rows.found[changed, _AFTER], taken(compared, changed))
            alone = np.flatnonzero(rows.found[:, _AFTER] < 0)
            if alone.size:
                yield self.layout.of_before(
                    rows.statuses[alone],
                    rows.ids.take(pa.array(alone)),
                    rows.found[alone, _COUNTS],
                    taken(rows.columns, alone),
                )

    def _others(self, waiting: Waiting) -> Iterator[Portion]:
        for rows in self._fetch(_AFTER):
            earlier = waiting.taken(rows.begin, rows.end)
            yield self.layout.of_after(rows.statuses, rows.ids, rows.found[:, _COUNTS], rows.columns, earlier)

    def _fetch(self, side: int) -> Iterator[_Rows]:
        """The rows of a side that differ, slice by slice of its source."""
        at, total = 0, self._diff.rows[side]
        with HashingEngine(self._recipe, counts=False) as engine, closing(self._sources[side].open()) as reader:
            engine.hasher.expect(self._differences.rows_on(side))
            for batch in _slices(reader):
                self._watch.rows(at, total, "fetch")
                found = self._differences.on(side, at, at + batch.num_rows)
                if len(found):
                    rows = taken(batch.select(self.layout.read), found[:, side] - at)
                    hashed = engine.hashed(rows)
                    if (np.ascontiguousarray(hashed.digests).view(np.int64)[:, 0] != found[:, _MARK]).any():
                        raise self._unsteady(side)
                    yield _Rows(at, at + batch.num_rows, found, statuses(found), hashed.ids, plain(rows))
                at += batch.num_rows
        if at != total:
            raise self._unsteady(side)

    def _unsteady(self, side: int) -> SourceError:
        return SourceError(
            "it did not give the same rows, in the same order, when it was read again",
            where=self._sources[side].name,
            hint="Run again when it does not change; order a query by its key.",
        )


def _slices(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        for at in range(0, batch.num_rows, MOST_ROWS):
            yield batch.slice(at, MOST_ROWS)
