"""The engine at the speed of the processor: messages and digests straight from Arrow buffers, by compiled code.

Needs numba; ``rowid.hashing`` takes the reference where it is not installed, and for the rows that this code leaves.
What is made here is held against the reference by tests.
"""

import atexit
import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa

from rowid.kernel import store
from rowid.kernel.call import Call, Rows, rows_of
from rowid.kernel.crew import Crew
from rowid.kernel.fips import INITIAL, state_after
from rowid.recipe import Recipe

_BLOCK = 64
_PLAIN = np.array([INITIAL], np.uint32)


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
    rows = rows_of(batch.num_rows, digests=digests, hexes=hexes)
    call = Call(_crew(), _states(key), batch, recipe, rows, threads)
    if not call.as_it_is():
        call.made_ready(first_row)
    return rows


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
        return _PLAIN
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return np.array([state_after(bytes(octet ^ pad for octet in block)) for pad in (0x36, 0x5C)], np.uint32)


@cache
def _compiled() -> Callable[..., None]:
    """The compiled function. Where it cannot be kept on disk, the next process compiles again."""
    if sys.byteorder != "little":
        raise ImportError("the kernel is for little-endian processors")
    found = store.kept()
    if found is None:
        from rowid.kernel.work import machine_code

        found = machine_code()
        store.keep(*found)
    return store.linked(*found)


@cache
def _crew() -> Crew:
    crew = Crew(_compiled())
    atexit.register(crew.leave)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=crew.renew)
    return crew
