"""Threads that help with the shares of a call, and wait for the next one.

An executor makes a future and asks for four locks for each share, which takes as long as hashing a thousand rows.
"""

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue


class _Share:
    __slots__ = ("_begun", "_ended", "_number", "_work")

    def __init__(self, work: Callable[[int], None], number: int) -> None:
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


class _Crew:
    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begins anew without threads: in a child process there are none of its parent's."""
        self._shares: SimpleQueue[_Share | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def give(self, shares: list[_Share]) -> None:
        if len(self._threads) < len(shares):
            self._grow(len(shares))
        for share in shares[: len(self._threads)]:
            self._shares.put(share)

    def leave(self) -> None:
        """Ends the threads, each when it has done what it is at."""
        for _ in self._threads:
            self._shares.put(None)
        for thread in self._threads:
            thread.join()

    def _grow(self, size: int) -> None:
        with self._lock, suppress(RuntimeError):  # no more threads are to be had; the caller does it all
            while len(self._threads) < size:
                name = f"rowid-kernel_{len(self._threads)}"
                thread = threading.Thread(target=_serve, args=(self._shares,), name=name, daemon=True)
                thread.start()
                self._threads.append(thread)


def _serve(shares: SimpleQueue[_Share | None]) -> None:
    while (share := shares.get()) is not None:
        share.do()
        del share  # and the memory that it holds, while this thread waits


_crew = _Crew()
atexit.register(_crew.leave)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_crew.renew)


def shared(work: Callable[[int], None], sharers: int) -> None:
    """Calls ``work(0)`` here and ``work(1)``, ``work(2)``, ... in other threads, and returns when they are done.

    The shares are to take from one stock until it is empty: one that no thread was free to begin is left out. What one
    of them raises is raised here.
    """
    shares = [_Share(work, number) for number in range(1, sharers)]
    _crew.give(shares)
    try:
        work(0)
    finally:
        errors = [share.outcome() for share in shares]
    for error in errors:
        if error is not None:
            raise error
