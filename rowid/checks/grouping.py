"""Equal keys brought together, in memory: the one step on which every count rests."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CACHED = 2**17
"""Keys that are sorted at a time: few enough for the processor's cache."""

_SLICE = 65_536  # keys compared at a time, so that they stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Groups:
    """Keys arranged so that equal ones are neighbours.

    ``order`` holds the keys' positions, those of equal keys ascending; ``new`` (bool) is set where another key begins
    than the one before.
    """

    order: np.ndarray
    new: np.ndarray

    @property
    def repeated(self) -> bool:
        """True if a key occurs more than once."""
        return not self.new.all()

    def starts(self) -> np.ndarray:
        """Where in ``order`` each group begins."""
        return np.flatnonzero(self.new)

    def group_of(self) -> np.ndarray:
        """The number of the group, from 0, of each entry of ``order``."""
        return np.cumsum(self.new) - 1


def grouped(keys: np.ndarray, *, word: int = 0, skip: np.ndarray | None = None) -> Groups:
    """Groups n keys, shape (n, 8 or a multiple of it), dtype uint8, leaving out those where ``skip`` (bool, n) is set.

    The keys are ordered by one of their 32-bit words: of a digest, that leaves few different keys side by side. Which
    neighbours are equal is decided by all of their bytes.
    """
    words = _column(keys, word)
    order = _sorted(words)
    if skip is not None:
        order = order[~skip[order]]
    return _marked(keys, words[order], order)


def grouped_in_parts(keys: np.ndarray, *, skip: np.ndarray | None = None) -> Iterator[Groups]:
    """As ``grouped`` in several parts, equal keys in the same one, each small enough to be sorted in the cache."""
    bits = min(8, (len(keys) // CACHED).bit_length())
    if not bits:
        yield grouped(keys, skip=skip)
        return
    words = _column(keys, 0)
    lead = (words >> (32 - bits)).astype(np.uint8)
    blocks = []
    for at in range(0, len(keys), CACHED):
        some = lead[at : at + CACHED]
        rows = np.argsort(some, kind="stable").astype(np.uint32)
        rows += np.uint32(at)
        blocks.append(np.split(rows, np.cumsum(np.bincount(some, minlength=2**bits))[:-1]))
    for part in zip(*blocks, strict=True):
        rows = np.concatenate(part)
        if skip is not None:
            rows = rows[~skip[rows]]
        here = words[rows]
        order = _sorted(here)
        yield _marked(keys, here[order], rows[order])


def _column(keys: np.ndarray, word: int) -> np.ndarray:
    return np.ascontiguousarray(keys.view(np.uint32)[:, word])


def _marked(keys: np.ndarray, words: np.ndarray, order: np.ndarray) -> Groups:
    """Groups of keys that are ordered by ``words``."""
    alike = np.flatnonzero(words[1:] == words[:-1]) + 1
    new = np.ones(len(order), bool)
    if alike.size:
        _compare(keys.view(np.uint64), order, new, alike)
    return Groups(order, new)


def _sorted(words: np.ndarray) -> np.ndarray:
    """The positions (uint32) of 32-bit words in their order, equal ones ascending.

    NumPy's stable sort of 16-bit numbers is a radix sort. Two of them cost the same on every processor; its sort of
    longer numbers is as fast on some, and six times slower on others.
    """
    by_low = np.argsort(words.astype(np.uint16), kind="stable").astype(np.uint32)
    high = (words >> 16).astype(np.uint16)
    return by_low[np.argsort(high[by_low], kind="stable")]


def _compare(long: np.ndarray, order: np.ndarray, new: np.ndarray, alike: np.ndarray) -> None:
    """Clears ``new`` at those of the entries ``alike`` (the sorted words are the predecessor's) whose key is, too."""
    new[alike] = False
    different = []
    for at in range(0, len(alike), _SLICE):
        some = alike[at : at + _SLICE]
        equal = (np.take(long, order[some], axis=0) == np.take(long, order[some - 1], axis=0)).all(axis=1)
        different.append(some[~equal])
    mixed = np.concatenate(different)
    if mixed.size:
        _untangle(long, order, new, mixed)


def _untangle(long: np.ndarray, order: np.ndarray, new: np.ndarray, mixed: np.ndarray) -> None:
    """Orders by all bytes the few runs of alike entries in which different keys stand, those at ``mixed``."""
    starts = np.append(np.flatnonzero(new), len(new))
    runs = np.searchsorted(starts, mixed, side="right") - 1
    runs = runs[np.append(True, runs[1:] != runs[:-1])]  # they ascend; NumPy's unique loads its masked arrays
    sizes = starts[runs + 1] - starts[runs]
    run = np.repeat(np.arange(len(runs)), sizes)
    entries = np.arange(len(run)) + np.repeat(starts[runs] - (np.cumsum(sizes) - sizes), sizes)
    positions = order[entries]
    keys = long[positions]
    by_key = np.lexsort((positions, *keys.T, run))
    keys, run = keys[by_key], run[by_key]
    order[entries] = positions[by_key]
    new[entries[1:]] = (keys[1:] != keys[:-1]).any(axis=1) | (run[1:] != run[:-1])
