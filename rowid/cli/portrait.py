"""A profile as text: the table at a glance, and one column in full."""

from typing import TYPE_CHECKING

from rowid.cli.output import drawn, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rowid.model import ColumnProfile, Quality, SourceInfo, TableProfile

_MOST_VALUES = 10
_BAR = 20


def table(info: "SourceInfo", found: "TableProfile") -> str:
    """The whole table: one line a column, and below it what deserves a second look."""
    from rich.table import Table
    from rich.text import Text

    drawing = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    drawing.add_column("column", overflow="fold")
    drawing.add_column("type", overflow="fold", max_width=13)
    for name in ("nulls", "distinct", "quality"):
        drawing.add_column(name, justify="right", no_wrap=True)
    drawing.add_column("looks", overflow="fold", max_width=18)
    drawing.add_column("examples", no_wrap=True, overflow="ellipsis", ratio=1, min_width=12)  # what room there is
    for column in found.columns:
        looks = ", ".join(sign.kind for sign in column.signs)
        quality = f"{column.quality.score:.2f}" if column.quality else ""
        cells = [column.name, column.type, f"{column.nulls:,}", distinct(column), quality, looks]
        drawing.add_row(*(Text(printable(cell)) for cell in [*cells, ", ".join(column.examples)]))
    lines = [head(info, found), *(f"note: {printable(note)}" for note in info.notes)]
    if found.quality:
        lines.append(f"quality: {product(found.quality)} (means of the columns)")
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
    size = f"{found.rows:,} rows, {len(info.columns):,} columns"
    return printable(f"{info.name}: {info.format}{details}; {size}")


def distinct(column: "ColumnProfile") -> str:
    """The number of different values, with a sign where it is an estimate."""
    if column.distinct < 0:
        return "not counted"
    return f"{column.distinct:,}" if column.exact else f"~{column.distinct:,}"


def product(quality: "Quality") -> str:
    """A score with its factors."""
    factors = " × ".join(f"{name} {value:.2f}" for name, value in quality.factors.items())
    return f"{quality.score:.2f} = {factors}"


def percent(share: float) -> str:
    """A share in per cent; never 0 or 100 unless it is exactly that."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    return "< 0.1 %" if share < 0.001 else "> 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"


def _second_look(info: "SourceInfo", found: "TableProfile") -> "Iterator[str]":
    said: dict[str, list[str]] = {}
    for column in info.columns:
        if column.note:
            said.setdefault(column.note, []).append(column.name)
    for profile in found.columns:
        if profile.suggested and profile.suggested != "text":
            said.setdefault(f"{profile.suggested} would fit: {profile.suggested_reason}", []).append(profile.name)
        if profile.mixed:
            said.setdefault(f"mixed: {_kinds(profile)}", []).append(profile.name)
        if not profile.exact:
            error = f"distinct is an estimate, ± {percent(profile.distinct_error)} (standard error)"
            said.setdefault(error, []).append(profile.name)
    if said:
        yield ""
    for text, names in said.items():
        yield printable(f"{text} ({', '.join(names)})")


def _column(column: "ColumnProfile", note: str) -> "Iterator[str]":
    yield printable(f"{column.name}: {column.type}")
    if note:
        yield _line("note", note)
    for name, text in _facts(column):
        if text:
            yield _line(name, text)
    for at, pattern in enumerate(column.patterns):
        yield _line("" if at else "patterns", f"{pattern.name} {percent(pattern.share)}")
    for at, sign in enumerate(column.signs):
        yield _line("" if at else "looks", f"{sign.kind}: {sign.reason}")
    if column.quality:
        yield _line("quality", product(column.quality))
    yield from _top(column)


def _facts(column: "ColumnProfile") -> "Iterator[tuple[str, str]]":
    """What there is to say in one line each; an empty text where there is not."""
    rows = column.values + column.nulls
    if column.suggested == "text":
        yield "left text", column.suggested_reason
    elif column.suggested:
        yield "would fit", f"{column.suggested}: {column.suggested_reason}"
    yield "nulls", f"{column.nulls:,}{_of(column.nulls, rows)}"
    yield "blanks", f"{column.blanks:,}{_of(column.blanks, rows)}" if column.kinds or column.blanks else ""
    yield "distinct", _distinct(column)
    yield "range", f"{column.least} to {column.most}" if column.least is not None else ""
    middle = f", median {column.quantiles[len(column.quantiles) // 2]:,.6g}" if column.quantiles else ""
    yield "mean", f"{column.mean:,.6g}{middle}" if column.mean is not None else ""
    lengths = column.lengths
    yield "length", f"{lengths.least:,} to {lengths.most:,}, {lengths.mean:,.1f} on average" if lengths else ""
    yield "entropy", f"{column.entropy:.2f} bits" if column.entropy is not None else ""
    yield "reads as", _kinds(column) if len(column.kinds) > 1 else ""


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
        text = f"{one.rows:>11,} {percent(share):>8}  {'█' * max(1, round(_BAR * one.rows / shown[0].rows)):<{_BAR}}"
        yield _line("" if at or column.top_error else "top values", f"{text}  {one.value}")


def _distinct(column: "ColumnProfile") -> str:
    if column.uniqueness is None:
        return distinct(column)
    error = "" if column.exact else f" ± {percent(column.distinct_error)} (standard error)"
    return f"{distinct(column)}{error}, {percent(column.uniqueness)} of {column.values:,} values"


def _kinds(column: "ColumnProfile") -> str:
    filled = sum(column.kinds.values())
    return ", ".join(f"{kind} {percent(rows / filled)}" for kind, rows in column.kinds.items())


def _of(part: int, whole: int) -> str:
    return f" ({percent(part / whole)})" if part else ""


def _line(name: str, text: str) -> str:
    return printable(f"  {name:<10}  {text}")
