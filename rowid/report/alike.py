"""Rows with the same key, and whether they are alike in other respects: exact, for as many keys as are given."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.digest import SIZE
from rowid.engine import HashingEngine
from rowid.recipe import Recipe
from rowid.stream import CellType, values

BYTES_PER_GROUP = 2 * SIZE
"""What a group costs, and as much again for each respect."""


class Lookup:
    """Where digests are among some different ones, given as uint8 of shape (n, 32)."""

    def __init__(self, digests: np.ndarray) -> None:
        self._order = np.argsort(_leads(digests), kind="stable")
        self._digests = digests[self._order]
        self._leads = _leads(self._digests)

    def __len__(self) -> int:
        return len(self._order)

    def find(self, digests: np.ndarray) -> np.ndarray:
        """The position of each of n digests among those given, int64 (n,); -1 for one that is not among them."""
        if not len(self):
            return np.full(len(digests), -1, np.int64)
        leads = _leads(digests)
        at = np.minimum(np.searchsorted(self._leads, leads), len(self) - 1)
        found = np.full(len(digests), -1, np.int64)
        left = np.flatnonzero(self._leads[at] == leads)
        while left.size:  # once, but for digests that share their first 64 bits
            same = (self._digests[at[left]] == digests[left]).all(axis=1)
            found[left[same]] = self._order[at[left[same]]]
            left = left[~same]
            at[left] += 1
            left = left[at[left] < len(self)]
            left = left[self._leads[at[left]] == leads[left]]
        return found


class Alikeness:
    """For groups of rows with the same key: in which of some respects the rows of each group differ.

    ``first`` holds the number (from 1) of the first row of each group, and ``other``, shape (groups, respects), that
    of the first row that differs from it in that respect; 0 where none does.
    """

    def __init__(self, keys: np.ndarray, respects: int) -> None:
        self.lookup = Lookup(keys)
        self.first = np.zeros(len(keys), np.int64)
        self.other = np.zeros((len(keys), respects), np.int64)
        self.sizes = np.zeros(len(keys), np.int64)
        self._marks = np.zeros((respects, len(keys), SIZE), np.uint8)

    @property
    def differs(self) -> np.ndarray:
        """Whether the rows of each group differ in each respect, bool (groups, respects)."""
        return self.other > 0

    def add(self, groups: np.ndarray, rows: np.ndarray, marks: Sequence[np.ndarray]) -> None:
        """Takes the next m rows: their groups, their numbers, and for each respect digests, uint8 (m, 32)."""
        self.sizes += np.bincount(groups, minlength=len(self.sizes))
        some, at = np.unique(groups, return_index=True)
        fresh = self.first[some] == 0
        begins, ats = some[fresh], at[fresh]
        self.first[begins] = rows[ats]
        for respect, mark in enumerate(marks):
            known = self._marks[respect]
            known[begins] = mark[ats]
            differing = np.flatnonzero((known[groups] != mark).any(axis=1))
            there, first = np.unique(groups[differing], return_index=True)
            news = self.other[there, respect] == 0
            self.other[there[news], respect] = rows[differing[first[news]]]


def marks_of(column: pa.Array) -> np.ndarray:
    """A digest of each of n values, uint8 (n, 32): equal for equal values, and there for every value.

    The columns of a key have canonical texts; another column may hold a list, broken text or a year out of range.
    """
    with HashingEngine(Recipe(["c"]), counts=False) as engine:
        return engine.hashed(pa.record_batch([_comparable(column)], ["c"])).digests


def _comparable(column: pa.Array) -> pa.Array:
    """The column in a type of which every value has a canonical text."""
    plain, is_ = values(column), pa.types
    for carries, content in _CARRIERS:
        if carries(plain.type):
            return _comparable(content(plain))
    if is_.is_string(plain.type) or is_.is_large_string(plain.type) or is_.is_string_view(plain.type):
        return plain.cast(pa.large_binary())
    if is_.is_temporal(plain.type):
        return plain.view(pa.int32() if plain.type.bit_width == 32 else pa.int64())
    if is_.is_nested(plain.type):
        return pa.array([_written(one) if one.is_valid else None for one in plain], pa.string())
    return plain


_CARRIERS = (
    (pa.types.is_dictionary, lambda array: array.dictionary_decode()),
    (pa.types.is_run_end_encoded, pc.run_end_decode),
    (lambda type_: isinstance(type_, CellType), values),
    (lambda type_: isinstance(type_, pa.BaseExtensionType), lambda array: array.storage),
)


def _written(value: pa.Scalar) -> str:
    try:
        return repr(value.as_py())
    except (ValueError, OverflowError):  # a time in it that Python's types cannot hold
        return str(value)


def _leads(digests: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(digests).view(np.uint64).reshape(len(digests), -1)[:, 0]
