"""What the quality report says, in words and rows."""

from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from rowid.model import DuplicateGroup, KeyVerdict
from rowid.recipe import Recipe
from rowid.ui.numbers import count, local
from rowid.ui.questions import Report
from rowid.ui.text import names
from rowid.ui.workspace import Run

ROW = "Row"
Answer = Literal["KEY", "NOT A KEY", "CANNOT TELL"]


def answer(verdict: KeyVerdict) -> Answer:
    """The verdict in a word or two."""
    if not verdict.rows:
        return "CANNOT TELL"
    return "KEY" if verdict.is_key else "NOT A KEY"


def explanation(verdict: KeyVerdict) -> str:
    """The verdict in a sentence, in Markdown."""
    columns = names(verdict.columns)
    if not verdict.rows:
        return "The table has no rows."
    if verdict.is_key:
        return f"No two of the {count(verdict.rows, 'row')} agree in {columns}."
    return (
        f"{count(verdict.rows, 'row')}, but only {verdict.distinct:,} different values of {columns}: "
        f"{count(verdict.surplus_rows, 'surplus row')} in {count(verdict.duplicate_groups, 'group')}."
    )


def advice(verdict: KeyVerdict, groups: tuple[DuplicateGroup, ...]) -> str:
    """What to do about rows that repeat, in Markdown."""
    differing = list(dict.fromkeys(name for group in groups for name in group.differing))
    if not groups:
        return ""
    if not differing:
        return (
            "The repeated rows are equal in every column: they are true duplicates. Remove them, or number them on Run."
        )
    return f"The repeated rows differ in {names(differing)}: a key needs some of these, too."


def title(group: DuplicateGroup) -> str:
    """A duplicate group in a line, in Markdown."""
    where = f"differ in {names(group.differing)}" if group.differing else "equal in every column"
    return f"{count(group.size, 'row')}, {where}"


def rows(group: DuplicateGroup) -> pa.Table:
    """The first rows of a group with their numbers."""
    sample = group.sample
    name = ROW if ROW not in sample.column_names else f"{ROW} number"
    return sample.add_column(0, name, pa.array(group.rows[: sample.num_rows], pa.int64()))


def order(group: DuplicateGroup, recipe: Recipe) -> list[str]:
    """The columns of ``rows`` in the order in which they tell most: number, key, what differs, the rest."""
    shown = rows(group).column_names
    first = [shown[0], *(name for name in recipe.columns if name in shown), *group.differing]
    return list(dict.fromkeys([*first, *shown]))


def label(run: Run, zone: ZoneInfo) -> str:
    """A run as a choice of a list."""
    receipt = run.receipt or {}
    columns = ", ".join(run.recipe["columns"][:4]) + (", …" if len(run.recipe["columns"]) > 4 else "")
    when = local(run.started_at, zone).strftime("%d %b %Y %H:%M")
    return f"{when} · {run.source} · {columns} · {count(receipt.get('rows_out', 0), 'row')}"


def numbers(report: Report) -> dict[str, str]:
    """The report's headline numbers."""
    verdict = report.verdict
    return {
        "Rows": f"{verdict.rows:,}",
        "Distinct": f"{verdict.distinct:,}",
        "Duplicate groups": f"{verdict.duplicate_groups:,}",
        "Surplus rows": f"{verdict.surplus_rows:,}",
        "Largest group": f"{verdict.largest_group:,}" if verdict.surplus_rows else "–",
        "Rows with null": f"{verdict.rows_with_null:,}",
    }
