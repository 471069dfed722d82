"""Which rows occurred before: exact counts over all rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rowid.checks.grouping import CACHED, grouped, grouped_in_parts
from rowid.checks.numbering import Numbers, in_memory, write_before
from rowid.checks.pieces import Part, Piece, merged, write_piece
from rowid.checks.scratch import Limits, Scratch, Spilling

MAX_NAMED = 5
"""Repeated rows that an error names."""

_FEW = 4096  # rows for which no more memory is asked than they need
_PART = 2**18


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that occurred before: its number and that of its first occurrence (from 1)."""

    row: int
    first: int


@dataclass(slots=True)
class _Counts:
    distinct: int = 0
    surplus: int = 0
    groups: int = 0
    largest: int = 0
    firsts: dict[int, int] = field(default_factory=dict)  # of repeated rows, both from 0


class Uniqueness(Spilling):
    """Counts rows by their keys (digests), exactly; the counts are made when they are asked for.

    The keys are collected in memory up to the limit, then in a temporary file, which ``close`` removes.

    Args:
        limits: what may be used.
        width: the bytes of a key: 8 or a multiple of it. The keys are to be spread evenly, as hashes are.
        numbered: ``numbers`` will be asked for.
    """

    def __init__(self, limits: Limits | None = None, *, width: int = 32, numbered: bool = False) -> None:
        super().__init__(limits or Limits())
        self.rows, self._width, self._numbered = 0, width, numbered
        self._seen = hashlib.sha256()
        self._capacity: int | None = None
        self._keys = np.empty((0, width), np.uint8)
        self._skipped: np.ndarray | None = None
        self._here = 0  # rows in memory
        self._pieces: list[Piece] = []
        self._early: dict[int, int] = {}  # the first repeats within a piece: row to first row in that piece, from 0
        self._counted: _Counts | None = None

    def add(self, keys: np.ndarray, skip: np.ndarray | None = None) -> None:
        """Takes the keys, shape (n, width), of the next n rows; those where ``skip`` (bool, n) is set take no part."""
        self._counted = None
        if self._numbered:
            self._seen.update(np.ascontiguousarray(keys).data)
        at = 0
        while at < len(keys):
            if self._here == len(self._keys):
                self._make_room(len(keys) - at)
            size = min(len(keys) - at, len(self._keys) - self._here)
            here = slice(self._here, self._here + size)
            self._keys[here] = keys[at : at + size]
            if skip is not None and self._skipped is None:
                self._skipped = np.zeros(len(self._keys), bool)
            if self._skipped is not None:
                self._skipped[here] = False if skip is None else skip[at : at + size]
            self._here += size
            self.rows += size
            at += size

    @property
    def distinct(self) -> int:
        """Distinct rows."""
        return self._counts().distinct

    @property
    def surplus(self) -> int:
        """Rows that repeat an earlier one."""
        return self._counts().surplus

    @property
    def groups(self) -> int:
        """Groups of two or more equal rows."""
        return self._counts().groups

    @property
    def largest(self) -> int:
        """Rows in the largest group; 1 where all rows differ, 0 where there is none."""
        return self._counts().largest

    @property
    def repeats(self) -> list[Repeat]:
        """The first rows that repeat an earlier one, in order; at most ``MAX_NAMED``."""
        firsts = sorted({**self._counts().firsts, **self._early}.items())
        return [Repeat(row + 1, first + 1) for row, first in firsts[:MAX_NAMED]]

    def largest_groups(self, limit: int) -> dict[bytes, int]:
        """The largest groups of equal rows: key to size, largest first, then in order of appearance."""
        found: list[tuple[int, int, bytes]] = []
        for part, starts, sizes in self._repeated():
            records = part.groups.order[starts]
            best = np.lexsort((part.first[records], -sizes))[:limit]
            found += [(-int(sizes[at]), int(part.first[records[at]]), part.keys[records[at]].tobytes()) for at in best]
            found = sorted(found)[:limit]
        return {key: -size for size, _, key in found}

    def repeated_keys(self) -> Iterator[np.ndarray]:
        """The keys that occur more than once, shape (n, width), in portions of about half a million."""
        portion: list[np.ndarray] = []
        for part, starts, _ in self._repeated():
            records = part.groups.order[starts]
            for at in range(0, len(records), _PART):
                portion.append(part.keys[records[at : at + _PART]])
                if sum(map(len, portion)) >= _PART:
                    yield np.concatenate(portion)
                    portion.clear()
        if portion:
            yield np.concatenate(portion)

    def numbers(self) -> Numbers:
        """The k of each row that is the k-th of its kind, in row order; to be read while this is open."""
        fingerprint = self._seen.digest()
        if self._scratch is None:
            groups = grouped_in_parts(self._keys[: self._here], skip=self._skip())
            return Numbers(fingerprint, in_memory(groups, self.rows))
        self._counts()
        return Numbers(fingerprint, scratch=self._scratch, pieces=self._pieces)

    def close(self) -> None:
        """Gives memory and disk back; no count can be asked for after it that was not asked for before."""
        self._keys, self._skipped = self._keys[:0], None
        super().close()

    def _make_room(self, needed: int) -> None:
        if self._capacity is None:
            # A row needs its key, and 32 bytes of order while a piece is sorted.
            self._capacity = max(1, self._limits.bytes() // (self._width + 32))
        if self._here >= self._capacity:
            self._spill()
            return
        size = self._here + needed
        grown = np.empty((min(self._capacity, _FEW if size <= _FEW else self._capacity), self._width), np.uint8)
        grown[: self._here] = self._keys[: self._here]
        if self._skipped is not None:
            self._skipped = np.append(self._skipped[: self._here], np.zeros(len(grown) - self._here, bool))
        self._keys = grown

    def _skip(self) -> np.ndarray | None:
        return None if self._skipped is None else self._skipped[: self._here]

    def _spill(self) -> None:
        """Moves the rows in memory to the temporary file."""
        self._scratch = self._scratch or Scratch(self._limits.directory)
        skip = self._skip()
        base = self.rows - self._here
        for at in range(0, self._here, CACHED):
            keys = self._keys[at : min(at + CACHED, self._here)]
            groups = grouped(keys, skip=None if skip is None else skip[at : at + CACHED])
            if len(self._early) < MAX_NAMED and groups.repeated:
                entries = np.flatnonzero(~groups.new)
                rows = groups.order[entries].astype(np.int64) + base + at
                first = groups.order[groups.starts()][groups.group_of()[entries]].astype(np.int64) + base + at
                _keep_first(self._early, rows, first)
            self._pieces.append(write_piece(self._scratch, keys, groups, base + at, with_map=self._numbered))
        self._here = 0

    def _parts(self) -> Iterator[Part]:
        """All rows that take part, in as many parts as memory asks for; equal keys are in the same one."""
        if self._scratch is None:
            keys = self._keys[: self._here]
            rows = np.arange(len(keys))
            for groups in grouped_in_parts(keys, skip=self._skip()):
                yield Part(keys, rows, None, groups, ())
            return
        self._spill()
        yield from merged(self._scratch, self._pieces, self._width, _PART)

    def _repeated(self) -> Iterator[tuple[Part, np.ndarray, np.ndarray]]:
        """The parts with the groups of two or more rows: where each begins in the order, and its size."""
        for part in self._parts():
            starts, sizes = _sizes(part)
            several = sizes > 1
            if several.any():
                yield part, starts[several], sizes[several]

    def _counts(self) -> _Counts:
        if self._counted is None:
            counts = _Counts()
            for part in self._parts():
                _count(counts, part, self._early)
                if self._numbered and self._scratch and part.groups.repeated:
                    write_before(self._scratch, self._pieces, part)
            self._counted = counts
        return self._counted


def _sizes(part: Part) -> tuple[np.ndarray, np.ndarray]:
    starts = part.groups.starts()
    if part.count is None or not len(starts):
        return starts, np.diff(starts, append=len(part.groups.order))
    return starts, np.add.reduceat(part.counts(), starts)


def _count(counts: _Counts, part: Part, early: dict[int, int]) -> None:
    groups = part.groups
    if part.count is None and not groups.repeated:
        counts.distinct += len(groups.order)
        counts.largest = max(counts.largest, min(1, len(groups.order)))
        return
    starts, sizes = _sizes(part)
    counts.distinct += len(starts)
    counts.surplus += int(sizes.sum()) - len(starts)
    counts.groups += int((sizes > 1).sum())
    counts.largest = max(counts.largest, int(sizes.max(initial=0)))
    entries = np.flatnonzero(~groups.new)
    rows = part.first[groups.order[entries]]
    first = part.first[groups.order[starts]][groups.group_of()[entries]]
    for row, known in early.items():  # what was first in its piece may have occurred in an earlier piece
        at = np.flatnonzero(rows == known)
        if at.size:
            early[row] = int(first[at[0]])
    _keep_first(counts.firsts, rows, first)


def _keep_first(repeats: dict[int, int], rows: np.ndarray, first: np.ndarray) -> None:
    """Adds the ``MAX_NAMED`` smallest of the repeated rows."""
    if len(rows) > MAX_NAMED:
        few = np.argpartition(rows, MAX_NAMED)[:MAX_NAMED]
        rows, first = rows[few], first[few]
    together = {**repeats, **dict(zip(rows.tolist(), first.tolist(), strict=True))}
    repeats.clear()
    repeats.update(sorted(together.items())[:MAX_NAMED])
