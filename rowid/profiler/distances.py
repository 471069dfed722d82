"""How far two columns are apart, from what their profiles keep of them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from rowid.model import ColumnProfile

_BINS = 10
_LEAST = 1e-4  # the share that an empty bin counts as, so that its logarithm exists


def psi(before: Sequence[float], after: Sequence[float]) -> float | None:
    """The population stability index: sum over bins of (a - b) ln(a / b), a and b being the shares after and before.

    The bins are the deciles of ``before``; both are quantiles, evenly spaced, from minimum to maximum. The shares are
    read off the distribution functions that the quantiles draw, so it is 0 for equal quantiles. None without any.
    """
    if not before or not after:
        return None
    deciles = [before[round(at * (len(before) - 1) / _BINS)] for at in range(1, _BINS)]
    edges = sorted(set(deciles))
    first, second = _shares(before, edges), _shares(after, edges)
    return sum((b - a) * math.log(b / a) for a, b in zip(first, second, strict=True))


def psi_noise(before: int, after: int) -> float:
    """The index that chance alone makes: (bins - 1) (1/n + 1/m) (Yurdakul, 'Statistical properties of PSI', 2018)."""
    return (_BINS - 1) * (1 / before + 1 / after) if before and after else math.inf


def total_variation(before: ColumnProfile, after: ColumnProfile) -> float | None:
    """The total variation distance: half the sum over values of abs(p - q), p and q being a value's shares.

    It is also the greatest difference in the shares of any set of values. So where a profile does not list all values,
    the listed ones still bound it from below, and that is what is returned. None where there is no list.
    """
    if not (before.top and after.top):
        return None
    return max(_moved(before, after), _moved(after, before))


def variation_noise(before: ColumnProfile, after: ColumnProfile) -> float:
    """The distance that chance alone makes, at most: sqrt(k (1/n + 1/m) / 2 pi) for k values."""
    if not (before.values and after.values):
        return math.inf
    values = max(len(before.top), len(after.top))
    return math.sqrt(values * (1 / before.values + 1 / after.values) / (2 * math.pi))


def _shares(quantiles: Sequence[float], edges: Sequence[float]) -> list[float]:
    reached = [0.0, *(_reached(quantiles, edge) for edge in edges), 1.0]
    return [max(high - low, _LEAST) for low, high in pairwise(reached)]


def _reached(quantiles: Sequence[float], value: float) -> float:
    """The share of values that do not exceed ``value``: between two quantiles, on the line that joins them."""
    steps = len(quantiles) - 1
    if value < quantiles[0]:
        return 0.0
    at = max(n for n, quantile in enumerate(quantiles) if quantile <= value)
    if at == steps:
        return 1.0
    return (at + (value - quantiles[at]) / (quantiles[at + 1] - quantiles[at])) / steps


def _moved(one: ColumnProfile, other: ColumnProfile) -> float:
    """By how much the values that are listed for ``one`` are surely more frequent there than in ``other``."""
    known = {count.value: (count.rows + other.top_error) / other.values for count in other.top}
    complete = len(other.top) >= other.distinct and not other.top_error
    unknown = 0.0 if complete else (other.top[-1].rows + other.top_error) / other.values
    return sum(max(0.0, count.rows / one.values - known.get(count.value, unknown)) for count in one.top)
