"""One call of the kernel: the rows of a batch, shared out among threads."""

import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowid.kernel.crew import shared
from rowid.kernel.layout import GIVEN_UP, LEFT, NULLS, TALLY, WORKSPACE
from rowid.kernel.pages import LARGE, room, touch
from rowid.kernel.plan import Plan, planned, planned_as_it_is
from rowid.recipe import Recipe

_LEAST = 2048  # rows that are worth a thread of their own
_PART = 131_072

_own = threading.local()


@dataclass(slots=True)
class Rows:
    """Digests of n rows, uint8 (n, 32), and their hexadecimal digits, uint8 (n, 64).

    What was not wanted has no rows. ``marks`` holds ``nulls`` and ``left``; ``any_null`` and ``any_left`` say whether
    there may be any. ``planned_s`` are the seconds in which columns were made ready, by the reference where it had to
    be.
    """

    digests: np.ndarray
    hexes: np.ndarray
    marks: bytearray
    any_null: bool = False
    any_left: bool = False
    planned_s: float = 0.0

    @property
    def nulls(self) -> np.ndarray:
        """The null fields of each row, uint16 (n,)."""
        return np.frombuffer(self.marks, np.uint16, len(self.marks) // 3)

    @property
    def left(self) -> np.ndarray:
        """Which rows were left to the reference, bool (n,): their digests are undefined."""
        n = len(self.marks) // 3
        return np.frombuffer(self.marks, bool, n, 2 * n)


def rows_of(n: int, *, digests: bool, hexes: bool) -> Rows:
    """Room for n rows."""
    none = np.empty((0, 64), np.uint8)
    return Rows(room(n, 32) if digests else none, room(n, 64) if hexes else none, bytearray(3 * n))


class Call:
    """Fills ``rows`` with what the recipe makes of the batch.

    ``compiled`` is ``encode.hash_rows``; ``states`` are those that it begins with, two for a keyed recipe.
    """

    def __init__(
        self, compiled: Callable[..., None], states: np.ndarray, batch: pa.RecordBatch, recipe: Recipe, rows: Rows,
        threads: int,
    ) -> None:  # fmt: skip
        self._compiled, self._states = compiled, states
        self._batch, self._recipe, self._rows = batch, recipe, rows
        self._sharers = max(1, min(threads, batch.num_rows // _LEAST))
        nulls, n = address(rows.marks), batch.num_rows
        hexes, digests = (address(results) if results.size else 0 for results in (rows.hexes, rows.digests))
        self._to = (digests, 32), (hexes, 64), (nulls, 2), (nulls + 2 * n, 1)
        self._large = [results for results in (rows.digests, rows.hexes) if results.nbytes >= LARGE]
        self._given_up: set[str] = set()

    def as_it_is(self) -> bool:
        """Hashes a batch whose columns need not be made ready; False if it has others, or one was given up."""
        plan, tally, n = planned_as_it_is(self._batch, self._recipe), _tally(), self._batch.num_rows
        if plan is None:
            return False

        def share(number: int) -> None:
            self._reach(number)
            self._fill(plan, 0, tally, n)

        shared(share, self._sharers)
        return self._is_done(tally)

    def made_ready(self, first_row: int) -> None:
        """Hashes any batch, in parts; ``first_row`` is the number of its first row, for errors."""
        n = self._batch.num_rows
        size = min(_PART, -(-n // self._sharers) or 1)
        parts = iter(range(0, n, size))
        seconds = [0.0] * self._sharers

        def share(number: int) -> None:
            self._reach(number)
            for first in parts:
                seconds[number] += self._part(self._batch.slice(first, size), first, first_row)

        shared(share, self._sharers)
        self._rows.planned_s = sum(seconds) / self._sharers

    def _part(self, some: pa.RecordBatch, first: int, first_row: int) -> float:
        """Makes some rows ready, in so many seconds, and hashes them; again, as long as a column is given up."""
        seconds, ready = 0.0, dict[str, pa.Array]()
        while True:
            behind = first + some.num_rows
            self._rows.nulls[first:behind] = self._rows.left[first:behind] = 0
            started = time.perf_counter()
            plan, tally = planned(some, self._recipe, first_row + first, self._given_up, ready), _tally()
            seconds += time.perf_counter() - started
            self._fill(plan, first, tally, some.num_rows)
            if self._is_done(tally):
                return seconds

    def _reach(self, number: int) -> None:
        n, sharers = self._batch.num_rows, self._sharers
        for results in self._large:
            touch(results[n * number // sharers : n * (number + 1) // sharers])

    def _fill(self, plan: Plan, first: int, tally: "array[int]", rows: int) -> None:
        self._compiled(
            plan.matrix.buffer_info()[0], plan.columns, plan.fixed_bytes, tally.buffer_info()[0], rows,
            _workspace(), WORKSPACE, address(self._states), len(self._states) - 1,
            *[start and start + width * first for start, width in self._to],
        )  # fmt: skip

    def _is_done(self, tally: "array[int]") -> bool:
        if tally[GIVEN_UP]:
            self._given_up.add(self._recipe.columns[tally[GIVEN_UP] - 1])
            return False
        if tally[NULLS]:
            self._rows.any_null = True
        if tally[LEFT]:
            self._rows.any_left = True
        return True


def address(numbers: np.ndarray | bytearray) -> int:
    """Where an array's values are; NumPy's own answer takes six times as long."""
    return pa.py_buffer(numbers).address


def _tally() -> "array[int]":
    return array("q", bytes(8 * TALLY))


def _workspace() -> int:
    """The address of what compiled code works in; each thread keeps its own."""
    if not hasattr(_own, "work"):
        _own.work = np.empty(WORKSPACE, np.uint8)
        _own.address = address(_own.work)
    return _own.address
