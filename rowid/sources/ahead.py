"""One step ahead: the next items are made in a thread while the consumer works on the last one."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_DEPTH = 2  # items that are made before they are asked for


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, and what making them raises; closing it waits for the one that is being made.

    Making one is a task of its own, so that a reader that is left in the middle leaves no thread that waits for ever.
    """
    with ThreadPoolExecutor(1, "rowid-ahead") as maker:
        coming = deque(maker.submit(next, items, None) for _ in range(_DEPTH))
        try:
            while (item := coming.popleft().result()) is not None:
                coming.append(maker.submit(next, items, None))
                yield item
        finally:
            for one in coming:
                one.cancel()
