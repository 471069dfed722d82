"""The report as plain text, 80 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rowid.report.nouns import Group, QualityReport
from rowid.report.words import READINGS, count, listed, probability, seconds

WIDTH = 80
_GROUPS, _ROWS, _CELL = 5, 3, 30


def text(report: QualityReport) -> str:
    """The report as text; control characters of the table's values are escaped."""
    parts = (
        _head, _readings, _key_columns, _minimality, _duplicates, _groups, _risks, _variants, _collisions, _personal,
        _comparison,
    )  # fmt: skip
    blocks = ["\n".join(lines) for part in parts if (lines := list(part(report)))]
    return "\n\n".join(blocks)


def _head(report: QualityReport) -> Iterator[str]:
    evidence = report.evidence
    yield str(report.verdict)
    yield from _wrapped(report.verdict.reason)
    read = f"all {count(evidence.rows_read, 'row')} were read" if evidence.exact else (
        f"stopped after {count(evidence.rows_read, 'row')}"
    )  # fmt: skip
    yield from _wrapped(f"{'Exact' if evidence.exact else 'Not exact'}: {read}; {seconds(evidence.elapsed_s)}.")
    yield from _wrapped(f"{report.source}; recipe {report.recipe_fingerprint[:12]}; key: {', '.join(report.columns)}")
    if evidence.stopped and evidence.exact:
        yield from _wrapped("The examination was stopped; what is missing below was not looked at.")


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
    for sentence in minimality(report):
        yield from _item(sentence)


def minimality(report: QualityReport) -> Iterator[str]:
    """What could go from the key, and what would complete it, in sentences."""
    choice = report.choice
    if choice is None:
        return
    if choice.droppable:
        yield f"Could go, one of them: {listed(choice.droppable)}."
    elif len(report.columns) > 1:
        yield "No column can go: each of them tells rows apart."
    for smaller in choice.smaller:
        if len(smaller) < len(report.columns):
            yield f"A smaller key: {listed(smaller)}."
    if choice.completed_by:
        yield f"Would make it a key, any one of them: {listed(choice.completed_by)}."
    elif choice.best_addition:
        name, left = choice.best_addition
        yield f"Would help most: {name}, which leaves {count(left, 'surplus row')}."


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
    yield from (f"   {line}" for line in _table(header, rows, left=len(header)))


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
    for sentence in variants(report):
        yield from _item(sentence)


def variants(report: QualityReport) -> Iterator[str]:
    """What other spellings would do to the key, in sentences."""
    found = report.variants
    if found is None:
        return
    for one in found.found:
        how = f" {one.remark}" if one.remark else ""
        how += f" Switch: {one.switch}." if one.switch else ""
        yield f"{one.column}, {one.name}: {effect(one.effect, one.groups, one.keys)}{how}"
    if not found.found:
        yield "No other spelling of the values would merge or split rows."
    if found.without_effect:
        yield f"Without effect: {', '.join(found.without_effect)}."
    if found.note:
        yield found.note


def effect(kind: str, groups: int, keys: int) -> str:
    """What a variant does, in a sentence."""
    if not groups:
        return "changes the text of values, and merges nothing."
    if kind == "merge":
        return f"would merge {count(groups + keys, 'key')} into {groups:,}."
    return f"keeps together {count(groups + keys, 'spelling')} of {count(groups, 'key')}."


def _collisions(report: QualityReport) -> Iterator[str]:
    found = report.collisions
    if found is None:
        return
    yield "COLLISIONS"
    none = "None." if not found.collisions else f"{count(found.collisions, 'row')}!"
    yield from _item(f"{none} {found.how}")
    yield from _item(f"Birthday bound for {found.form} ({found.bits} bits): {probability(found.bound)}.")


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
    yield from _item(f"{count(found.kept, 'ID')} kept, {found.new:,} new, {found.gone:,} gone.")
    if found.note:
        yield from _item(found.note)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> Iterator[str]:
    """Columns side by side, the first ``left`` of them flush left."""
    every = [[_printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[at]) for row in every) for at in range(len(header))]
    for row in every:
        cells = [cell.ljust(width) if at < left else cell.rjust(width)
                 for at, (cell, width) in enumerate(zip(row, widths, strict=True))]  # fmt: skip
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
