"""A profile as text: the table at a glance, and one column in full."""

from typing import TYPE_CHECKING

from rowid.cli.output import drawn, printable
from rowid.profiler import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rowid.model import ColumnProfile, SourceInfo, TableProfile

_MOST_VALUES = 10
_BAR = 20


def table(info: "SourceInfo", found: "TableProfile") -> str:
    """The whole table: one line a column, and below it what deserves a second look."""
    from rich.table import Table
    from rich.text import Text

    drawing = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    drawing.add_column("column", overflow="fold", max_width=20)
    drawing.add_column("type", overflow="fold", max_width=13)
    for name in ("nulls", "distinct", "quality"):
        drawing.add_column(name, justify="right", no_wrap=True)
    drawing.add_column("looks", overflow="fold", max_width=12)
    drawing.add_column("examples", no_wrap=True, overflow="ellipsis", ratio=1, min_width=12)  # what room there is
    for column in found.columns:
        looks = ", ".join(sign.kind for sign in column.signs)
        quality = f"{column.quality.score:.2f}" if column.quality else ""
        number = wording.distinct(column) if column.distinct >= 0 else "–"
        cells = [column.name, wording.type_name(column.type), f"{column.nulls:,}", number, quality, looks]
        drawing.add_row(*(Text(printable(cell)) for cell in [*cells, ", ".join(column.examples)]))
    lines = [head(info, found), *(f"note: {printable(note)}" for note in info.notes)]
    if found.quality:
        lines.append(f"quality: {wording.product(found.quality)} (means of the columns)")
    return "\n".join([*lines, "", drawn(drawing), *_second_look(info, found)])


def columns(info: "SourceInfo", found: "TableProfile") -> str:
    """Each column in full."""
    notes = {column.name: column.note for column in info.columns}
    parts = [head(info, found)]
    parts += ["\n".join(_column(column, notes.get(column.name, ""))) for column in found.columns]
    return "\n\n".join(parts)


def head(info: "SourceInfo", found: "TableProfile") -> str:
    """The table's name, how it was understood, and its size."""
    details = "".join(f", {name} {value}" for name, value in info.details.items())
    size = f"{wording.count(found.rows, 'row')}, {wording.count(len(info.columns), 'column')}"
    return printable(f"{info.name}: {info.format}{details}; {size}")


def _second_look(info: "SourceInfo", found: "TableProfile") -> "Iterator[str]":
    said: dict[str, list[str]] = {}
    for column in info.columns:
        if column.note:
            said.setdefault(column.note, []).append(column.name)
    for profile in found.columns:
        if profile.suggested and profile.suggested != "text":
            said.setdefault(f"{profile.suggested} would fit: {profile.suggested_reason}", []).append(profile.name)
        if profile.mixed:
            said.setdefault(f"mixed: {wording.kinds(profile)}", []).append(profile.name)
        if not profile.exact:
            error = f"distinct is an estimate, ± {wording.percent(profile.distinct_error)} (standard error)"
            said.setdefault(error, []).append(profile.name)
    if said:
        yield ""
    for text, names in said.items():
        yield printable(f"{text} ({', '.join(names)})")


def _column(column: "ColumnProfile", note: str) -> "Iterator[str]":
    yield printable(f"{column.name}: {column.type}")
    if note:
        yield _line("note", note)
    for name, text in wording.facts(column):
        yield _line(name, text)
    for at, sign in enumerate(column.signs):
        yield _line("" if at else "looks", f"{sign.kind}: {sign.reason}")
    if column.quality:
        yield _line("quality", wording.product(column.quality))
    yield from _top(column)


def _top(column: "ColumnProfile") -> "Iterator[str]":
    shown = column.top[:_MOST_VALUES]
    if not shown or shown[0].rows < 2:
        if column.examples:
            yield _line("examples", ", ".join(column.examples))
        return
    if column.top_error:
        yield _line("top values", f"at least so many rows, at most {column.top_error:,} more")
    for at, one in enumerate(shown):
        share = one.rows / column.values
        bar = "█" * max(1, round(_BAR * one.rows / shown[0].rows))
        text = f"{one.rows:>11,} {wording.percent(share):>8}  {bar:<{_BAR}}  {one.value}"
        yield _line("" if at or column.top_error else "top values", text)


def _line(name: str, text: str) -> str:
    return printable(f"  {name:<10}  {text}")
