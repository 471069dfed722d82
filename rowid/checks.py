"""What is counted while IDs are made: which rows occurred before, and whether different rows got the same ID."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

MAX_NAMED = 5
"""Repeated rows that an error names."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that occurred before: its number and that of its first occurrence (from 1)."""

    row: int
    first: int


class Uniqueness:
    """Counts rows by their digest, exactly, over all batches that it is shown.

    Holds a digest and a row number per distinct row in memory: about 150 bytes for each.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.repeats: list[Repeat] = []  # the first few
        self._first: dict[bytes, int] = {}
        self._count: dict[bytes, int] = {}  # only of digests that occurred more than once

    def add(self, digests: np.ndarray, skip: np.ndarray | None = None) -> np.ndarray:
        """Takes the digests, shape (n, 32), of the next n rows; returns the k of each row that is the k-th of its kind.

        Rows where ``skip`` (bool, n) is set take no part, and have 1.
        """
        occurrences = np.ones(len(digests), np.int64)
        raw = digests.tobytes()
        for index in range(len(digests)):
            self.rows += 1
            if skip is not None and skip[index]:
                continue
            one = raw[32 * index : 32 * index + 32]
            first = self._first.setdefault(one, self.rows)
            if first != self.rows:
                occurrences[index] = self._count[one] = self._count.get(one, 1) + 1
                if len(self.repeats) < MAX_NAMED:
                    self.repeats.append(Repeat(self.rows, first))
        return occurrences

    @property
    def distinct(self) -> int:
        """Distinct rows so far."""
        return len(self._first)

    @property
    def surplus(self) -> int:
        """Rows so far that repeat an earlier one."""
        return sum(self._count.values()) - len(self._count)

    @property
    def groups(self) -> int:
        """Groups of two or more equal rows."""
        return len(self._count)

    @property
    def largest(self) -> int:
        """Rows in the largest group; 1 where all rows differ, 0 where there is none."""
        return max(self._count.values(), default=min(1, len(self._first)))

    def largest_groups(self, limit: int) -> dict[bytes, int]:
        """The largest groups of equal rows: digest to size, largest first, then in order of appearance."""
        order = sorted(self._count, key=lambda one: (-self._count[one], self._first[one]))
        return {one: self._count[one] for one in order[:limit]}


class DistinctIds:
    """Counts distinct IDs of the forms that keep only a part of the digest."""

    def __init__(self) -> None:
        self._seen: set[object] = set()

    def add(self, ids: pa.Array) -> None:
        """Takes the IDs of the next rows; nulls are none."""
        self._seen.update(_present(ids))

    @property
    def distinct(self) -> int:
        """Distinct IDs so far."""
        return len(self._seen)


def _present(ids: pa.Array) -> Iterable[object]:
    return ids.drop_null().to_pylist()
