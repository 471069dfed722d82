"""Memory for large results. Fresh pages from the system cost as much as the hashes that go into them.

So what is given back is kept for the next result, up to a bound. Fresh memory comes in huge pages, and whoever fills a
part asks for the pages of that part at once.
"""

import contextlib
import ctypes
import mmap
import sys
import threading
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

LARGE = 1 << 25  # bytes; what is smaller comes from Arrow's pool, which has it at hand from the slice before
KEPT = 1 << 28  # bytes that are kept at most: hexadecimal IDs of four million rows
_UNIT = 1 << 21  # a huge page
_POPULATE_WRITE = 23  # of madvise(2), from Linux 5.14 on; no harm before


def room(size: int) -> pa.Buffer:
    """So many bytes of memory, of no defined content."""
    if size < LARGE or sys.platform != "linux":
        return pa.allocate_buffer(size)
    return pa.py_buffer(np.asarray(_Loan(_kept.taken(-(-size // _UNIT) * _UNIT), size)))


def touch(address: int, size: int) -> None:
    """Asks for all pages of a part of a large ``room`` at once. Where the system cannot do that, nothing happens."""
    if size and sys.platform == "linux":
        begin = address & -mmap.PAGESIZE
        _madvise()(begin, address + size - begin, _POPULATE_WRITE)


class _Loan:
    """Pages that go back when the last array over them is gone: an array holds on to whose interface it took."""

    def __init__(self, pages: mmap.mmap, size: int) -> None:
        self._pages = pages
        address = np.frombuffer(pages, np.uint8).ctypes.data
        self.__array_interface__ = {"version": 3, "shape": (size,), "typestr": "|u1", "data": (address, False)}

    def __del__(self) -> None:
        _kept.give_back(self._pages)


class _Kept:
    """Pages that were given back."""

    def __init__(self) -> None:
        self._all: list[mmap.mmap] = []
        self._lock = threading.RLock()  # a loan may end while this thread takes one: garbage is collected at any time

    def taken(self, size: int) -> mmap.mmap:
        """Pages of at least so many bytes, and of at most twice as many."""
        with self._lock:
            fitting = [pages for pages in self._all if size <= len(pages) <= 2 * size]
            if fitting:
                best = min(fitting, key=len)
                self._all = [pages for pages in self._all if pages is not best]
                return best
        pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        with contextlib.suppress(OSError):  # a kernel without huge pages
            pages.madvise(mmap.MADV_HUGEPAGE)
        return pages

    def give_back(self, pages: mmap.mmap) -> None:
        """Keeps the pages, the last ones first, in the place of older ones where there are too many."""
        with self._lock:
            if len(pages) > KEPT:
                return
            while self._all and sum(map(len, self._all)) + len(pages) > KEPT:
                self._all.pop(0)
            self._all.append(pages)


_kept = _Kept()


@cache
def _madvise() -> Any:
    function = ctypes.CDLL(None).madvise  # called through ctypes, it lets other threads run
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return function
