"""The parts of the HTML report in their order, each with what stands in it besides charts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rowid.report import telling
from rowid.report.markup import Markup, element, paragraph, points, table
from rowid.report.nouns import Group, QualityReport, Rows
from rowid.report.words import READINGS, count, listed, probability


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the report: what it is called, and its content; none if there is nothing to say."""

    name: str
    title: str
    content: Callable[[QualityReport], Iterator[Markup]]


def _uniqueness(report: QualityReport) -> Iterator[Markup]:
    counts = ("Rows", "Distinct", "Duplicate groups", "Surplus rows", "Largest group", "Refused rows")
    rows = [
        (
            READINGS[one.null], one.rows, one.distinct, one.duplicate_groups, one.surplus_rows, one.largest_group,
            one.refused_rows, "yes" if one.unique else "no",
        )
        for one in report.readings
    ]  # fmt: skip
    yield table(("Reading of null", *counts, "Unique"), rows, numeric=range(1, 7))


def _key(report: QualityReport) -> Iterator[Markup]:
    rows = [(one.name, one.type, one.nulls, one.blanks) for one in report.key_columns]
    yield table(("Column", "Type", "Nulls", "Blanks"), rows, numeric=(2, 3))


def _minimality(report: QualityReport) -> Iterator[Markup]:
    said = list(telling.minimality(report))
    if said:
        yield points(said)


def _duplicates(report: QualityReport) -> Iterator[Markup]:
    if report.diagnosis is None:
        if report.collisions is not None:
            yield paragraph("No row repeats another one's key.")
        return
    yield points(report.diagnosis.sentences)
    for number, group in enumerate(report.groups, 1):
        yield element("h3", f"{number}. {title(group)}")
        yield _rows(group.rows, arranged(group, report.columns), group.differing)
    if report.groups and report.diagnosis.groups_in_all > len(report.groups):
        yield paragraph(f"The largest of {report.diagnosis.groups_in_all:,} groups, the first rows of each.")


def title(group: Group) -> str:
    """A duplicate group in a line."""
    where = f"differ in {listed(group.differing)}" if group.differing else "equal in every column"
    return f"{count(group.size, 'row')}, {where}"


def arranged(group: Group, key: Sequence[str]) -> list[str]:
    """The columns of a group's rows in the order in which they tell most: the key, what differs, the rest."""
    shown = group.rows.columns
    return list(dict.fromkeys([*(name for name in key if name in shown), *group.differing, *shown]))


def _rows(rows: Rows, order: Sequence[str] = (), differing: Sequence[str] = ()) -> Markup:
    names = list(order) or list(rows.columns)
    at = [rows.columns.index(name) for name in names]
    body = [(number, *(values[one] for one in at)) for number, values in zip(rows.numbers, rows.values, strict=True)]
    marked = [1 + place for place, name in enumerate(names) if name in differing]
    return table(("Row", *names), body, numeric=(0,), marked=marked)


def _risks(report: QualityReport) -> Iterator[Markup]:
    if report.risks is None:
        return
    if not report.risks:
        yield paragraph("No column of the key looks as if its values changed while the row stays the same.")
        return
    rows = [(risk.column, risk.kind, risk.reason, risk.advice) for risk in report.risks]
    yield table(("Column", "Risk", "Why", "What to do"), rows)


def _variants(report: QualityReport) -> Iterator[Markup]:
    found = report.variants
    if found is None:
        return
    if found.found:
        header = ("Column", "Spelling", "Values changed", "Keys", "Effect", "Switch")
        rows = [
            (
                one.column, one.name, one.changed_rows, one.keys,
                telling.effect(one.effect, one.groups, one.keys), one.switch or one.remark,
            )
            for one in found.found
        ]  # fmt: skip
        yield table(header, rows, numeric=(2, 3))
        for one in found.found:
            if one.examples:
                yield element(
                    "h3", f"{one.column}, {one.name}: rows that {'meet' if one.effect == 'merge' else 'part'}"
                )
                for example in one.examples:
                    yield _rows(example)
    yield points([sentence for sentence in telling.unvaried(found) if sentence])


def _collisions(report: QualityReport) -> Iterator[Markup]:
    if report.collisions is None:
        return
    yield points(telling.collisions(report))
    rows = [(name, probability(bound)) for name, bound in report.collisions.bounds.items()]
    yield table(("Form", "Chance of any collision among this many different rows"), rows)


def _personal(report: QualityReport) -> Iterator[Markup]:
    found = report.personal
    if found is None:
        return
    yield points(found.sentences)
    rows = [
        (
            one.column,
            one.distinct if one.exact else f"about {one.distinct:,}",
            f"{one.bits:.1f}",
            "unknown" if one.domain is None else one.domain,
            one.known_as,
        )
        for one in found.columns
    ]
    yield table(("Column", "Distinct here", "Bits", "Such values at all", "That is"), rows, numeric=(1, 2, 3))
    if found.demonstration and found.demonstration.rows.numbers:
        yield element("h3", "What a plain hash gave away")
        yield _rows(found.demonstration.rows)


def _comparison(report: QualityReport) -> Iterator[Markup]:
    if report.comparison is not None:
        yield points([f"Against {report.comparison.against}: {one}" for one in telling.comparison(report)])
    else:
        yield paragraph("No earlier run of the same recipe was given to compare with.")


PARTS: Sequence[Part] = (
    Part("uniqueness", "Uniqueness under each reading of null", _uniqueness),
    Part("key", "Nulls and blanks in the key", _key),
    Part("minimality", "Minimality", _minimality),
    Part("duplicates", "Rows with the same key, and why", _duplicates),
    Part("risks", "Stability", _risks),
    Part("variants", "Other spellings", _variants),
    Part("collisions", "Collisions", _collisions),
    Part("personal", "Personal data in the key", _personal),
    Part("comparison", "Against the previous run", _comparison),
)
