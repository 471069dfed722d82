"""The engine at the speed of the processor: messages and digests straight from Arrow buffers, by compiled code.

Needs numba; ``rowid.hashing`` takes the reference where it is not installed, and for the rows that this code leaves.
What is made here is held against the reference by tests.
"""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np
import pyarrow as pa

from rowid.kernel.encode import build
from rowid.kernel.plan import planned
from rowid.kernel.sha256 import INITIAL, state_after
from rowid.recipe import Recipe

_SCRATCH = 1 << 21  # bytes for messages; a longer row is left to the reference
_BLOCK = 64
_LEAST = 8192  # rows that are worth a thread of their own


@dataclass(frozen=True, slots=True)
class Rows:
    """Digests of n rows, uint8 (n, 32); their hexadecimal digits, uint8 (n, 64); the null fields of each row, (n,).

    What was not wanted has no rows. ``left`` (bool, n) marks the rows that were left to the reference: their digests
    are undefined.
    """

    digests: np.ndarray
    hexes: np.ndarray
    nulls: np.ndarray
    left: np.ndarray


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
        _room(n if digests else 0, 32), _room(n if hexes else 0, 64),
        np.zeros(n, np.uint16), np.zeros(n, bool),
    )  # fmt: skip
    states, compiled = _states(key), _compiled()

    def part(first: int, last: int) -> None:
        plan = planned(batch.slice(first, last - first), recipe, first_row + first)
        compiled(
            plan.matrix, plan.fixed_bytes, 0, last - first, np.empty(_SCRATCH, np.uint8), states,
            rows.digests[first:].ctypes.data if digests else 0, rows.hexes[first:].ctypes.data if hexes else 0,
            rows.nulls[first:last], rows.left[first:last],
        )  # fmt: skip

    parts = max(1, min(threads, n // _LEAST))
    cuts = [n * at // parts for at in range(parts + 1)]
    if parts == 1:
        part(0, n)
    else:
        list(_pool().map(part, cuts[:-1], cuts[1:]))
    return rows


def _room(rows: int, width: int) -> np.ndarray:
    """Memory of Arrow's pool, which keeps what is given back: fresh pages from the system cost as much as a hash."""
    return np.frombuffer(pa.allocate_buffer(rows * width), np.uint8).reshape(rows, width)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="rowid-kernel")


def load() -> None:
    """Compiles the kernel, or reads it from numba's cache on disk, if that was not done yet in this process."""
    _compiled()


def is_loaded() -> bool:
    """Whether the kernel is ready in this process."""
    return _compiled.cache_info().currsize > 0


def is_cached() -> bool:
    """Whether ``load`` finds the kernel on disk: half a second, instead of a dozen."""
    try:
        return _marker(build(_sources(), cache=True)).exists()
    except RuntimeError:  # numba found no directory for its cache
        return False


def _states(key: bytes | None) -> np.ndarray:
    """The states to begin with: SHA-256's own, or those after HMAC's inner and outer key block (FIPS 198-1)."""
    if key is None:
        return np.array([INITIAL], np.uint32)
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return np.array([state_after(bytes(octet ^ pad for octet in block)) for pad in (0x36, 0x5C)], np.uint32)


@cache
def _compiled() -> Any:
    """The compiled function. A cache that cannot be written to is done without."""
    if sys.byteorder != "little":
        raise ImportError("the kernel is for little-endian processors")
    try:
        function = build(_sources(), cache=True)
        _call_on_nothing(function)
        _marker(function).touch()
    except (RuntimeError, OSError):  # numba found no directory for its cache, or the disk is full
        function = build(_sources(), cache=False)
        _call_on_nothing(function)
    return function


def _call_on_nothing(function: Any) -> None:
    none, states = np.zeros(0, np.uint8), np.zeros((1, 8), np.uint32)
    function(np.zeros((0, 8), np.int64), 0, 0, 0, none, states, 0, 0, np.zeros(0, np.uint16), np.zeros(0, bool))


@cache
def _sources() -> int:
    """A number that stands for the kernel's source code."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return int.from_bytes(hashlib.sha256(code).digest()[:6], "big") or 1


def _marker(function: Any) -> Path:
    """A file beside numba's own that says that this kernel is there for this processor."""
    processor = numba.config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    name = f"rowid-kernel-{_sources():x}-{numba.__version__}-{sys.version_info[1]}-{processor}"
    return Path(function.stats.cache_path) / name
