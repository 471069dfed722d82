"""The different values of a column and how often each occurs: exact while they fit, summaries from then on."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from rowid.profiler.sketch import DistinctSketch, hashes

_MANY = 65_536  # values that wait to be merged
_HEAVY = 8_192  # values of which the summary keeps a count


class Counts:
    """Payloads with their number of rows.

    At most ``limit`` different ones are kept, and about as many that wait to be merged with them. With more, a sketch
    estimates how many there are, and of the frequent ones lower bounds of their rows remain. These follow Misra and
    Gries, as merged by Agarwal and others ('Mergeable summaries', PODS 2012): a value's rows are short by ``error`` at
    most, which is at most the number of rows divided by the number of values that are kept.
    """

    def __init__(self, type_: pa.DataType, limit: int) -> None:
        self._limit = limit
        self._values = pa.array([], type_)
        self._rows = np.empty(0, np.int64)
        self._waiting: list[tuple[pa.Array, np.ndarray]] = []
        self._sketch: DistinctSketch | None = None
        self.error = 0

    def add(self, values: pa.Array, rows: np.ndarray) -> None:
        """Takes different payloads, none of them null, with the number of rows of each."""
        if self._sketch is not None:
            self._sketch.add(hashes(values))
        self._waiting.append((values, rows))
        most = _MANY if self._sketch else max(_MANY, self._limit)  # a merge costs as much as all that is kept
        if self._number_waiting >= most:
            self.settle()

    @property
    def kept(self) -> int:
        """How many values are kept, those that wait to be merged among them."""
        return len(self._rows) + self._number_waiting

    @property
    def nbytes(self) -> int:
        """The memory of what is kept."""
        waiting = sum(values.nbytes + rows.nbytes for values, rows in self._waiting)
        return self._values.nbytes + self._rows.nbytes + waiting

    @property
    def exact(self) -> bool:
        """Whether all values and all their rows are counted."""
        self.settle()
        return self._sketch is None

    @property
    def distinct(self) -> int:
        """How many different values there are, or about so many (``distinct_error``)."""
        self.settle()
        return len(self._rows) if self._sketch is None else self._sketch.estimate

    @property
    def distinct_error(self) -> float:
        """The relative standard error of ``distinct``."""
        return 0.0 if self._sketch is None else self._sketch.error

    @property
    def entropy(self) -> float | None:
        """Shannon's entropy of the values, in bits: -sum p log2 p; None where not all are counted."""
        self.settle()
        if not self.exact or not len(self._rows):
            return None
        total = int(self._rows.sum())
        return max(0.0, math.log2(total) - float(np.dot(self._rows, np.log2(self._rows))) / total)

    def top(self, number: int) -> Iterator[tuple[Any, int]]:
        """The most frequent payloads with their rows (short by ``error`` at most), the first seen first of equals."""
        self.settle()
        if not len(self._rows) or number < 1:
            return
        number = min(number, len(self._rows))
        at_least = np.partition(self._rows, len(self._rows) - number)[len(self._rows) - number]
        frequent = np.flatnonzero(self._rows >= at_least)
        for at in frequent[np.argsort(-self._rows[frequent], kind="stable")[:number]]:
            yield self._values[int(at)].as_py(), int(self._rows[at])

    def all(self) -> tuple[pa.Array, np.ndarray]:
        """Every payload that is kept, with its rows; in the order in which they were first seen, where exact."""
        self.settle()
        return self._values, self._rows

    def summarise(self) -> None:
        """Keeps the sketch and the frequent values only, from now on."""
        self.settle()
        if self._sketch is None:
            self._sketch = DistinctSketch()
            for at in range(0, len(self._values), _MANY):
                self._sketch.add(hashes(self._values.slice(at, _MANY)))
            self._reduce()

    def settle(self) -> None:
        """Merges what waits to be merged."""
        if not self._waiting:
            return
        values = pa.concat_arrays([self._values, *(values for values, _ in self._waiting)]).dictionary_encode()
        rows = np.concatenate([self._rows, *(rows for _, rows in self._waiting)])
        self._waiting = []
        self._values = values.dictionary
        self._rows = np.zeros(len(self._values), np.int64)
        np.add.at(self._rows, values.indices.to_numpy(), rows)
        if self._sketch is not None:
            self._reduce()
        elif len(self._rows) > self._limit:
            self.summarise()

    @property
    def _number_waiting(self) -> int:
        return sum(len(rows) for _, rows in self._waiting)

    def _reduce(self) -> None:
        if len(self._rows) <= _HEAVY:
            return
        cut = int(np.partition(self._rows, len(self._rows) - _HEAVY - 1)[len(self._rows) - _HEAVY - 1])
        left = np.flatnonzero(self._rows > cut)
        self._values, self._rows = self._values.take(pa.array(left)), self._rows[left] - cut
        self.error += cut
