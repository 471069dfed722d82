"""Memory for results. The first touch of a page of a large piece costs as much as a hash, if each is an interrupt."""

import contextlib
import ctypes
import mmap
import sys
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

LARGE = 1 << 25  # bytes; what is smaller comes from Arrow's pool, which has it at hand from the slice before
_POPULATE_WRITE = 23  # of madvise(2), from Linux 5.14 on


def room(rows: int, width: int) -> np.ndarray:
    """Memory of no defined content, uint8 (rows, width)."""
    if rows * width < LARGE or sys.platform != "linux":
        return np.frombuffer(pa.allocate_buffer(rows * width), np.uint8).reshape(rows, width)
    pages = mmap.mmap(-1, rows * width, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(OSError):  # a kernel without huge pages
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.uint8).reshape(rows, width)


def touch(some: np.ndarray) -> None:
    """Asks for all pages of a part of a large ``room`` at once. Where the system cannot do that, nothing happens."""
    if some.size and some.nbytes >= mmap.PAGESIZE and sys.platform == "linux":
        begin = some.ctypes.data & -mmap.PAGESIZE
        _madvise()(begin, some.ctypes.data + some.nbytes - begin, _POPULATE_WRITE)


@cache
def _madvise() -> Any:
    function = ctypes.CDLL(None).madvise  # called through ctypes, it lets other threads run
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return function
