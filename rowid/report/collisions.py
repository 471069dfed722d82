"""Rows that differ and share an ID: whether there are any, and how likely that is."""

from rowid.model import Confirmation
from rowid.report.nouns import Collisions
from rowid.report.words import count

BITS = {"hex": 256, "binary": 256, "uuid": 122, "int64": 64}
"""The bits of the digest that each form keeps (rowid v1, section 3)."""


def bound(rows: int, bits: int) -> float:
    """The chance of any collision among so many different rows, about n(n-1)/2^(b+1); never above 1.

    This is the birthday bound of rowid v1, section 3.
    """
    return min(1.0, rows * (rows - 1) / 2.0 ** (bits + 1))


def collisions(confirmed: Confirmation, distinct: int, form: str) -> Collisions:
    """What a comparison of messages showed, with the bound for every form."""
    how = (
        f"The messages of all {count(confirmed.repeated, 'row')} whose SHA-256 an earlier row has were compared with "
        "that row's, byte by byte."
        if confirmed.repeated
        else "No two rows have the same SHA-256, so no two different rows can share it."
    )
    bounds = {name: bound(distinct, bits) for name, bits in BITS.items()}
    return Collisions(confirmed.collisions, confirmed.repeated, how, form, BITS[form], bounds[form], bounds)
