"""One call of the kernel: the rows of a batch, shared out among threads."""

import time
from array import array
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowid.kernel import plan
from rowid.kernel.crew import Crew
from rowid.kernel.layout import ANY_LEFT, ANY_NULL, CALL, GIVEN_UP, WIDTH
from rowid.kernel.pages import LARGE, room, touch
from rowid.kernel.plan import Exported, Forms
from rowid.recipe import Recipe

_LEAST = 2048  # rows that are worth a thread of their own
_PART = 131_072
_DIGEST, _HEX, _NULLS = 32, 64, 2  # bytes of a row
_NOTHING = pa.py_buffer(b"")


@dataclass(slots=True)
class Rows:
    """What a call has made of n rows: bytes of their digests and of the hexadecimal digits, if they were wanted.

    ``any_null`` and ``any_left`` say whether there may be any among ``nulls`` and ``left``. ``planned_s`` are the
    seconds in which columns were made ready, by the reference where it had to be.
    """

    digest: pa.Buffer
    hex: pa.Buffer
    null_counts: bytearray
    is_left: bytearray
    any_null: bool = False
    any_left: bool = False
    planned_s: float = 0.0

    @property
    def digests(self) -> np.ndarray:
        """Uint8 (n, 32); no rows if they were not wanted."""
        return np.frombuffer(self.digest, np.uint8).reshape(-1, _DIGEST)

    @property
    def hexes(self) -> np.ndarray:
        """Uint8 (n, 64), ASCII; no rows if they were not wanted."""
        return np.frombuffer(self.hex, np.uint8).reshape(-1, _HEX)

    @property
    def nulls(self) -> np.ndarray:
        """The null fields of each row, uint16 (n,)."""
        return np.frombuffer(self.null_counts, np.uint16)

    @property
    def left(self) -> np.ndarray:
        """Which rows were left to the reference, bool (n,): their digests are undefined."""
        return np.frombuffer(self.is_left, bool)


def rows_of(n: int, *, digests: bool, hexes: bool) -> Rows:
    """Room for n rows."""
    digest, hex_ = room(_DIGEST * n) if digests else _NOTHING, room(_HEX * n) if hexes else _NOTHING
    return Rows(digest, hex_, bytearray(_NULLS * n), bytearray(n))


class Call:
    """Fills ``rows`` with what the recipe makes of the batch.

    ``states`` are those that compiled code begins with, two for a keyed recipe.
    """

    def __init__(
        self, crew: Crew, states: np.ndarray, batch: pa.RecordBatch, recipe: Recipe, rows: Rows, threads: int
    ) -> None:
        self._crew, self._states = crew, states
        self._batch, self._recipe, self._rows = batch, recipe, rows
        self._sharers = max(1, min(threads, batch.num_rows // _LEAST))
        self._is_large = rows.digest.size >= LARGE or rows.hex.size >= LARGE
        self._given_up: set[str] = set()

    def as_it_is(self) -> bool:
        """Hashes a batch whose columns need not be made ready; False if it has others, or one was given up."""

        def share(number: int) -> None:
            self._reach(number)
            self._crew.hash(_at(numbers))

        helpers = 0 if self._is_large else self._crew.summon(self._sharers - 1)
        try:
            found = plan.as_it_is(self._batch, self._recipe)
            if found is None:
                return False
            numbers = self._numbers(*found, 0, self._batch.num_rows)
            if helpers:
                self._crew.hash(_at(numbers), helpers)
        finally:
            if helpers:
                self._crew.dismiss()
        if not helpers:
            self._crew.share(share, self._sharers)
        return self._is_done(numbers)

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

        self._crew.share(share, self._sharers)
        self._rows.planned_s = sum(seconds) / self._sharers

    def _part(self, some: pa.RecordBatch, first: int, first_row: int) -> float:
        """Makes some rows ready, in so many seconds, and hashes them; again, as long as a column is given up."""
        seconds, ready = 0.0, dict[str, pa.Array]()
        while True:
            behind = first + some.num_rows
            self._rows.nulls[first:behind] = self._rows.left[first:behind] = 0
            started = time.perf_counter()
            found = plan.made_ready(some, self._recipe, first_row + first, self._given_up, ready)
            seconds += time.perf_counter() - started
            numbers = self._numbers(*found, first, some.num_rows)
            self._crew.hash(_at(numbers))
            if self._is_done(numbers):
                return seconds

    def _reach(self, number: int) -> None:
        """Asks for the memory of one of the shares."""
        if self._is_large:
            n = self._batch.num_rows
            first, behind = n * number // self._sharers, n * (number + 1) // self._sharers
            for results, width in ((self._rows.digest, _DIGEST), (self._rows.hex, _HEX)):
                if results.size:
                    touch(results.address + width * first, width * (behind - first))

    def _numbers(self, forms: Forms, exported: Exported, first: int, rows: int) -> "array[int]":
        """A call for some rows, as ``layout`` has it."""
        made = self._rows
        numbers = array(
            "q",
            (
                exported.address, _at(forms.numbers), forms.columns, forms.fixed_bytes, rows,
                _address(self._states), len(self._states) - 1,
                made.digest.address + _DIGEST * first if made.digest.size else 0,
                made.hex.address + _HEX * first if made.hex.size else 0,
                _address(made.null_counts) + _NULLS * first, _address(made.is_left) + first,
            ),
        )  # fmt: skip
        numbers.frombytes(bytes(8 * (CALL + WIDTH * forms.columns - len(numbers))))
        return numbers

    def _is_done(self, numbers: "array[int]") -> bool:
        if numbers[GIVEN_UP]:
            self._given_up.add(self._recipe.columns[numbers[GIVEN_UP] - 1])
            return False
        if numbers[ANY_NULL]:
            self._rows.any_null = True
        if numbers[ANY_LEFT]:
            self._rows.any_left = True
        return True


def _at(numbers: "array[int]") -> int:
    return numbers.buffer_info()[0]


def _address(content: np.ndarray | bytearray) -> int:
    """Where the bytes are; NumPy's own answer takes six times as long."""
    return pa.py_buffer(content).address
