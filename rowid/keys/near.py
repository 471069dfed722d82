"""Combinations that few rows keep from being a key."""

from collections.abc import Iterable

import numpy as np

from rowid.keys import partition
from rowid.keys.codes import Codes
from rowid.keys.minimal import Found, Step
from rowid.keys.partition import Partition

_BEAM = 4  # combinations of each size that are tried with one column more
_GROUPS = 3
_ROWS = 5


def near_keys(codes: Codes, found: Found, largest: int, *, share: float, step: Step) -> dict[tuple[int, ...], int]:
    """Combinations that are no keys, with ``share`` of the rows or more distinct, and their surplus rows.

    Not all: from those of each size that tell most rows apart, a column more is tried, and what the search met joins.
    A combination is left out where a part of it does nearly as well. ``step`` is told how many were tried, of how many
    at most.
    """
    most_tried = largest * _BEAM
    step(0, most_tried)
    keys = [frozenset(key) for key in found.keys]
    surplus: dict[frozenset[int], int] = {frozenset(one): partition.of(codes, one).surplus for one in found.near}
    singles = {frozenset([at]): partition.of(codes, [at]) for at in range(len(codes.columns))}
    beam = {one: part for one, part in singles.items() if part.surplus and one not in keys}
    for size in range(largest):
        surplus |= {one: part.surplus for one, part in beam.items()}
        best = sorted(beam, key=lambda one: (beam[one].surplus, sorted(one)))[:_BEAM]
        larger: dict[frozenset[int], Partition] = {}
        for tried, one in enumerate(best, size * _BEAM):
            if not step(tried, most_tried):
                break
            larger |= _with_one_more(codes, one, beam[one], [*keys, *larger])
        beam = larger
    most = (1 - share) * len(codes)
    few = {one: count for one, count in surplus.items() if 0 < count <= most and len(one) <= largest}
    return {tuple(sorted(one)): few[one] for one in _worthwhile(few)}


def rows_of(part: Partition, rows: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """The numbers (from 1) of some equal rows, of the groups that appear first; ``rows`` numbers them from 0."""
    return tuple(tuple((rows[one] + 1).tolist()) for one in partition.first_groups(part, _GROUPS, _ROWS))


def surplus_without_null(codes: Codes, columns: Iterable[int], part: Partition) -> int:
    """The surplus rows where a null is unknown and equals nothing, as in SQL's UNIQUE."""
    known = np.ones(len(part.rows), bool)
    for at in columns:
        known &= codes.columns[at][part.rows] != 0
    counts = np.bincount(part.group[known])
    return int(counts.sum() - np.count_nonzero(counts))


def rows_with_null(codes: Codes, columns: Iterable[int]) -> int:
    """The rows with a null in one of the columns."""
    null = np.zeros(len(codes), bool)
    for at in columns:
        null |= codes.columns[at] == 0
    return int(np.count_nonzero(null))


def _with_one_more(
    codes: Codes, one: frozenset[int], part: Partition, left_out: list[frozenset[int]]
) -> dict[frozenset[int], Partition]:
    """What a column more makes of a combination, where it tells more apart and has none of the others in it."""
    larger: dict[frozenset[int], Partition] = {}
    for at in range(len(codes.columns)):
        more = one | {at}
        if at in one or any(other <= more for other in left_out):
            continue
        left = partition.refined(part, codes.columns[at], codes.cards[at])
        if 0 < left.surplus < part.surplus:  # else the column tells nothing apart here
            larger[more] = left
    return larger


def _worthwhile(surplus: dict[frozenset[int], int]) -> list[frozenset[int]]:
    """The nearest first; none of which a part, listed before or after, is short of twice as many rows at most."""
    order = sorted(surplus, key=lambda one: (surplus[one], len(one), sorted(one)))
    return [
        one for one in order
        if not any(part < one and surplus[part] <= 2 * surplus[one] for part in surplus)
    ]  # fmt: skip
