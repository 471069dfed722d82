"""The engine at the speed of the processor: messages and digests straight from Arrow buffers, by compiled code.

Needs numba; ``rowid.hashing`` takes the reference where it is not installed, and for the rows that this code leaves.
What is made here is held against the reference by tests.
"""

import hashlib
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from rowid.kernel import store
from rowid.kernel.fips import INITIAL, state_after
from rowid.kernel.layout import WORKSPACE
from rowid.kernel.pages import LARGE, room, touch
from rowid.kernel.plan import Plan, planned, planned_as_it_is
from rowid.recipe import Recipe

_BLOCK = 64
_LEAST = 2048  # rows that are worth a thread of their own
_PART = 131_072
_WIDTHS = (32, 64, 2, 1)  # bytes of a row's digest, digits, count of nulls, and mark

_own = threading.local()


@dataclass(slots=True)
class Rows:
    """Digests of n rows, uint8 (n, 32); their hexadecimal digits, uint8 (n, 64); the null fields of each row, (n,).

    What was not wanted has no rows. ``planned_s`` are the seconds in which columns were made ready, by the reference
    where it had to be. ``left`` (bool, n) marks the rows that were left to the reference: their digests
    are undefined.
    """

    digests: np.ndarray
    hexes: np.ndarray
    nulls: np.ndarray
    left: np.ndarray
    planned_s: float = 0.0


def hashed(
    batch: pa.RecordBatch,
    recipe: Recipe,
    key: bytes | None,
    *,
    digests: bool = True,
    hexes: bool = True,
    first_row: int = 1,
    threads: int = 1,
) -> Rows:
    """The digests of a batch's rows by the recipe; ``first_row`` is the number of its first row, for errors.

    Raises CanonicalError or ColumnError where a column that the reference turns into text has none.
    """
    n = batch.num_rows
    rows = Rows(
        room(n if digests else 0, 32), room(n if hexes else 0, 64),
        np.zeros(n, np.uint16), np.zeros(n, bool),
    )  # fmt: skip
    states, compiled = _states(key), _compiled()
    to = [_address(array) if array.size else 0 for array in (rows.digests, rows.hexes, rows.nulls, rows.left)]

    def fill(own: Plan, base: int, taken: np.ndarray, last: int) -> None:
        work = _workspace()
        compiled(
            _address(own.matrix), len(own.matrix), own.fixed_bytes, _address(taken), last,
            _address(work), len(work), _address(states), len(states) - 1,
            *(start and start + width * base for start, width in zip(to, _WIDTHS, strict=True)),
        )  # fmt: skip

    plan, taken = planned_as_it_is(batch, recipe), np.zeros(1, np.int64)
    sharers = max(1, min(threads, n // _LEAST))
    size = min(_PART, -(-n // sharers) or 1)
    parts = iter(range(0, n, size))

    def share(number: int = 0) -> float:
        for results in (rows.digests, rows.hexes):
            if results.nbytes >= LARGE:
                touch(results[n * number // sharers : n * (number + 1) // sharers])
        if plan:
            fill(plan, 0, taken, n)
            return 0.0
        seconds = 0.0
        for first in parts:  # columns are made ready for these rows alone
            started = time.perf_counter()
            some = batch.slice(first, size)
            own = planned(some, recipe, first_row + first)
            seconds += time.perf_counter() - started
            fill(own, first, np.zeros(1, np.int64), some.num_rows)
        return seconds

    others = [_pool(threads).submit(share, number) for number in range(1, sharers)]
    try:
        own = share()
    finally:
        for other in others:
            other.exception()
    rows.planned_s = (own + sum(other.result() for other in others)) / sharers
    return rows


def _address(array: np.ndarray) -> int:
    """Where an array's values are; NumPy's own answer takes six times as long."""
    return pa.py_buffer(array).address


def _workspace() -> np.ndarray:
    """What compiled code works in; each thread keeps its own."""
    if not hasattr(_own, "work"):
        _own.work = np.empty(WORKSPACE, np.uint8)
    return _own.work


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="rowid-kernel")


def load() -> None:
    """Compiles the kernel, or reads it from disk, if that was not done yet in this process."""
    _compiled()


def is_loaded() -> bool:
    """Whether the kernel is ready in this process."""
    return _compiled.cache_info().currsize > 0


def is_kept() -> bool:
    """Whether ``load`` finds the kernel on disk: a tenth of a second, instead of a dozen seconds."""
    return store.path().exists()


def _states(key: bytes | None) -> np.ndarray:
    """The states to begin with: SHA-256's own, or those after HMAC's inner and outer key block (FIPS 198-1)."""
    if key is None:
        return np.array([INITIAL], np.uint32)
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return np.array([state_after(bytes(octet ^ pad for octet in block)) for pad in (0x36, 0x5C)], np.uint32)


@cache
def _compiled() -> Callable[..., None]:
    """The compiled function. Where it cannot be kept on disk, the next process compiles again."""
    if sys.byteorder != "little":
        raise ImportError("the kernel is for little-endian processors")
    found = store.kept()
    if found is None:
        from rowid.kernel.encode import machine_code

        found = machine_code()
        store.keep(*found)
    return store.linked(*found)
