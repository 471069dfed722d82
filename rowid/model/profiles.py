"""What stands in the columns of a table, how good it is, and what changed between two states of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

SIGNS = ("constant", "monotonic", "mutable", "measure", "surrogate", "personal", "free text", "load time")
"""What a column may look like, in a sign."""

DRIFT = 0.25
"""From which size on a finding is a drift: the line of a strong shift, see ``rowid.profiler.compare``."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a column looks like: one of ``SIGNS``, and the reason in words (without values)."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value as text, and how many rows hold it (at least so many, where the profile's ``top_error`` is not 0)."""

    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form that values of a text column have, and the share of the values (blank ones not among them) that do."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of a column's texts in characters, or of its binaries in bytes."""

    least: int
    mean: float
    most: int


@dataclass(frozen=True, slots=True)
class Quality:
    """A score from 0 to 1: the product of its factors, by name; ``rowid.profiler.quality`` has the formula."""

    score: float
    factors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a profile.

    ``distinct`` counts the values, nulls not among them; it is exact, or an estimate with the relative standard error
    ``distinct_error``. It is -1 for a type whose values have no canonical text, of which only the nulls are counted.
    ``values`` are the cells that are not null, ``blanks`` those of them that hold nothing but white space.
    ``suggested`` is a type that all values would fit, for the ``suggested_reason``; empty where there is none.
    ``top`` are the most frequent values; with ``top_error`` > 0 each may have up to that many rows more.
    ``entropy`` is Shannon's, in bits, and None where the counts are not exact. ``kinds`` says as what the values of a
    text column read, with their number; ``mixed`` is a column of Python objects of more than one kind. ``quantiles``
    are evenly spaced from minimum to maximum; a point in time counts in seconds since 1970.
    """

    name: str
    type: str
    nulls: int
    distinct: int
    examples: tuple[str, ...]
    signs: tuple[Sign, ...] = ()
    exact: bool = True
    distinct_error: float = 0.0
    values: int = 0
    blanks: int = 0
    suggested: str = ""
    suggested_reason: str = ""
    top: tuple[ValueCount, ...] = ()
    top_error: int = 0
    least: str | None = None
    most: str | None = None
    lengths: Lengths | None = None
    entropy: float | None = None
    patterns: tuple[Pattern, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    mixed: bool = False
    monotonic: str = ""
    mean: float | None = None
    quantiles: tuple[float, ...] = ()
    quality: Quality | None = None

    @property
    def uniqueness(self) -> float | None:
        """Distinct values per value: 1 where no value repeats; None where there is nothing to count."""
        return min(1.0, self.distinct / self.values) if self.values and self.distinct >= 0 else None

    def sign(self, kind: str) -> Sign | None:
        """The column's sign of a kind, if it has one."""
        return next((sign for sign in self.signs if sign.kind == kind), None)


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's columns, profiled over all ``rows`` rows."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    quality: Quality | None = None

    def column(self, name: str) -> ColumnProfile | None:
        """The profile of a column, if there is one of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """The profile as plain types, ready for JSON."""
        return {
            "rows": self.rows,
            "quality": asdict(self.quality) if self.quality else None,
            "columns": [
                {**asdict(column), "distinct": column.distinct if column.distinct >= 0 else None}
                for column in self.columns
            ],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The profile that ``to_dict`` described; what it does not know is left aside.

        Raises KeyError, TypeError or ValueError if it is no description of a profile.
        """
        return cls(int(plain["rows"]), tuple(map(_column, plain["columns"])), _quality(plain.get("quality")))


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between two profiles: its kind, its column ('' for the table), its size from 0 to 1, in words."""

    kind: str
    column: str
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How far a column moved from one profile to another; None where that cannot be said.

    ``psi`` is the population stability index over the deciles of a number's earlier values, ``distance`` the total
    variation distance over the most frequent values.
    """

    name: str
    null_share: tuple[float, float]
    distinct: tuple[int, int]
    psi: float | None = None
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class ProfileComparison:
    """What changed from one profile to another, the biggest finding first.

    ``retyped`` are columns with their type before and after.
    """

    rows: tuple[int, int]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    retyped: tuple[tuple[str, str, str], ...]
    drift: tuple[ColumnDrift, ...]
    findings: tuple[Finding, ...]

    @property
    def same(self) -> bool:
        """True if nothing was found that changed."""
        return not self.findings

    @property
    def drifted(self) -> tuple[Finding, ...]:
        """The findings of size ``DRIFT`` or more."""
        return tuple(finding for finding in self.findings if finding.size >= DRIFT)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain types, ready for JSON; ``drifted`` says whether a finding is of such a size."""
        return {**asdict(self), "drifted": bool(self.drifted)}


def _column(plain: Mapping[str, Any]) -> ColumnProfile:
    known = {name: plain[name] for name in ColumnProfile.__slots__ if name in plain}
    known["distinct"] = -1 if known.get("distinct") is None else int(known["distinct"])
    known["examples"] = tuple(known.get("examples", ()))
    known["quantiles"] = tuple(known.get("quantiles", ()))
    known["signs"] = tuple(Sign(**one) for one in known.get("signs", ()))
    known["top"] = tuple(ValueCount(**one) for one in known.get("top", ()))
    known["patterns"] = tuple(Pattern(**one) for one in known.get("patterns", ()))
    known["lengths"] = Lengths(**known["lengths"]) if known.get("lengths") else None
    known["quality"] = _quality(known.get("quality"))
    return ColumnProfile(**known)


def _quality(plain: Mapping[str, Any] | None) -> Quality | None:
    return Quality(float(plain["score"]), dict(plain["factors"])) if plain else None
