"""Numbers and points in time: mean, fractions, quantiles."""

import numpy as np

QUANTILES = 21
"""How many quantiles a profile has: minimum, 5 %, ..., 95 %, maximum."""


class Numbers:
    """Adds up what is known of numbers, each given with its number of rows."""

    def __init__(self) -> None:
        self.rows = self.fractional = self.off_midnight = 0
        self.largest = 0.0
        self._sum = 0.0

    def add(self, values: np.ndarray, rows: np.ndarray) -> None:
        """Takes different numbers and the number of rows of each."""
        finite = np.isfinite(values)
        values, rows = values[finite], rows[finite]
        self.rows += int(rows.sum())
        self.largest = max(self.largest, float(np.abs(values).max(initial=0.0)))
        with np.errstate(over="ignore", invalid="ignore"):  # then there is no mean
            self._sum += float(values @ rows)
        self.fractional += int(rows[values != np.floor(values)].sum())
        self.off_midnight += int(rows[values % 86_400 != 0].sum())

    @property
    def mean(self) -> float | None:
        """The mean of the finite ones; None where there is none, or it is beyond what a float holds."""
        mean = self._sum / self.rows if self.rows else float("nan")
        return mean if np.isfinite(mean) else None


def quantiles(values: np.ndarray, rows: np.ndarray | None = None) -> tuple[float, ...]:
    """``QUANTILES`` evenly spaced quantiles of numbers, each with its number of rows (1 if not given).

    A quantile is a value that occurs: the least one that at least its share of the rows does not exceed.
    """
    finite = np.isfinite(values)
    values = values[finite]
    if not len(values):
        return ()
    rows = np.ones(len(values), np.int64) if rows is None else rows[finite]
    order = np.argsort(values)
    reached = np.cumsum(rows[order])
    wanted = np.ceil(np.linspace(0, 1, QUANTILES) * reached[-1]).clip(1)
    return tuple(float(value) for value in values[order][np.searchsorted(reached, wanted)])
