"""Work that goes on beside whoever asked for it: in order, and never more than a few pieces behind."""

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

_BEHIND = 2
_END = object()

S = TypeVar("S")
T = TypeVar("T")


def processors() -> int:
    """The processors that this process may use, where the system tells; else those that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Lane:
    """One thread that does what it is given, in order. What a piece raises is raised at the next call.

    Nothing is begun after a piece has failed.
    """

    def __init__(self, name: str, behind: int = _BEHIND) -> None:
        self._threads = ThreadPoolExecutor(1, thread_name_prefix=f"rowid-{name}")
        self._given: deque[Future[Any]] = deque()
        self._behind = behind
        self._failed = False

    def give(self, work: Callable[..., object], *arguments: object) -> None:
        """Hands over a piece of work; waits while ``behind`` others are not done."""
        while len(self._given) >= self._behind:
            self._given.popleft().result()
        self._given.append(self._threads.submit(self._do, work, *arguments))

    def finish(self) -> None:
        """Waits until all is done."""
        while self._given:
            self._given.popleft().result()

    def close(self) -> None:
        """Drops what was not begun, waits for what was; raises nothing."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._given.clear()

    def _do(self, work: Callable[..., object], *arguments: object) -> None:
        if self._failed:
            return
        try:
            work(*arguments)
        except BaseException:
            self._failed = True
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def ahead(items: Generator[T, None, None]) -> Generator[T, None, None]:
    """The items of a generator, which runs in a thread of its own, two items ahead; it is closed there, too."""
    return _begun(items, _BEHIND, lambda read: read)


def spread(work: Callable[[S], T], items: Generator[S, None, None], threads: int) -> Generator[T, None, None]:
    """What ``work`` makes of each item, in their order; so many threads work, one piece ahead of whoever asks.

    The generator runs in a thread of its own, and is closed there. What it or ``work`` raises comes in its turn.
    """

    def piece(read: Future[S | object]) -> T | object:
        item = read.result()
        return _END if item is _END else work(item)  # type: ignore[arg-type]  # it is not the end

    with ThreadPoolExecutor(threads, "rowid-spread") as others:
        yield from _begun(items, threads + 1, lambda read: others.submit(piece, read))


def _begun(
    items: Generator[S, None, None], pieces: int, begin: Callable[[Future[S | object]], Future[T | object]]
) -> Generator[T, None, None]:
    """What ``begin`` makes of each item that is read, so many pieces ahead."""
    with ThreadPoolExecutor(1, "rowid-read") as thread:
        try:
            coming = deque(begin(thread.submit(next, items, _END)) for _ in range(pieces))
            while (made := coming.popleft().result()) is not _END:
                yield made  # type: ignore[misc]  # it is not the end
                coming.append(begin(thread.submit(next, items, _END)))
        finally:
            for one in coming:  # who stops early does not wait for what nobody will look at
                one.cancel()
            thread.submit(items.close)
