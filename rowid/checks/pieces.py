"""Pieces: the keys of some consecutive rows, sorted, each once, in the temporary file; and their merging, part by part.

A key that occurs often is written once a piece, so no data make a piece or a part of the merge larger than others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rowid.checks.grouping import Groups, grouped
from rowid.checks.scratch import Scratch

BUCKETS = 1024
"""Parts of the key space; each piece knows where each begins."""

_SLICE = 65_536


@dataclass(frozen=True, slots=True)
class RowMap:
    """Where a piece keeps, in row order, what numbering its rows needs: where in the temporary file each array begins.

    ``record`` (uint32): the row's record, or the number of records for a row that takes no part. ``nth`` (uint32): the
    row is so many-th of its kind in the piece; None if all are the first. ``before`` (int64, by record): rows of the
    kind in earlier pieces, once the pieces have been merged.
    """

    record: int
    nth: int | None
    before: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A record per different key of ``rows`` rows that follow on ``base`` others.

    In the temporary file: from ``keys`` on the keys in the order of their buckets; from ``first`` on each one's first
    row in the piece (uint32); from ``count`` on how often each occurs (uint32), None if all occur once. ``offsets``
    says where each bucket begins.
    """

    base: int
    rows: int
    offsets: np.ndarray
    keys: int
    first: int
    count: int | None
    map: RowMap | None


@dataclass(frozen=True, slots=True)
class Part:
    """Records to be counted together: all that have certain keys.

    ``first`` holds the rows (from 0, over all pieces) and ``count`` the occurrences of each; None if all occur once
    in their pieces. Where no key occurs twice, ``first`` is empty. ``groups`` orders equal keys by their first rows.
    ``records`` says which records of each piece these are.
    """

    keys: np.ndarray
    first: np.ndarray
    count: np.ndarray | None
    groups: Groups
    records: Sequence[slice]

    def counts(self) -> np.ndarray:
        """How often each record occurs, in the order of ``groups``."""
        if self.count is None:
            return np.ones(len(self.groups.order), np.int64)
        return self.count[self.groups.order].astype(np.int64)


def write_piece(scratch: Scratch, keys: np.ndarray, groups: Groups, base: int, *, with_map: bool) -> Piece:
    """Writes the keys of some rows that were grouped."""
    repeated = groups.repeated
    starts = groups.starts() if repeated else None
    first = groups.order if starts is None else groups.order[starts]
    at = scratch.size
    sizes = np.zeros(BUCKETS, np.int64)
    for begin in range(0, len(first), _SLICE):
        some = np.take(keys.view(np.uint64), first[begin : begin + _SLICE], axis=0)
        sizes += np.bincount(bucket(some), minlength=BUCKETS)
        scratch.append(some)
    return Piece(
        base,
        len(keys),
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        at,
        scratch.append(first.astype(np.uint32)),
        None if starts is None else scratch.append(np.diff(starts, append=len(groups.order)).astype(np.uint32)),
        _write_map(scratch, groups, len(keys)) if with_map else None,
    )


def bucket(long: np.ndarray) -> np.ndarray:
    """The bucket of keys given as 64-bit words: the leading bits of the 32-bit word by which a piece is sorted."""
    return (long.view(np.uint32)[:, 0] >> 22).astype(np.intp)


def nth_in_group(groups: Groups) -> np.ndarray:
    """For each entry of ``order``, that it is so many-th of its group, from 1."""
    starts = groups.starts()
    return np.arange(1, len(groups.order) + 1) - np.repeat(starts, np.diff(starts, append=len(groups.order)))


def _write_map(scratch: Scratch, groups: Groups, rows: int) -> RowMap:
    records = int(groups.new.sum())
    by_row = np.full(rows, records, np.uint32)
    by_row[groups.order] = groups.group_of()
    record = scratch.append(by_row)
    nth = None
    if groups.repeated:
        by_row[:] = 1
        by_row[groups.order] = nth_in_group(groups)
        nth = scratch.append(by_row)
    return RowMap(record, nth, scratch.reserve(8 * records))


def merged(scratch: Scratch, pieces: Sequence[Piece], width: int, most: int) -> Iterator[Part]:
    """All records, part by part, of at most ``most`` records where a single bucket does not have more."""
    offsets = np.asarray(np.sum([piece.offsets for piece in pieces], axis=0, dtype=np.int64))
    for begin, end in pairwise(cuts(offsets, most)):
        slices = [slice(int(piece.offsets[begin]), int(piece.offsets[end])) for piece in pieces]
        yield _read_part(scratch, pieces, slices, width)


def cuts(offsets: np.ndarray, most: int) -> list[int]:
    """Buckets at which to cut, first and last included, so that a part has ``most`` records where that can be."""
    places = [0]
    while places[-1] < BUCKETS:
        end = int(np.searchsorted(offsets, offsets[places[-1]] + most, side="right")) - 1
        places.append(max(end, places[-1] + 1))
    return places


def _read_part(scratch: Scratch, pieces: Sequence[Piece], slices: list[slice], width: int) -> Part:
    ends = np.cumsum([one.stop - one.start for one in slices])
    places = [slice(int(end) - one.stop + one.start, int(end)) for one, end in zip(slices, ends, strict=True)]
    keys = np.empty((int(ends[-1]), width), np.uint8)
    for piece, one, to in zip(pieces, slices, places, strict=True):
        scratch.read(piece.keys + width * one.start, keys[to])
    # The keys of a part agree in the leading bits of their first word: the second one tells them apart.
    groups = grouped(keys, word=1)
    first = np.empty(len(keys), np.int64)
    count = None if all(piece.count is None for piece in pieces) else np.ones(len(keys), np.uint32)
    if count is None and not groups.repeated:
        return Part(keys, first[:0], None, groups, slices)
    for piece, one, to in zip(pieces, slices, places, strict=True):
        first[to] = scratch.read(piece.first + 4 * one.start, np.empty(to.stop - to.start, np.uint32))
        first[to] += piece.base
        if count is not None and piece.count is not None:
            scratch.read(piece.count + 4 * one.start, count[to])
    return Part(keys, first, count, groups, slices)
