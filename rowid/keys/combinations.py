"""All combinations of so many columns, and which of them hold a key already."""

from itertools import combinations
from math import comb

import numpy as np


def all_of(columns: int, size: int) -> np.ndarray:
    """All combinations of ``size`` of so many columns, ascending, shape (n, size), in lexicographic order."""
    flat = np.fromiter((one for some in combinations(range(columns), size) for one in some), np.int32)
    return flat.reshape(-1, size)


class Holding:
    """Which combinations hold a key: of two sizes, the one that was done and the one above it."""

    def __init__(self, columns: int, largest: int) -> None:
        table = [[comb(n, k) for k in range(largest + 1)] for n in range(columns + 1)]
        self._choose = np.array(table, np.int64)
        self._held = np.zeros(1, bool)  # by rank, of the combinations of the size that was done: of none, none

    def above(self, combos: np.ndarray) -> np.ndarray:
        """Marks the combinations, one larger than those done, of which a part holds a key."""
        size = combos.shape[1]
        held = np.zeros(len(combos), bool)
        for left_out in range(size):
            held |= self._held[self._rank(np.delete(combos, left_out, axis=1))]
        return held

    def done(self, combos: np.ndarray, held: np.ndarray) -> None:
        """Remembers of all combinations of a size which hold a key."""
        self._held = np.zeros(len(combos), bool)
        self._held[self._rank(combos)] = held

    def _rank(self, combos: np.ndarray) -> np.ndarray:
        """The place of each combination among those of its size (the combinatorial number system)."""
        rank = np.zeros(len(combos), np.int64)
        for at in range(combos.shape[1]):
            rank += self._choose[combos[:, at], at + 1]
        return rank
