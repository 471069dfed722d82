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
from rowid.pipeline.batches import MOST_ROWS, without
from rowid.pipeline.coding import Watch
from rowid.pipeline.portions import CHANGED, GONE, NEW, UNCLEAR, Layout, Portion, plain
from rowid.pipeline.waiting import Waiting
from rowid.ports import Load, Sink, Source
from rowid.recipe import Recipe
from rowid.stream import taken

_BEFORE, _AFTER, _COUNTS, _MARK = 0, 1, slice(2, 4), 4
_STATUS = {(0, 1): NEW, (1, 0): GONE, (1, 1): CHANGED}


class Differences:
    """The keys that are not the same on both sides.

    ``found`` is as ``rowid.checks.Matches.different``; ``status`` (uint8) is of each NEW, GONE, CHANGED or UNCLEAR.
    """

    def __init__(self, found: np.ndarray) -> None:
        self.found = found
        before, after = found[:, _COUNTS].T
        self.status = np.full(len(found), UNCLEAR, np.uint8)
        for (one, other), status in _STATUS.items():
            self.status[(before == one) & (after == other)] = status

    def __len__(self) -> int:
        return len(self.found)

    def count(self, status: int) -> int:
        """How many keys have a status."""
        return int(np.count_nonzero(self.status == status))

    def unclear_rows(self) -> tuple[int, int]:
        """How many rows, before and after, have keys of which nobody can say what became of them."""
        before, after = self.found[self.status == UNCLEAR, _COUNTS].sum(axis=0).tolist()
        return before, after

    def on(self, side: int) -> "Differences":
        """Those that have a row on a side (0: before, 1: after), in the order of these rows."""
        here = self.found[self.found[:, side] >= 0]
        return Differences(here[np.argsort(here[:, side])])


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
    except BaseException:
        if load:
            load.abort()
        raise
    return dict(changed.most_common()), tuple(shown)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one side that were asked for: which of them, their IDs, and their columns as plain Arrow types."""

    which: slice
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
        self._sides = (differences.on(_BEFORE), differences.on(_AFTER))
        schemas = []
        for source in self._sources:
            with closing(source.open()) as reader:
                schemas.append(reader.schema)
        self.layout = Layout(recipe, diff.compared, *schemas)

    def portions(self) -> Generator[Portion, None, None]:
        """All differences, in their order."""
        changed = self._sides[_AFTER].status == CHANGED
        position = np.cumsum(changed) - 1  # of the changed ones, in the order of the later side
        with closing(Waiting(self.layout.earlier, int(changed.sum()), self._limits)) as waiting:
            yield from self._gone(waiting, self._positions(position, changed))
            yield from self._others(waiting, position)

    def _positions(self, position: np.ndarray, changed: np.ndarray) -> np.ndarray:
        """For each difference on the earlier side, where its successor stands among the changed ones."""
        later, earlier = self._sides[_AFTER].found, self._sides[_BEFORE].found
        rows = later[changed, _BEFORE]
        places = np.full(len(earlier), -1, np.int64)
        places[np.searchsorted(earlier[:, _BEFORE], rows)] = position[changed]
        return places

    def _gone(self, waiting: Waiting, places: np.ndarray) -> Iterator[Portion]:
        """Those without a row on the later side; the changed ones are put down."""
        alone = self._sides[_BEFORE].found[:, _AFTER] < 0
        statuses = self._sides[_BEFORE].status
        for rows in self._fetch(_BEFORE):
            here = places[rows.which]
            compared = rows.columns.select(self.layout.earlier.names)
            waiting.put(here[here >= 0], taken(compared, np.flatnonzero(here >= 0)))
            some = np.flatnonzero(alone[rows.which])
            if some.size:
                yield self.layout.of_before(
                    statuses[rows.which][some],
                    rows.ids.take(pa.array(some)),
                    self._counts(_BEFORE, rows.which)[some],
                    taken(rows.columns, some),
                )

    def _others(self, waiting: Waiting, position: np.ndarray) -> Iterator[Portion]:
        statuses = self._sides[_AFTER].status
        for rows in self._fetch(_AFTER):
            here = statuses[rows.which]
            pieces = list(waiting.taken(*_span(position[rows.which][here == CHANGED])))
            earlier = pa.concat_tables(pieces) if pieces else self.layout.earlier.empty_table()
            yield self.layout.of_after(here, rows.ids, self._counts(_AFTER, rows.which), rows.columns, earlier)

    def _counts(self, side: int, which: slice) -> np.ndarray:
        return self._sides[side].found[which, _COUNTS]

    def _fetch(self, side: int) -> Iterator[_Rows]:
        """The rows of a side that differ, slice by slice of its source."""
        source, found = self._sources[side], self._sides[side].found
        wanted, marks = found[:, side], found[:, _MARK]
        at, total = 0, self._diff.rows[side]
        with HashingEngine(self._recipe, counts=False) as engine, closing(source.open()) as reader:
            engine.hasher.expect(len(wanted))
            for batch in _slices(reader):
                self._watch.rows(at, total, "fetch")
                which = slice(*np.searchsorted(wanted, [at, at + batch.num_rows]).tolist())
                if which.stop > which.start:
                    rows = taken(batch.select(self.layout.read), wanted[which] - at)
                    hashed = engine.hashed(rows)
                    if (np.ascontiguousarray(hashed.digests).view(np.int64)[:, 0] != marks[which]).any():
                        raise self._unsteady(side)
                    yield _Rows(which, hashed.ids, plain(rows))
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


def _span(positions: np.ndarray) -> tuple[int, int]:
    """The first of ascending positions without a gap, and the one behind the last."""
    return (int(positions[0]), int(positions[-1]) + 1) if len(positions) else (0, 0)
