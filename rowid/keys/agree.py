"""What pairs of rows have in common: a set of columns in which two rows agree is no key, nor is any part of it."""

import numpy as np

from rowid.keys.codes import Codes

WORD = 64
"""Sets that are looked at together."""


class AgreeSets:
    """Sets of columns in which some two rows agree; grows as pairs of rows are compared."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._known: set[bytes] = set()
        self._differs = np.zeros((len(codes.columns), 256), bool)  # by column, for each known set
        self._size = np.zeros(256, np.int32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, one: np.ndarray, other: np.ndarray, *, at_least: int = 2) -> None:
        """Compares pairs of rows, by their positions; sets of fewer than ``at_least`` columns are of no use."""
        if not len(one):
            return
        agree = np.stack([column[one] == column[other] for column in self._codes.columns])
        sizes = np.count_nonzero(agree, axis=0)
        use = np.flatnonzero(sizes >= at_least)
        packed = np.ascontiguousarray(np.packbits(agree[:, use], axis=0).T)
        _, first = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True)
        fresh = [at for at in first.tolist() if packed[at].tobytes() not in self._known]
        self._known.update(packed[at].tobytes() for at in fresh)
        self._append(~agree[:, use[fresh]], sizes[use[fresh]])

    def undecided(self, combos: np.ndarray, since: int = 0) -> np.ndarray:
        """Marks the combinations (column positions, shape (n, k)) that none of the sets after the first so many holds.

        A combination may be a key only if, of every two rows, it has a column in which they differ. That is a bit for
        each set and column, 64 of them in a word.
        """
        alive = np.ones(len(combos), bool)
        large = since + np.flatnonzero(self._size[since : self._count] >= combos.shape[1])
        for at in range(0, len(large), WORD):
            bits = _words(self._differs[:, large[at : at + WORD]])
            left = np.flatnonzero(alive)
            if not len(left):
                break
            alive[left] = np.bitwise_or.reduce(bits[combos[left]], axis=1) == ~np.uint64(0)
        return alive

    def _append(self, differs: np.ndarray, sizes: np.ndarray) -> None:
        end = self._count + len(sizes)
        while end > len(self._size):
            self._differs = np.concatenate([self._differs, np.zeros_like(self._differs)], axis=1)
            self._size = np.concatenate([self._size, np.zeros_like(self._size)])
        self._differs[:, self._count : end] = differs
        self._size[self._count : end] = sizes
        self._count = end


def _words(bits: np.ndarray) -> np.ndarray:
    """Rows of at most 64 bits as a word each, filled up with ones."""
    full = np.ones((len(bits), WORD), bool)
    full[:, : bits.shape[1]] = bits
    return np.packbits(full, axis=1).view(np.uint64).ravel()
