"""The verdict: what the counts come to."""

from collections.abc import Sequence

from rowid.report.nouns import Diagnosis, Reading, Verdict
from rowid.report.words import count, listed

NEAR = 0.001
"""The share of surplus rows up to which columns are a key but for what may be mistakes in these rows."""


def verdict(
    columns: Sequence[str], readings: Sequence[Reading], diagnosis: Diagnosis | None, *, stopped: bool
) -> Verdict:
    """Whether the columns are a key. What was stopped can be disproved, and not confirmed."""
    equal = readings[0]
    names = listed(list(columns))
    if stopped and not equal.surplus_rows:
        return Verdict("CANNOT TELL", "", f"It was stopped after {count(equal.rows, 'row')}, all different in {names}.")
    if not equal.rows:
        return Verdict("CANNOT TELL", "", "The table has no rows.")
    if not equal.surplus_rows:
        return _unique(names, readings)
    reason = (
        f"{count(equal.rows, 'row')}, but only {equal.distinct:,} different in {names}: "
        f"{count(equal.surplus_rows, 'surplus row')} in {count(equal.duplicate_groups, 'group')}."
    )
    return Verdict("NOT A KEY", "", f"In the first {reason}") if stopped else _repeating(reason, readings, diagnosis)


def _unique(names: str, readings: Sequence[Reading]) -> Verdict:
    rows, nulls = readings[0].rows, readings[-1].refused_rows
    if not nulls:
        return Verdict("KEY", "", f"No two of the {count(rows, 'row')} agree in {names}, and none is null.")
    return Verdict(
        "KEY IF", "a null counts as a value",
        f"No two of the {count(rows, 'row')} agree in {names}, but {count(nulls, 'row')} "
        f"{'has' if nulls == 1 else 'have'} a null there. A primary key would refuse that.",
    )  # fmt: skip


def _repeating(reason: str, readings: Sequence[Reading], diagnosis: Diagnosis | None) -> Verdict:
    equal, unknown, _ = readings
    if not unknown.surplus_rows:
        more = "All of them have a null in the key; SQL's UNIQUE lets them be."
        return Verdict("KEY IF", "a null equals no other null", f"{reason} {more}")
    same = diagnosis is not None and diagnosis.groups == diagnosis.groups_in_all and not diagnosis.too_small
    one = equal.surplus_rows == 1
    if same:
        return Verdict("KEY IF", f"{count(equal.surplus_rows, 'surplus row')} {'goes' if one else 'go'}", reason)
    if equal.surplus_rows <= NEAR * equal.rows:
        mended = f"{count(equal.surplus_rows, 'row')} {'is' if one else 'are'} put right"
        return Verdict("KEY IF", mended, f"{reason} They differ in other columns, so none of them can just go.")
    return Verdict("NOT A KEY", "", reason)
