"""Which of its kind a row is: the k of ``duplicates: number``, in row order."""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rowid.checks.grouping import Groups
from rowid.checks.pieces import Part, Piece, nth_in_group
from rowid.checks.scratch import Scratch


class Numbering(Protocol):
    """Says of each row, in order, that it is the k-th of its kind."""

    def next(self, digests: np.ndarray, skip: np.ndarray | None = None) -> np.ndarray:
        """The k (int64) of the next n rows, whose digests have shape (n, 32); 1 where ``skip`` (bool, n) is set."""
        ...

    def complete(self) -> bool:
        """Whether the rows that were numbered are all those, and only those, from which the numbers come."""
        ...


class Occurrences:
    """Numbers rows as they come, in one pass; needs about 150 bytes of memory per distinct row."""

    def __init__(self) -> None:
        self._count: dict[bytes, int] = {}

    def next(self, digests: np.ndarray, skip: np.ndarray | None = None) -> np.ndarray:
        """See ``Numbering``."""
        numbers = np.ones(len(digests), np.int64)
        raw, width, count = digests.tobytes(), digests.shape[1], self._count
        for index in range(len(digests)) if skip is None else np.flatnonzero(~skip).tolist():
            one = raw[width * index : width * index + width]
            seen = count.get(one, 0) + 1
            count[one] = seen
            if seen > 1:
                numbers[index] = seen
        return numbers

    def complete(self) -> bool:
        """See ``Numbering``."""
        return True


class Numbers:
    """Numbers rows that were all counted before, for a second pass over the same rows.

    Either the numbers are ``ready``, or they come from ``pieces`` in a temporary file. ``fingerprint`` is the SHA-256
    of the digests of the rows that were counted.
    """

    def __init__(
        self,
        fingerprint: bytes,
        ready: np.ndarray | None = None,
        *,
        scratch: Scratch | None = None,
        pieces: Sequence[Piece] = (),
    ) -> None:
        self._expected, self._seen = fingerprint, hashlib.sha256()
        self._scratch, self._pieces = scratch, pieces
        self._ready = np.empty(0, np.int64) if ready is None else ready
        self._at = 0  # in what is ready
        self._next = 0  # piece

    def next(self, digests: np.ndarray, skip: np.ndarray | None = None) -> np.ndarray:
        """See ``Numbering``; rows beyond those that were counted are all the first of their kind."""
        self._seen.update(np.ascontiguousarray(digests).data)
        numbers = np.ones(len(digests), np.int64)
        done = 0
        while done < len(digests):
            if self._at == len(self._ready) and not self._load():
                break
            some = self._ready[self._at : self._at + len(digests) - done]
            numbers[done : done + len(some)] = some
            self._at += len(some)
            done += len(some)
        return numbers

    def complete(self) -> bool:
        """See ``Numbering``."""
        return self._seen.digest() == self._expected

    def _load(self) -> bool:
        """Makes the numbers of the next piece ready; False if there is none."""
        if self._scratch is None or self._next == len(self._pieces):
            return False
        piece, self._at = self._pieces[self._next], 0
        self._next += 1
        if piece.map is None:
            raise ValueError("the rows were counted without a map")
        before = np.zeros(int(piece.offsets[-1]) + 1, np.int64)  # the last one is of rows that take no part
        self._scratch.read(piece.map.before, before[:-1])
        self._ready = before[self._scratch.read(piece.map.record, np.empty(piece.rows, np.uint32))]
        if piece.map.nth is None:
            self._ready += 1
        else:
            self._ready += self._scratch.read(piece.map.nth, np.empty(piece.rows, np.uint32))
        return True


def in_memory(groups: Groups, rows: int) -> np.ndarray:
    """The numbers of rows that were grouped in memory."""
    numbers = np.ones(rows, np.int64)
    if groups.repeated:
        numbers[groups.order] = nth_in_group(groups)
    return numbers


def write_before(scratch: Scratch, pieces: Sequence[Piece], part: Part) -> None:
    """Fills in the pieces' maps how many rows of each kind of a part are in earlier pieces; zeros are there already."""
    groups, counts = part.groups, part.counts()
    earlier = np.cumsum(counts) - counts
    before = np.empty(len(counts), np.int64)
    before[groups.order] = earlier - earlier[groups.starts()][groups.group_of()]
    to = 0
    for piece, one in zip(pieces, part.records, strict=True):
        size = one.stop - one.start
        if piece.map is not None:
            scratch.write(piece.map.before + 8 * one.start, before[to : to + size])
        to += size
