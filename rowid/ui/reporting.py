"""What the quality report says, as Streamlit shows it: sentences in Markdown, tables in columns."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from rowid.report import QualityReport, sections, telling
from rowid.report.nouns import Group, Rows
from rowid.report.words import READINGS, probability
from rowid.ui.nouns import Earlier, Run
from rowid.ui.numbers import count, local
from rowid.ui.text import escape

ROW = "Row"
Columns = Mapping[str, Sequence[object]]


def label(run: Run, zone: ZoneInfo) -> str:
    """A run as a choice of a list."""
    receipt = run.receipt or {}
    columns = ", ".join(run.recipe["columns"][:4]) + (", …" if len(run.recipe["columns"]) > 4 else "")
    when = local(run.started_at, zone).strftime("%d %b %Y %H:%M")
    return f"{when} · {run.source} · {columns} · {count(receipt.get('rows_out', 0), 'row')}"


def headline(report: QualityReport) -> str:
    """The verdict and its reason, in Markdown."""
    return f"**{escape(str(report.verdict))}**  \n{escape(report.verdict.reason)}"


def numbers(report: QualityReport) -> dict[str, str]:
    """The report's headline numbers; a null equals a null."""
    equal, nulls = report.readings[0], report.readings[-1].refused_rows
    return {
        "Rows": f"{equal.rows:,}",
        "Distinct": f"{equal.distinct:,}",
        "Duplicate groups": f"{equal.duplicate_groups:,}",
        "Surplus rows": f"{equal.surplus_rows:,}",
        "Largest group": f"{equal.largest_group:,}" if equal.surplus_rows else "–",
        "Rows with null": f"{nulls:,}",
    }


def points(sentences: Iterable[str]) -> str:
    """Sentences as a list, in Markdown."""
    return "\n".join(f"- {escape(one)}" for one in sentences)


def readings(report: QualityReport) -> Columns:
    """The counts under each reading of null."""
    every = report.readings
    return {
        "Reading of null": [READINGS[one.null] for one in every],
        "Rows": [one.rows for one in every],
        "Distinct": [one.distinct for one in every],
        "Duplicate groups": [one.duplicate_groups for one in every],
        "Surplus rows": [one.surplus_rows for one in every],
        "Largest group": [one.largest_group for one in every],
        "Refused rows": [one.refused_rows for one in every],
        "Unique": ["yes" if one.unique else "no" for one in every],
    }


def key_columns(report: QualityReport) -> Columns:
    """Nulls and blanks by key column."""
    every = report.key_columns
    return {
        "Column": [one.name for one in every],
        "Type": [one.type for one in every],
        "Nulls": [one.nulls for one in every],
        "Blanks": [one.blanks for one in every],
    }


def risks(report: QualityReport) -> Columns:
    """What may change an ID though the row stays the same."""
    every = report.risks or ()
    return {
        "Column": [one.column for one in every],
        "Risk": [one.kind for one in every],
        "Why": [one.reason for one in every],
        "What to do": [one.advice for one in every],
    }


def variants(report: QualityReport) -> Columns:
    """What other spellings would do."""
    every = report.variants.found if report.variants else ()
    return {
        "Column": [one.column for one in every],
        "Spelling": [one.name for one in every],
        "Values changed": [one.changed_rows for one in every],
        "Keys": [one.keys for one in every],
        "Effect": [telling.effect(one.effect, one.groups, one.keys) for one in every],
        "Change of the recipe": [one.switch or one.remark for one in every],
    }


def bounds(report: QualityReport) -> Columns:
    """The chance of any collision by form."""
    every = report.collisions.bounds if report.collisions else {}
    return {"Form": list(every), "Chance of any collision": [probability(bound) for bound in every.values()]}


def guesses(report: QualityReport) -> Columns:
    """How guessable each column of the key is."""
    every = report.personal.columns if report.personal else ()
    return {
        "Column": [one.column for one in every],
        "Distinct here": [f"{one.distinct:,}" if one.exact else f"about {one.distinct:,}" for one in every],
        "Bits": [round(one.bits, 1) for one in every],
        "Such values at all": ["unknown" if one.domain is None else f"{one.domain:,}" for one in every],
        "That is": [one.known_as for one in every],
    }


def title(group: Group) -> str:
    """A duplicate group in a line, in Markdown."""
    return escape(sections.title(group))


def rows(shown: Rows, order: Sequence[str] = ()) -> Columns:
    """Rows with their numbers, the columns in the order in which they tell most."""
    number = ROW if ROW not in shown.columns else f"{ROW} number"
    names = list(order) or list(shown.columns)
    at = {name: shown.columns.index(name) for name in names}
    return {number: list(shown.numbers)} | {name: [values[at[name]] for values in shown.values] for name in names}


def group_rows(group: Group, key: Sequence[str]) -> Columns:
    """The first rows of a group."""
    return rows(group.rows, sections.arranged(group, key))


def against(report: QualityReport, earlier: Earlier | None, zone: ZoneInfo) -> str:
    """With which run the IDs were compared, in Markdown."""
    if earlier is None:
        return "There is no earlier run of the same recipe whose result is still here."
    if report.comparison is None:
        return "There is an earlier run, but its IDs were not compared: it was stopped, or the secret is not here."
    when = local(earlier.started_at, zone).strftime("%d %b %Y %H:%M")
    return f"Against the run of {escape(when)} by the same recipe (**{escape(earlier.path.name)}**):"


def file_name(run: Run) -> str:
    """The name of the report's file."""
    return f"{run.file.rpartition('.row_id')[0]}.report.html"
