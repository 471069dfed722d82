"""Two tables' rows brought together by their keys: which are on one side alone, alike, different, or not to be told.

A row is a record: its key, a part of the digest of its content, its number. Records are sorted in pieces, each key
once a piece; pieces go to a temporary file when they outgrow the memory they may use, and are merged part by part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rowid.checks.grouping import CACHED, grouped
from rowid.checks.pieces import BUCKETS, bucket, cuts
from rowid.checks.scratch import Limits, Scratch, Spilling

_KEY, _CONTENT, _ROW, _COUNT, _WORDS = slice(0, 4), slice(4, 6), 6, 7, 8  # 64-bit words of a record
_PART = 2**18
_NO_ROW = np.uint64(2**63)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Records in the order of their buckets, in memory or from ``at`` on in the temporary file."""

    offsets: np.ndarray
    records: np.ndarray | None
    at: int = 0


class KeyedRows(Spilling):
    """The rows of one side.

    Args:
        limits: what may be used, of which this side takes half.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits or Limits())
        self.rows = 0
        self._budget = self._limits.bytes() // 2
        self._pieces: list[_Piece] = []
        self._held = 0  # bytes of the pieces in memory
        self._waiting: list[np.ndarray] = []
        self._waiting_rows = 0

    def add(self, keys: np.ndarray, contents: np.ndarray) -> None:
        """Takes the digests of the keys and of the contents, both uint8 (n, 32), of the next n rows."""
        for at in range(0, len(keys), CACHED):
            some = np.empty((len(keys[at : at + CACHED]), _WORDS), np.uint64)
            some[:, _KEY] = np.ascontiguousarray(keys[at : at + CACHED]).view(np.uint64)
            some[:, _CONTENT] = np.ascontiguousarray(contents[at : at + CACHED]).view(np.uint64)[:, :2]
            some[:, _ROW] = np.arange(self.rows, self.rows + len(some), dtype=np.uint64)
            some[:, _COUNT] = 1
            self.rows += len(some)
            self._waiting.append(some)
            self._waiting_rows += len(some)
            if self._waiting_rows >= CACHED:
                self._make_piece()

    def pieces(self) -> Sequence[_Piece]:
        """All rows, in pieces."""
        if self._waiting:
            self._make_piece()
        return self._pieces

    def read(self, piece: _Piece, begin: int, end: int) -> np.ndarray:
        """The records of a piece from bucket ``begin`` to before bucket ``end``."""
        first, last = int(piece.offsets[begin]), int(piece.offsets[end])
        if piece.records is not None:
            return piece.records[first:last]
        into = np.empty((last - first, _WORDS), np.uint64)
        return self._scratch.read(piece.at + 8 * _WORDS * first, into) if self._scratch else into

    def close(self) -> None:
        """Gives memory and disk back."""
        self._pieces, self._waiting = [], []
        super().close()

    def _make_piece(self) -> None:
        records = np.concatenate(self._waiting)
        self._waiting, self._waiting_rows = [], 0
        groups = grouped(_keys(records))
        records = records[groups.order]
        if groups.repeated:
            starts = groups.starts()
            together = records[starts]  # the first of each key, for equal ones are in the order of their rows
            together[:, _CONTENT] = np.add.reduceat(records[:, _CONTENT], starts)
            together[:, _COUNT] = np.add.reduceat(records[:, _COUNT], starts)
            records = together
        sizes = np.bincount(bucket(np.ascontiguousarray(records[:, _KEY])), minlength=BUCKETS)
        offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        self._pieces.append(_Piece(offsets, records))
        self._held += records.nbytes
        if self._held > self._budget:
            self._spill()

    def _spill(self) -> None:
        scratch = self._scratch = self._scratch or Scratch(self._limits.directory)
        self._pieces = [
            one if one.records is None else _Piece(one.offsets, None, scratch.append(one.records))
            for one in self._pieces
        ]
        self._held = 0


@dataclass(frozen=True, slots=True)
class Matches:
    """What became of some keys, those of one part of the key space.

    ``different`` has a row (int64) for each key that is not the same on both sides: the number, from 0, of its first
    row before and after (-1: there is none), how many rows have it before and after, and the first 64 bits of the key.
    ``unchanged`` counts the rows that are the same on both sides, ``repeated`` those, before and after, whose key is
    not unique there.
    """

    different: np.ndarray
    unchanged: int
    repeated: tuple[int, int]


def matched(before: KeyedRows, after: KeyedRows) -> Iterator[Matches]:
    """The matches of all keys, in as many parts as memory asks for.

    Contents are told apart by 128 bits of their digests; those of a key that repeats, by the sums of these.
    """
    sides = [(side, side.pieces()) for side in (before, after)]
    offsets = np.zeros(BUCKETS + 1, np.int64)
    for _, pieces in sides:
        for piece in pieces:
            offsets += piece.offsets
    for begin, end in pairwise(cuts(offsets, _PART)):
        parts = [
            np.concatenate([np.empty((0, _WORDS), np.uint64), *(side.read(piece, begin, end) for piece in pieces)])
            for side, pieces in sides
        ]
        if sum(map(len, parts)):
            yield _matches(*parts)


def _matches(before: np.ndarray, after: np.ndarray) -> Matches:
    records = np.concatenate([before, after])
    groups = grouped(_keys(records), word=1)  # the keys of a part agree in the leading bits of their first word
    starts, late = groups.starts(), groups.order >= len(before)
    records = records[groups.order]
    first = [_firsts(records, side, starts) for side in (~late, late)]
    count = [_sums(records[:, _COUNT], side, starts) for side in (~late, late)]
    content = [_sums(records[:, _CONTENT], side[:, None], starts) for side in (~late, late)]
    same = (count[0] == count[1]) & (content[0] == content[1]).all(axis=1)
    marks = records[starts, 0].astype(np.int64)
    return Matches(
        np.stack([*first, *count, marks], axis=1)[~same],
        int(count[0][same].sum()),
        (int(count[0][count[0] > 1].sum()), int(count[1][count[1] > 1].sum())),
    )


def _keys(records: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(records[:, _KEY]).view(np.uint8)


def _firsts(records: np.ndarray, side: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The first row of each group on a side; -1 where there is none."""
    found = np.minimum.reduceat(np.where(side, records[:, _ROW], _NO_ROW), starts)
    return np.where(found == _NO_ROW, np.int64(-1), found.astype(np.int64))


def _sums(words: np.ndarray, side: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The sums of each group's words on a side, modulo 2^64."""
    return np.add.reduceat(np.where(side, words, np.uint64(0)), starts).astype(np.int64)
