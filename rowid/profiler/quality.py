"""How good a column is as data: a score from 0 to 1 with a formula that is shown beside it.

    score        = completeness * validity * tidiness * variety
    completeness = cells that are neither null nor blank / rows
    validity     = values that read as the kind that most values of the column have / values that are not blank
    tidiness     = 1 - half the share of values (blank ones not among them) with white space at their ends
    variety      = 1, or 0.5 where all values are the same: such a column tells nothing

The kinds are number, boolean, date and timestamp, e-mail, UUID, IBAN; a kind that less than 80 % of a text column's
values have is not taken for what the column means, and its validity is 1, as it is for a column that has another type
than text. In a column of Python objects of several kinds, all other text is a kind too, and the most frequent one
counts. A column without any value scores 0. A table's score and factors are the means of its columns'.
"""

from collections.abc import Sequence

from rowid.model import ColumnProfile, Quality
from rowid.profiler.columns import Column

FORMULA = "completeness × validity × tidiness × variety"
"""How the factors make a score."""

_MEANT = 0.8
_SHAPES = ("e-mail", "UUID", "IBAN")


def of_column(column: Column, profile: ColumnProfile) -> Quality | None:
    """The quality of one column; None where it has no rows."""
    rows = profile.values + profile.nulls
    filled = profile.values - profile.blanks
    if not rows:
        return None
    if not filled:
        return _product({"completeness": 0.0, "validity": 1.0, "tidiness": 1.0, "variety": 1.0})
    return _product(
        {
            "completeness": filled / rows,
            "validity": _validity(column, profile, filled),
            "tidiness": 1 - 0.5 * (column.texts.untidy if column.texts else 0) / filled,
            "variety": 0.5 if profile.distinct == 1 and rows > 1 else 1.0,
        }
    )


def of_table(columns: Sequence[ColumnProfile]) -> Quality | None:
    """The quality of a table; None where it has no columns or no rows."""
    each = [column.quality for column in columns if column.quality is not None]
    if not each:
        return None
    names = each[0].factors
    return Quality(
        sum(one.score for one in each) / len(each),
        {name: sum(one.factors[name] for one in each) / len(each) for name in names},
    )


def _product(factors: dict[str, float]) -> Quality:
    score = 1.0
    for factor in factors.values():
        score *= factor
    return Quality(score, factors)


def _validity(column: Column, profile: ColumnProfile, filled: int) -> float:
    if column.texts is None:
        return 1.0
    kinds = {kind: rows for kind, rows in profile.kinds.items() if kind != "text" or profile.mixed}
    kinds["date"] = kinds.get("date", 0) + kinds.get("timestamp", 0)  # a date is a timestamp at midnight
    shares = [rows / filled for rows in kinds.values()] + [p.share for p in profile.patterns if p.name in _SHAPES]
    most = max(shares, default=0.0)
    return most if most >= _MEANT or profile.mixed else 1.0
