"""What changed between two states of a table: in sentences, and as one HTML file that looks like the report."""

from collections.abc import Iterator

from rowid.model import RowChange, TableDiff
from rowid.report.markup import Markup, element, join, paragraph, points, table
from rowid.report.page import document, head, verdict
from rowid.report.words import count, listed

_COLUMNS = 30  # that a sentence lists


def answer(found: TableDiff) -> str:
    """The answer in a line."""
    if found.identical:
        return f"SAME: {count(found.rows[1], 'row')} on both sides"
    parts = [f"{found.new:,} new", f"{found.gone:,} gone", f"{found.changed:,} changed"]
    if any(found.unclear):
        parts.append("{:,} and {:,} unclear".format(*found.unclear))
    return f"DIFFERENT: {', '.join([*parts, f'{found.unchanged:,} unchanged'])}"


def basis(found: TableDiff) -> str:
    """What was compared with what, by what."""
    before, after = (f"{name} ({count(rows, 'row')})" for name, rows in zip(found.names, found.rows, strict=True))
    by = f"{after} against {before}; key: {', '.join(found.key)}"
    return f"{by}; compared: {listed(found.compared, _COLUMNS) or 'no other column'}"


def remarks(found: TableDiff) -> Iterator[str]:
    """What else is to be known, in sentences."""
    for names, side in ((found.columns_gone, 0), (found.columns_new, 1)):
        if names:
            columns = "Column" if len(names) == 1 else "Columns"
            yield f"{columns} in {found.names[side]} only: {listed(names, _COLUMNS)}."
    if any(found.repeated):
        before, after = found.repeated
        yield (
            f"The ID of {count(before, 'row')} before and {count(after, 'row')} after is not unique. Where these are "
            "not the same rows on both sides they are unclear: nobody can say which became which."
        )
    if found.changed_columns:
        most = [f"{name} ({rows:,})" for name, rows in found.changed_columns.items()]
        yield f"Changed, in so many rows: {listed(most, _COLUMNS)}."
    if found.left_out:
        yield f"Not compared: {'; '.join(found.left_out)}."


def key_text(found: TableDiff, change: RowChange) -> str:
    """The key of a difference."""
    return ", ".join(f"{name}: {_shown(value)}" for name, value in zip(found.key, change.key, strict=True))


def change_text(change: RowChange) -> str:
    """What changed in a row, or what the row is that is on one side alone."""
    if change.status == "unclear":
        return "{:,} and {:,} rows".format(*change.rows)
    if change.status == "changed":
        return "; ".join(f"{one.column}: {_shown(one.before)} → {_shown(one.after)}" for one in change.values)
    side = 0 if change.status == "gone" else 1
    return "; ".join(f"{one.column}: {_shown((one.before, one.after)[side])}" for one in change.values)


def html(found: TableDiff) -> str:
    """The differences as one HTML page; values of the table are text and nothing else."""
    kind, icon = ("key", "✓") if found.identical else ("key-if", "≠")
    first, _, rest = answer(found).partition(": ")
    top = head("What changed?", " → ".join(found.names), verdict(kind, icon, first, f"{rest}."), basis(found))
    body = join([top, *_sections(found), _foot(found)])
    return document(f"{first}: {' → '.join(found.names)}", body)


def _sections(found: TableDiff) -> Iterator[Markup]:
    sums = [
        ("New", None, found.new),
        ("Gone", found.gone, None),
        ("Changed", found.changed, found.changed),
        ("Unchanged", found.unchanged, found.unchanged),
        ("Unclear", *found.unclear),
        ("All", *found.rows),
    ]
    rows = [tuple("" if cell is None else cell for cell in row) for row in sums]
    yield _section("rows", "Rows", table(("", "Before", "After"), rows, numeric=(1, 2)), points(remarks(found)))
    if found.changed_columns:
        columns = list(found.changed_columns.items())
        yield _section("columns", "Columns that changed", table(("Column", "Rows"), columns, numeric=(1,)))
    if found.first:
        listed_ = [(one.status, *one.key, change_text(one), one.id) for one in found.first]
        shown = table(("Status", *found.key, "What changed", "ID"), listed_)
        more = found.differences - len(found.first)
        rest = [paragraph(f"And {more:,} more.")] if more else []
        yield _section("differences", "Differences", shown, *rest)


def _section(name: str, title: str, *content: Markup) -> Markup:
    return element("section", join([element("h2", title), *content]), {"id": name})


def _foot(found: TableDiff) -> Markup:
    lines = (
        f"Made by rowid. Recipe {found.recipe_fingerprint}.",
        "This page holds rows of the tables: it is for those who may see them.",
    )
    return element("footer", join(map(paragraph, lines)))


def _shown(value: str | None) -> str:
    return "null" if value is None else value if value.strip() else f"“{value}”"
