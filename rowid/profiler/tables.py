"""The profile of a table: one pass over a stream, in bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from rowid.model import ColumnProfile, TableProfile
from rowid.profiler import quality, signs
from rowid.profiler.columns import Column
from rowid.profiler.sketch import mixed

_ROWS = 65_536  # at a time
_SAMPLE = 10_000


def profile(
    reader: pa.RecordBatchReader,
    *,
    examples: int = 5,
    top: int = 20,
    exact_distinct: int = 1_000_000,
    memory: int = 1 << 30,
) -> TableProfile:
    """Profiles every column in one pass.

    Distinct values are counted exactly up to ``exact_distinct`` of a column, and as long as what is kept of all columns
    stays within ``memory`` bytes; beyond, a sketch estimates them (``exact`` is False then, and ``distinct_error`` the
    relative standard error), and of the ``top`` most frequent values lower bounds are given. Values that stand in order
    are counted exactly however many there are. Lengths, blanks, patterns and ranges are those of all rows. Quantiles
    are exact where the counts are, else those of 10,000 rows at random. ``examples`` are the first different values.
    """
    columns = [Column(field, limit=exact_distinct, examples=examples, top=top) for field in reader.schema]
    sample = _RowSample(len(columns))
    rows = 0
    for batch in _slices(reader):
        picked = sample.pick(rows, batch.num_rows)
        sample.keep([column.add(array, picked) for column, array in zip(columns, batch.columns, strict=True)])
        rows += batch.num_rows
        _fit(columns, memory)
    found = [_described(column, floats) for column, floats in zip(columns, sample.floats, strict=True)]
    found = list(signs.with_neighbours(found))
    return TableProfile(rows, tuple(found), quality.of_table(found))


def _described(column: Column, sample: np.ndarray) -> ColumnProfile:
    profile_ = column.done(sample)
    return replace(profile_, signs=signs.signs(column, profile_), quality=quality.of_column(column, profile_))


def _slices(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        for at in range(0, batch.num_rows, _ROWS):
            yield batch.slice(at, _ROWS)


def _fit(columns: Sequence[Column], memory: int) -> None:
    """Gives up exact counts, the largest first, where all of them together are too much."""
    counts = [column.counts for column in columns if column.counts is not None]
    if sum(one.nbytes for one in counts) <= memory:
        return
    for one in counts:
        one.settle()
    while sum(one.nbytes for one in counts) > memory * 3 // 4:  # with some room, or every batch would come here
        largest = max((one for one in counts if one.exact), key=lambda one: one.nbytes, default=None)
        if largest is None:
            return
        largest.summarise()


class _RowSample:
    """A uniform sample of rows: those whose number has the smallest hashes, so that it is the same in every run."""

    def __init__(self, columns: int) -> None:
        self.floats = [np.empty(0) for _ in range(columns)]
        self._keys = np.empty(0, np.uint64)
        self._limit: np.uint64 | None = None
        self._picked = self._keys

    def pick(self, first: int, number: int) -> np.ndarray:
        """The positions of those of the next rows that enter the sample."""
        keys = mixed(np.arange(first, first + number, dtype=np.uint64))
        positions = np.arange(number) if self._limit is None else np.flatnonzero(keys < self._limit)
        self._picked = keys[positions]
        return positions

    def keep(self, picked: Sequence[np.ndarray]) -> None:
        """Takes the columns of the rows picked last; a column without numbers has none."""
        self._keys = np.concatenate([self._keys, self._picked])
        self.floats = [np.concatenate([kept, new]) for kept, new in zip(self.floats, picked, strict=True)]
        if len(self._keys) > 2 * _SAMPLE:
            left = np.argpartition(self._keys, _SAMPLE)[:_SAMPLE]
            self._keys = self._keys[left]
            self._limit = self._keys.max()
            self.floats = [kept[left] if len(kept) else kept for kept in self.floats]
