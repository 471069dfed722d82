"""The verdict on a search: the rule by which something is called a key, and what is said where nothing is.

- ``CANNOT TELL``: the table has fewer than two rows, or the search was cut short before it found anything.
- ``KEY``: there is a candidate without a column of ``rank.RISKS``, without nulls, and unique against the odds: chance
  alone would let ``rank.CHANCE`` pairs of rows or more agree in it.
- ``KEY IF ...``: there is one without such a column, on the condition that follows: that a null counts as a value, or
  that rows to come keep it unique, as the rows at hand are too few to prove it.
- ``NO SAFE KEY``: all else, with the reasons.
"""

from collections.abc import Sequence

from rowid.keys.rank import RISKS
from rowid.model import Candidate

NULL_CONDITION = "KEY IF a null counts as a value"
CHANCE_CONDITION = "KEY IF the rows to come keep it unique"


def verdict(rows: int, candidates: Sequence[Candidate], *, repeated: int, complete: bool) -> tuple[str, list[str]]:
    """The verdict and why. ``repeated`` rows equal another one in every column; ``candidates`` come best first."""
    if rows < 2:
        return "CANNOT TELL", [f"the table has {'no rows' if not rows else 'one row'}"]
    if repeated:
        some = "row repeats" if repeated == 1 else "rows repeat"
        return "NO SAFE KEY", [f"{repeated:,} {some} another one in every column, so no columns can be a key"]
    if not candidates and not complete:
        return "CANNOT TELL", ["nothing was found, and not all was searched"]
    if not candidates:
        return "NO SAFE KEY", ["no combination that was searched is unique"]
    return _of(rows, candidates)


def _of(rows: int, candidates: Sequence[Candidate]) -> tuple[str, list[str]]:
    best = candidates[0]
    name = ", ".join(best.columns)
    if best.risks:
        looks = [risk for risk in RISKS if any(risk in candidate.risks for candidate in candidates)]
        return "NO SAFE KEY", [f"whatever is unique here contains {' or '.join(_COLUMN[look] for look in looks)}"]
    few = f"{rows:,} rows are too few to prove that {name} is a key: so many may differ by chance"
    if best.rows_with_null:
        null = f"{name} is unique in all {rows:,} rows, and null in {best.rows_with_null:,} of them"
        return NULL_CONDITION, [null, *([few] if best.by_chance else [])]
    if best.by_chance:
        return CHANCE_CONDITION, [few]
    return "KEY", [f"{name} is unique in all {rows:,} rows"]


_COLUMN = {
    "float": "a floating-point number", "measure": "a measure", "mutable": "a column that looks as if it changes",
    "load time": "a time of loading", "free text": "free text",
}  # fmt: skip
