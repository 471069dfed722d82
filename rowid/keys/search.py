"""A search over the rows at hand: the minimal keys, or what would be some if no row were there twice."""

from dataclasses import dataclass

import numpy as np

from rowid.keys import partition
from rowid.keys.codes import Codes
from rowid.keys.minimal import Enough, Found, Step, minimal_keys


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found among the rows. ``repeated`` of them equal an earlier one in every column.

    If there are any, ``found`` is about the rows without those.
    """

    codes: Codes
    found: Found
    repeated: int


def search(codes: Codes, largest: int, step: Step, *, enough: Enough = lambda keys: False) -> Searched:
    """All minimal keys of at most ``largest`` columns, in what is left of the rows when each is kept once."""
    part = partition.of(codes, range(len(codes.columns)))
    once = without_repeats(codes, part)
    if len(once) < 2 or not codes.columns:
        return Searched(once, Found(), part.surplus)
    return Searched(once, minimal_keys(once, largest, step, enough=enough), part.surplus)


def without_repeats(codes: Codes, part: partition.Partition) -> Codes:
    """The rows, of each group of ``part`` the first one alone."""
    if not part.surplus:
        return codes
    keep = np.ones(len(codes), bool)
    keep[part.rows] = False
    _, first = np.unique(part.group, return_index=True)
    keep[part.rows[first]] = True
    return codes.taken(keep)


def open_sizes(found: Found, columns: int) -> list[str]:
    """What was not searched, in words."""
    return [
        f"{left:,} combinations of {size} of {columns} columns: "
        + ("too many to look at" if size in found.too_many else "the search ended before")
        for size, left in sorted(found.open.items())
    ]
