"""What was found, as nouns: candidates with their score, near keys with some of their rows, reasons in words."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from rowid.keys import near, partition
from rowid.keys.codes import Codes
from rowid.keys.rank import Column, Rank, chances, looks, rank
from rowid.model import Candidate, ColumnProfile, NearKey, TableProfile


class Evidence:
    """What the codes of a table's rows and the signs of its columns say of some columns as a key."""

    def __init__(self, codes: Codes, profile: TableProfile | None) -> None:
        self._codes = codes
        known = {column.name: column for column in profile.columns} if profile else {}
        self._columns: Mapping[str, Column] = {
            name: Column(known.get(name) or ColumnProfile(name, "", 0, -1, ()), chance)
            for name, chance in zip(codes.names, chances(codes), strict=True)
        }

    def named(self, look: str) -> list[str]:
        """The columns that look so."""
        return [name for name, column in self._columns.items() if look in looks(column.profile)]

    def rank(self, names: Sequence[str], rows: int, with_null: int) -> Rank:
        """How good a key these columns are."""
        return rank(names, self._columns, rows, with_null)

    def candidate(self, names: Sequence[str], rows: int, with_null: int) -> Candidate:
        """Columns that are unique in all rows, as a candidate."""
        found = self.rank(names, rows, with_null)
        return Candidate(
            tuple(names), rows, True, found.score, found.reasons, with_null, found.risks, found.by_chance
        )  # fmt: skip

    def candidates(self, keys: Iterable[Sequence[int]]) -> list[Candidate]:
        """Minimal keys of all the rows as candidates."""
        return [
            self.candidate(
                [self._codes.names[at] for at in key], len(self._codes), near.rows_with_null(self._codes, key)
            )
            for key in keys
        ]

    def nearest(self, surplus: Mapping[tuple[int, ...], int]) -> list[tuple[int, ...]]:
        """Near keys, those first that few rows keep from being a key, and whose columns make a good one."""
        known = unknown_to_null(self._codes)
        names = self._codes.names

        def distance(columns: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
            score = self.rank([names[at] for at in columns], len(self._codes), 0).score
            return (surplus[columns] + 1) / (score + 0.01), columns

        return [one for one in sorted(surplus, key=distance) if one not in known]

    def near(self, columns: Sequence[int]) -> NearKey:
        """Columns that are not unique in all the rows, with the numbers of some that repeat."""
        part = partition.of(self._codes, columns)
        names = [self._codes.names[at] for at in columns]
        with_null = near.rows_with_null(self._codes, columns)
        without = near.surplus_without_null(self._codes, columns, part) if with_null else part.surplus
        groups = near.rows_of(part, self._codes.rows)
        return self.near_of(names, len(self._codes), part.surplus, groups, with_null=with_null, without=without)

    def near_of(
        self,
        names: Sequence[str],
        rows: int,
        surplus: int,
        groups: tuple[tuple[int, ...], ...],
        *,
        with_null: int,
        without: int | None,
    ) -> NearKey:
        """A near key of which all numbers are known."""
        reasons = [f"{surplus:,} {'row' if surplus == 1 else 'rows'} short of unique"]
        if with_null and without == 0:
            reasons.append(f"unique where it is not null; {with_null:,} rows have a null in it")
        elif with_null:
            reasons.append(f"{with_null:,} {'row has' if with_null == 1 else 'rows have'} a null in it")
        reasons += [reason for reason in self.rank(names, rows, 0).reasons[1:] if " chance " not in reason]
        return NearKey(tuple(names), rows - surplus, surplus, groups, tuple(reasons), with_null, without)


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates without risks first, then those that need no condition, then by score and size."""
    return sorted(
        candidates,
        key=lambda one: (bool(one.risks), not one.is_safe, -one.score, len(one.columns), one.columns),
    )


def unknown_to_null(codes: Codes) -> list[tuple[int]]:
    """Single columns that are unique but for the rows, two or more, in which they are null."""
    found = []
    for at, column in enumerate(codes.columns):
        counts = np.bincount(column, minlength=1)
        if counts[0] > 1 and counts[0] * 2 <= len(column) and counts[1:].max(initial=0) == 1:
            found.append((at,))
    return found
