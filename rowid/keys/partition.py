"""Rows that some columns do not tell apart, as groups; and what one more column makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rowid.keys.codes import Codes

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: multiplication spreads neighbours
_FIRST = 32_768  # rows that are looked at first: a column that is far from a key shows it there


@dataclass(frozen=True, slots=True)
class Partition:
    """The rows that are in groups of two or more equal ones, ascending, and the number of each one's group.

    Rows that stand alone are left out: no further column can make them equal to others.
    """

    rows: np.ndarray
    group: np.ndarray
    groups: int

    @property
    def surplus(self) -> int:
        """Rows that repeat another one."""
        return len(self.rows) - self.groups


def whole(rows: int) -> Partition:
    """All rows in one group: what no column tells apart."""
    if rows < 2:
        return Partition(np.zeros(0, np.int32), np.zeros(0, np.int32), 0)
    return Partition(np.arange(rows, dtype=np.int32), np.zeros(rows, np.int32), 1)


def refined(part: Partition, codes: np.ndarray, card: int) -> Partition:
    """The groups that are left when a column is compared too."""
    keys = _combined(part.group, codes[part.rows], card)
    return _stripped(part.rows, keys, part.groups * card)


def of(codes: Codes, columns: Sequence[int]) -> Partition:
    """The groups of rows that agree in some columns."""
    part = whole(len(codes))
    for at in sorted(columns, key=lambda one: -codes.cards[one]):
        part = refined(part, codes.columns[at], codes.cards[at])
    return part


def offenders(part: Partition, codes: np.ndarray, card: int) -> tuple[Partition, bool]:
    """As ``refined``, but only among the first rows where these show already that groups are left; then False."""
    if len(part.rows) > 2 * _FIRST:
        first = slice(0, _FIRST)
        keys = _combined(part.group[first], codes[part.rows[first]], card)
        found = _stripped(part.rows[first], keys, part.groups * card)
        if found.surplus * 200 > _FIRST:
            return found, False
    return refined(part, codes, card), True


def pairs(part: Partition, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Some pairs of rows of the same group, ``limit`` at most, taken evenly from all groups."""
    rows, group = part.rows, part.group
    if len(rows) > 2 * limit:
        step = -(-part.groups // limit)
        some = np.flatnonzero(group % step == 0) if step > 1 else np.arange(len(rows))
        if len(some) > 4 * limit:  # few large groups: pieces of them
            start = np.linspace(0, len(some) - 4, limit // 4 or 1).astype(np.int64)
            some = np.unique((start[:, None] + np.arange(4)).ravel())
            some = np.flatnonzero(group % step == 0)[some]
        rows, group = rows[some], group[some]
    order = np.argsort(group, kind="stable")
    alike = np.flatnonzero(group[order][1:] == group[order][:-1])[:limit]
    return rows[order[alike]], rows[order[alike + 1]]


def first_groups(part: Partition, groups: int, each: int) -> list[np.ndarray]:
    """The rows of the groups that appear first, the first few of each."""
    _, begin = np.unique(part.group, return_index=True)
    wanted = part.group[np.sort(begin)[:groups]]
    return [part.rows[part.group == one][:each] for one in wanted]


def _combined(group: np.ndarray, codes: np.ndarray, card: int) -> np.ndarray:
    keys = group.astype(np.int64)
    keys *= card
    keys += codes
    return keys


def _stripped(rows: np.ndarray, keys: np.ndarray, domain: int) -> Partition:
    """The groups of equal keys, which are below ``domain``."""
    if domain <= max(8 * len(keys), 2**16):
        several = np.bincount(keys, minlength=1) > 1
        number = np.cumsum(several, dtype=np.int32)
        number -= 1
        stay = several[keys]
        return Partition(rows[stay], number[keys[stay]], int(number[-1]) + 1)
    stay = _may_repeat(keys)
    rows, keys = rows[stay], keys[stay]
    if not len(keys):
        return Partition(rows, np.zeros(0, np.int32), 0)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    same = ordered[1:] == ordered[:-1]
    here = np.append(False, same) | np.append(same, False)
    begins = here & np.append(True, ~same)
    numbers = np.cumsum(begins, dtype=np.int32)
    numbers -= 1
    group = np.full(len(keys), -1, np.int32)
    group[order[here]] = numbers[here]
    stay = group >= 0
    return Partition(rows[stay], group[stay], int(np.count_nonzero(begins)))


def _may_repeat(keys: np.ndarray) -> np.ndarray:
    """Marks the keys that share a place in a table with another row's; all that repeat are among them.

    Sorting a million numbers takes three times as long as this, and what is left to sort is little.
    """
    bits = max(10, (4 * len(keys)).bit_length())
    place = ((keys.view(np.uint64) * _SPREAD) >> np.uint64(64 - bits)).view(np.int64)
    index = np.arange(len(keys), dtype=np.int32)
    last = np.empty(2**bits, np.int32)
    last[place] = index
    lost = last[place] != index
    shared = np.zeros(2**bits, bool)
    shared[place[lost]] = True
    return shared[place]
