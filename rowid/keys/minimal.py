"""All minimal unique column combinations of a table, exactly.

Rows that agree in many columns disprove most combinations without a look at the table: pairs of neighbours are
compared, in the order of each column. Some of the rows then disprove most of what is left, and only the rest is
counted on all of them; whatever fails there gives further pairs. (After Papenbrock and Naumann, "A Hybrid Approach for
Efficient Unique Column Combination Discovery", 2017.)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import comb, log

import numpy as np

from rowid.keys.agree import WORD, AgreeSets
from rowid.keys.codes import Codes
from rowid.keys.combinations import Holding, all_of
from rowid.keys.partition import Partition, offenders, pairs, refined, whole

MOST_COMBINATIONS = 3_000_000
"""Combinations of one size that are looked at; a size of which there are more is not searched."""

_SAMPLED = 20_000  # pairs of rows that are compared per column at first
_LEARNT = 500  # pairs that are compared of what turns out to be no key
_MANY = 200_000  # rows from which on one in ``_EVERY`` is searched first
_EVERY = 16
_KEPT = 2**23  # rows in groups that are kept for the next size, all combinations together
_NEAR = 20  # one surplus row in so many, at most, is near a key

Step = Callable[[int, int], bool]
"""Told how many combinations were decided, and of how many; answers whether to go on."""

Enough = Callable[[Sequence[Sequence[int]]], bool]
"""Told the minimal keys of all sizes so far; answers whether larger ones are of no interest."""


@dataclass(slots=True)
class Found:
    """Minimal keys as tuples of column positions; ``near`` are combinations that few rows keep from being one.

    ``sizes`` are those of which all combinations were decided; ``open`` counts, by size, those that were not;
    ``too_many`` are the sizes that were not begun for their number.
    """

    keys: list[tuple[int, ...]] = field(default_factory=list)
    near: list[tuple[int, ...]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    open: dict[int, int] = field(default_factory=dict)
    too_many: list[int] = field(default_factory=list)
    checked: int = 0


def minimal_keys(
    codes: Codes, largest: int, step: Step = lambda done, total: True, *, enough: Enough = lambda keys: False
) -> Found:
    """All minimal keys of at most ``largest`` columns among the rows; the table has two rows or more."""
    distinct = [_distinct(column) for column in codes.columns]
    found = Found([(at,) for at, count in enumerate(distinct) if count == len(codes)], sizes=[1])
    # a column of one value tells nothing apart, and no minimal key has a column that is one by itself
    active = sorted((at for at, count in enumerate(distinct) if 1 < count < len(codes)), key=lambda at: -distinct[at])
    largest = min(largest, len(active))
    some = codes.selected([codes.names[at] for at in active])
    agree = AgreeSets(some)
    for column in some.columns:
        agree.add(*_neighbours(column))
    searches = [_Search(some, largest, found, agree, step=step)]
    if len(codes) >= _MANY:
        rows = np.arange(0, len(codes), _EVERY, dtype=np.int32)
        searches.insert(0, _Search(some.taken(rows), largest, Found(), agree, step=step, rows=rows))
    sizes = range(2, largest + 1)
    for size in sizes:
        if enough(_named(found.keys, active)):
            break
        if comb(len(active), size) > MOST_COMBINATIONS:
            found.too_many = [left for left in sizes if left >= size]
            break
        if not all(search.of(size) for search in searches):
            break
        found.sizes.append(size)
    for size in sizes:
        if size not in found.sizes:
            found.open.setdefault(size, comb(len(active), size))
    found.keys, found.near = _named(found.keys, active), _named(found.near, active)
    return found


def _named(keys: Sequence[tuple[int, ...]], active: Sequence[int]) -> list[tuple[int, ...]]:
    """Combinations of active columns by their places in the table; a single column has that already."""
    return [key if len(key) == 1 else tuple(sorted(active[at] for at in key)) for key in keys]


class _Search:
    """A search size by size. The columns stand in the order of their distinct values, most first.

    ``rows`` are the positions of these rows in the table of ``agree``; by default they are all of its rows.
    """

    def __init__(
        self, codes: Codes, largest: int, found: Found, agree: AgreeSets, *, step: Step, rows: np.ndarray | None = None
    ) -> None:
        self.found, self.columns = found, len(codes.columns)
        self._codes, self._step, self._agree, self._rows = codes, step, agree, rows
        self._logs = np.array([log(_distinct(column)) for column in codes.columns])
        singles = all_of(self.columns, 1)
        self._holding = Holding(self.columns, max(1, largest))
        self._holding.done(singles, self._logs >= log(max(1, len(codes))))  # some rows may have a key that all have not
        self._stack: list[tuple[int, Partition]] = []
        self._kept: dict[tuple[int, ...], Partition] = {}
        self._room, self._size = _KEPT, 2

    def of(self, size: int) -> bool:
        """Finds the minimal keys of ``size`` columns; False if it was told to stop before it had all."""
        self._size = size
        combos = all_of(self.columns, size)
        held = self._holding.above(combos)
        enough = self._logs[combos].sum(axis=1) >= log(len(self._codes)) - 1e-9  # their product reaches the rows
        ask = np.flatnonzero(~held & enough)
        ask = ask[self._agree.undecided(combos[ask])]
        for done, prefix, some in self._by_prefix(combos, ask):
            if not self._step(done, len(ask)):
                self.found.open[size] = len(ask) - done
                self.found.keys += [tuple(combos[at].tolist()) for at in ask[:done][held[ask[:done]]]]
                return False
            for at in some:
                held[at] = self._is_key(prefix, int(combos[at, -1]))
        self._step(len(ask), len(ask))
        self.found.keys += [tuple(combos[at].tolist()) for at in ask[held[ask]]]
        self._holding.done(combos, held)
        return True

    def _by_prefix(self, combos: np.ndarray, ask: np.ndarray) -> Iterator[tuple[int, tuple[int, ...], list[int]]]:
        """The combinations in question, together where they share all columns but the last.

        What has been learnt since is asked of all that are left, when it fills a word, and of those whose turn it is.
        """
        if not len(ask):
            return
        alive, seen = np.ones(len(ask), bool), len(self._agree)
        ends = np.flatnonzero((combos[ask[1:], :-1] != combos[ask[:-1], :-1]).any(axis=1)) + 1
        for at, end in pairwise([0, *ends.tolist(), len(ask)]):
            if len(self._agree) - seen >= WORD:
                alive[at:] &= self._agree.undecided(combos[ask[at:]], seen)
                seen = len(self._agree)
            prefix = tuple(combos[ask[at], :-1].tolist())
            left = ask[at:end][alive[at:end]]
            left = left[self._agree.undecided(combos[left], seen)]
            if len(left) > 1:  # what the groups of the prefix show may decide some more
                self._partition(prefix)
                left = left[self._agree.undecided(combos[left], seen)]
            yield at, prefix, left.tolist()

    def _is_key(self, prefix: tuple[int, ...], last: int) -> bool:
        columns = (*prefix, last)
        self.found.checked += 1
        left, whole_table = offenders(self._partition(prefix), self._codes.columns[last], self._codes.cards[last])
        if not len(left.rows):
            return True
        self._learn(left)
        if whole_table:
            self._keep(columns, left)
            if left.surplus * _NEAR <= len(self._codes):
                self.found.near.append(columns)
        return False

    def _partition(self, prefix: tuple[int, ...]) -> Partition:
        """The groups of the prefix; those of its beginnings are kept, as the next prefix mostly shares them."""
        same = 0
        while same < min(len(prefix), len(self._stack)) and self._stack[same][0] == prefix[same]:
            same += 1
        del self._stack[same:]
        for depth in range(same, len(prefix)):
            part = self._kept.get(prefix[: depth + 1])
            if part is None:
                part = self._stack[-1][1] if self._stack else whole(len(self._codes))
                part = refined(part, self._codes.columns[prefix[depth]], self._codes.cards[prefix[depth]])
                self._learn(part)
            self._stack.append((prefix[depth], part))
        return self._stack[-1][1]

    def _keep(self, columns: tuple[int, ...], part: Partition) -> None:
        if len(part.rows) <= min(self._room, len(self._codes) // 4):  # a large one costs more than it saves
            self._room -= len(part.rows)
            self._kept[columns] = part

    def _learn(self, part: Partition) -> None:
        one, other = pairs(part, _LEARNT)
        if self._rows is not None:
            one, other = self._rows[one], self._rows[other]
        self._agree.add(one, other, at_least=self._size)


def _distinct(column: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(column)))


def _neighbours(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows that agree in a column and stand near each other in the table, taken evenly."""
    part = refined(whole(len(column)), column, int(column.max(initial=0)) + 1)
    return pairs(part, _SAMPLED)
