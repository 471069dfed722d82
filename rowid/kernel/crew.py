"""Threads that help with a call, and stand by for the next one.

An executor makes a future and asks for four locks for each share, which takes as long as hashing a thousand rows. These
threads wait in compiled code, where the system lets them: they need no lock of Python's to begin, and are summoned
while the call is still being prepared, for to wake up takes them as long as that.
"""

import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

import numpy as np
import pyarrow as pa

from rowid.kernel.layout import ASKED, DESK, SEMAPHORE, STANDS_BY, SUMMONED, WORKSPACE

Compiled = Callable[[int, int, int, int], None]
"""``work.work``: takes the address of a desk, that of a call, the number of helpers, and the address of a workspace."""

_LINE = 64  # bytes that processors pass to each other at a time

_own = threading.local()


class _Share:
    __slots__ = ("_begun", "_ended", "_number", "_work")

    def __init__(self, work: Callable[[int], object], number: int) -> None:
        self._work, self._number = work, number
        self._begun = threading.Lock()
        self._ended: SimpleQueue[BaseException | None] = SimpleQueue()

    def do(self) -> None:
        if self._begun.acquire(blocking=False):
            error: BaseException | None = None
            try:
                self._work(self._number)
            except BaseException as raised:  # noqa: BLE001  # it is raised where the share is waited for
                error = raised
            self._ended.put(error)

    def outcome(self) -> BaseException | None:
        """What was raised, as soon as the share is done; a share that nobody has begun is not waited for."""
        return None if self._begun.acquire(blocking=False) else self._ended.get()


class Crew:
    """As many threads as were ever needed at a time. ``compiled`` is what they and their callers run."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._library = ctypes.CDLL(None) if STANDS_BY else None
        self.renew()

    def renew(self) -> None:
        """Begins anew without threads: in a child process there are none of its parent's."""
        self._threads: list[threading.Thread] = []
        self._growing, self._calling, self._asking = threading.Lock(), threading.Lock(), threading.Lock()
        self._shares: SimpleQueue[_Share | None] = SimpleQueue()
        memory = bytearray(_LINE + 8 * DESK)  # not Arrow's: a fork may have left its pool in the midst of something
        before = -pa.py_buffer(memory).address % _LINE
        self._address = pa.py_buffer(memory).address + before
        self._desk = memoryview(memory)[before : before + 8 * DESK].cast("q")
        self._semaphore = ctypes.c_void_p(self._address + 8 * SEMAPHORE)
        if self._library is not None:
            self._library.sem_init(self._semaphore, 0, 0)

    def summon(self, helpers: int) -> int:
        """Says that a call is about to come for so many helpers; returns how many there are, 0 if others have them.

        Whoever gets any is to ``dismiss`` them.
        """
        if not STANDS_BY or helpers == 0 or not self._calling.acquire(blocking=False):
            return 0
        there = self._grown(helpers)
        if there == 0:
            self._calling.release()
            return 0
        self._desk[SUMMONED] = 1
        self._wake(there)
        return there

    def hash(self, call: int, helpers: int = 0) -> None:
        """Hashes the rows of a call (an address) here, and in so many helpers as were summoned."""
        self._compiled(self._address, call, helpers, _workspace())

    def dismiss(self) -> None:
        """Lets helpers go that were summoned."""
        self._desk[SUMMONED] = 0
        self._calling.release()

    def share(self, work: Callable[[int], object], sharers: int) -> None:
        """Calls ``work(0)`` here and ``work(1)``, ``work(2)``, ... in other threads, and returns when they are done.

        The shares are to take from one stock until it is empty: one that no thread was free to begin is left out. What
        one of them raises is raised here.
        """
        shares = [_Share(work, number) for number in range(1, sharers)]
        self._give(shares[: self._grown(len(shares))])
        try:
            work(0)
        finally:
            errors = [share.outcome() for share in shares]
        for error in errors:
            if error is not None:
                raise error

    def leave(self) -> None:
        """Ends the threads, each when it has done what it is at."""
        self._give([None] * len(self._threads))
        for thread in self._threads:
            thread.join()

    def _give(self, shares: list[_Share | None] | list[_Share]) -> None:
        for share in shares:
            self._shares.put(share)
        with self._asking:
            self._desk[ASKED] = self._shares.qsize()
        self._wake(len(shares))

    def _taken(self) -> _Share | None:
        """The next share, when there is one; until then this thread helps with calls."""
        while STANDS_BY:
            self.hash(0)
            with self._asking, suppress(Empty):
                share = self._shares.get_nowait()
                self._desk[ASKED] = self._shares.qsize()
                return share
        return self._shares.get()

    def _wake(self, threads: int) -> None:
        if self._library is not None:
            for _ in range(threads):
                self._library.sem_post(self._semaphore)

    def _grown(self, size: int) -> int:
        """Has so many threads, if they can be had; returns how many there are, and no more than that."""
        if len(self._threads) < size:
            with self._growing, suppress(RuntimeError):  # no more threads are to be had; the caller does it all
                while len(self._threads) < size:
                    name = f"rowid-kernel_{len(self._threads)}"
                    thread = threading.Thread(target=self._serve, name=name, daemon=True)
                    thread.start()
                    self._threads.append(thread)
        return min(size, len(self._threads))

    def _serve(self) -> None:
        while (share := self._taken()) is not None:
            share.do()
            del share  # and the memory that it holds, while this thread waits


def _workspace() -> int:
    """The address of what compiled code works in; each thread keeps its own."""
    if not hasattr(_own, "memory"):
        _own.memory = np.empty(WORKSPACE, np.uint8)
        _own.address = pa.py_buffer(_own.memory).address
    return _own.address
