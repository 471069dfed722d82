"""How time is taken: rounds in which all ways take their turn, and what is kept of them."""

import gc
import statistics
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Spread = dict[str, float]
"""``median``, ``min`` and ``max`` of several measurements."""


def spread(values: Sequence[float]) -> Spread:
    """The median of ``values``, and the two ends."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def interleaved(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each of ``rounds`` rounds; another round before them warms up and does not count.

    In a round every way has one turn, so that a slow minute of the machine meets all of them; each round begins with
    another way, so that nobody always follows the same neighbour. The result of a turn is dropped before the next.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    turns = deque(ways)
    for number in range(rounds + 1):
        for name in turns:
            gc.collect()
            took = timed(ways[name])
            if number:
                seconds[name].append(took)
        turns.rotate(-1)
    return seconds


def timed(way: Callable[[], Any]) -> float:
    """Seconds of one call, without the time that it takes to free its result."""
    started = time.perf_counter()
    result = way()
    took = time.perf_counter() - started
    del result
    return took


def ratios(others: Sequence[float], ours: Sequence[float]) -> Spread:
    """How many times faster ``ours`` is, round by round."""
    return spread([theirs / own for theirs, own in zip(others, ours, strict=True)])
