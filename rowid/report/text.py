"""The report as plain text, 80 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rowid.report import telling
from rowid.report.nouns import Group, QualityReport
from rowid.report.words import READINGS, count, listed

WIDTH = 80
_GROUPS, _ROWS, _CELL, _LEAST = 5, 3, 30, 6


def text(report: QualityReport) -> str:
    """The report as text; control characters of the table's values are escaped."""
    parts = (
        _head, _readings, _key_columns, _minimality, _duplicates, _groups, _risks, _variants, _collisions, _personal,
        _comparison,
    )  # fmt: skip
    blocks = ["\n".join(lines) for part in parts if (lines := list(part(report)))]
    return "\n\n".join(blocks)


def _head(report: QualityReport) -> Iterator[str]:
    yield str(report.verdict)
    yield from _wrapped(report.verdict.reason)
    yield from _wrapped(telling.evidence(report))
    yield from _wrapped(f"{report.source}; recipe {report.recipe_fingerprint[:12]}; key: {', '.join(report.columns)}")


def _readings(report: QualityReport) -> Iterator[str]:
    rows = [
        (READINGS[one.null], *(f"{number:,}" for number in (
            one.rows, one.distinct, one.duplicate_groups, one.surplus_rows, one.largest_group,
        )))
        for one in report.readings
    ]  # fmt: skip
    yield "UNIQUENESS"
    yield from _table(("", "rows", "distinct", "groups", "surplus", "largest"), rows)
    refused = report.readings[-1].refused_rows
    if refused:
        yield from _wrapped(f"{count(refused, 'row')} with a null in the key would be refused as a primary key.")


def _key_columns(report: QualityReport) -> Iterator[str]:
    yield "KEY COLUMNS"
    rows = [(_cut(one.name), one.type, f"{one.nulls:,}", f"{one.blanks:,}") for one in report.key_columns]
    yield from _table(("column", "type", "nulls", "blanks"), rows, left=2)


def _minimality(report: QualityReport) -> Iterator[str]:
    if report.choice is None:
        return
    yield "MINIMALITY"
    for sentence in telling.minimality(report):
        yield from _item(sentence)


def _duplicates(report: QualityReport) -> Iterator[str]:
    if report.diagnosis is None:
        return
    yield "WHY ROWS REPEAT"
    for sentence in report.diagnosis.sentences:
        yield from _item(sentence)


def _groups(report: QualityReport) -> Iterator[str]:
    if not report.groups:
        return
    yield "LARGEST GROUPS"
    for number, group in enumerate(report.groups[:_GROUPS], 1):
        yield from _group(number, group, report.columns)
    more = len(report.groups) - _GROUPS
    if more > 0:
        yield f"  and {more:,} more with --json or --html"


def _group(number: int, group: Group, key: Sequence[str]) -> Iterator[str]:
    differ = f"differ in {listed(group.differing)}" if group.differing else "equal in every column"
    yield from _item(f"{number}. {count(group.size, 'row')}, {differ}", mark="")
    shown = [at for at, name in enumerate(group.rows.columns) if name in key or name in group.differing][:4]
    header = ("row", *(_cut(group.rows.columns[at], 16) for at in shown))
    rows = [
        (f"{row:,}", *(_cell(values[at]) for at in shown))
        for row, values in zip(group.rows.numbers[:_ROWS], group.rows.values, strict=False)
    ]
    yield from (f"   {line}" for line in _table(header, rows, left=len(header), width=WIDTH - 3))


def _risks(report: QualityReport) -> Iterator[str]:
    if report.risks is None:
        return
    yield "STABILITY"
    if not report.risks:
        yield "  No column of the key looks as if its values changed."
    for risk in report.risks:
        yield from _item(f"{risk.column}: {risk.kind} ({risk.reason}). {risk.advice}")


def _variants(report: QualityReport) -> Iterator[str]:
    if report.variants is None:
        return
    yield "SPELLINGS"
    for sentence in telling.variants(report):
        yield from _item(sentence)


def _collisions(report: QualityReport) -> Iterator[str]:
    found = report.collisions
    if found is None:
        return
    yield "COLLISIONS"
    for sentence in telling.collisions(report):
        yield from _item(sentence)


def _personal(report: QualityReport) -> Iterator[str]:
    found = report.personal
    if found is None:
        return
    yield "PERSONAL DATA IN THE KEY"
    for sentence in found.sentences:
        yield from _item(sentence)


def _comparison(report: QualityReport) -> Iterator[str]:
    found = report.comparison
    if found is None:
        return
    yield f"AGAINST {found.against}"
    for sentence in telling.comparison(report):
        yield from _item(sentence)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, width: int = WIDTH) -> Iterator[str]:
    """Columns side by side, the first ``left`` of them flush left; the widest are cut until they fit."""
    every = [[_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[at]) for row in every) for at in range(len(header))]
    while sum(widths) + 2 * len(widths) > width and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    for row in every:
        cells = [
            _cut(cell, to).ljust(to) if at < left else _cut(cell, to).rjust(to)
            for at, (cell, to) in enumerate(zip(row, widths, strict=True))
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def _item(sentence: str, mark: str = "- ") -> Iterator[str]:
    filled = textwrap.wrap(_printable(sentence), WIDTH - 2 - len(mark))
    for at, line in enumerate(filled):
        yield f"  {mark if not at else ' ' * len(mark)}{line}"


def _wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(_printable(sentence), WIDTH)


def _cell(value: str | None) -> str:
    return "null" if value is None else _cut(value) if value else '""'


def _cut(value: str, width: int = _CELL) -> str:
    return value if len(value) <= width else value[: width - 1] + "…"


def _printable(value: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
