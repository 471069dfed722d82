"""What stands in the columns of a table."""

from dataclasses import dataclass

SIGNS = ("constant", "monotonic", "mutable", "measure", "surrogate", "personal", "free text", "load time")
"""What a column may look like, in a sign."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a column looks like: one of ``SIGNS``, and the reason in words (without values)."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a profile. ``distinct`` counts the values, nulls not among them; exact."""

    name: str
    type: str
    nulls: int
    distinct: int
    examples: tuple[str, ...]
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's columns, profiled over all ``rows`` rows."""

    rows: int
    columns: tuple[ColumnProfile, ...]
