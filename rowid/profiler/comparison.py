"""What changed from one profile of a table to another: its columns, their nulls, and how their values are spread."""

import math
from collections.abc import Iterator

from rowid.model import ColumnDrift, ColumnProfile, Finding, ProfileComparison, TableProfile
from rowid.profiler.distances import psi, psi_noise, total_variation, variation_noise
from rowid.profiler.wording import count, percent

_NOTABLE = 0.1
_STRONG = 0.25
_FAMILIES = (
    ("text", ("string", "large_string", "string_view", "extension<rowid.text")),
    ("whole number", ("int", "uint")),
    ("number", ("halffloat", "float", "double", "decimal")),
    ("boolean", ("bool",)),
    ("binary", ("binary", "large_binary", "fixed_size_binary")),
    ("date", ("date",)),
    ("duration", ("duration",)),
)


def compare(before: TableProfile, after: TableProfile) -> ProfileComparison:
    """What changed from ``before`` to ``after``, the biggest finding first.

    Numbers and points in time are compared by the population stability index over the deciles of their earlier values,
    all columns by the total variation distance over their most frequent values (``rowid.profiler.distances`` has the
    formulas). Either is a finding from 0.1 on, the usual line (Siddiqi, 'Credit Risk Scorecards', 2006, who calls
    0.25 a strong shift), and where it is more than the chance of so few rows explains.
    """
    earlier = {column.name: column for column in before.columns}
    later = {column.name: column for column in after.columns}
    both = [(earlier[name], later[name]) for name in earlier if name in later]
    findings = [*_of_tables(before, after), *_of_schema(before, after)]
    drift = []
    for one, other in both:
        moved = _drift(one, other)
        drift.append(moved)
        findings += [*_of_column(one, other, moved)]
    return ProfileComparison(
        (before.rows, after.rows),
        tuple(name for name in earlier if name not in later),
        tuple(name for name in later if name not in earlier),
        tuple((one.name, one.type, other.type) for one, other in both if _retyped(one, other)),
        tuple(drift),
        tuple(sorted(findings, key=lambda finding: -finding.size)),
    )


def _of_tables(before: TableProfile, after: TableProfile) -> Iterator[Finding]:
    if before.rows != after.rows:
        size = abs(after.rows - before.rows) / max(after.rows, before.rows)
        text = f"{count(before.rows, 'row')} then, {after.rows:,} now ({after.rows - before.rows:+,})"
        yield Finding("rows", "", size, text)
    if before.quality and after.quality and before.quality.score - after.quality.score >= _NOTABLE / 2:
        lost = before.quality.score - after.quality.score
        yield Finding(
            "quality", "", lost, f"the quality fell from {before.quality.score:.2f} to {after.quality.score:.2f}"
        )


def _of_schema(before: TableProfile, after: TableProfile) -> Iterator[Finding]:
    for column in before.columns:
        other = after.column(column.name)
        if other is None:
            yield Finding("gone", column.name, 1.0, "the column is gone")
        elif _retyped(column, other):
            size = 0.9 if _family(other.type) != _family(column.type) else 0.05
            yield Finding("type", column.name, size, f"the type was {column.type} and is {other.type}")
    for column in after.columns:
        if before.column(column.name) is None:
            yield Finding("new", column.name, 0.8, "the column is new")


def _retyped(before: ColumnProfile, after: ColumnProfile) -> bool:
    """Whether the type is another one; texts are texts, whatever carries them."""
    return before.type != after.type and not _family(before.type) == _family(after.type) == "text"


def _family(type_: str) -> str:
    """What a type holds, whatever its width and its carrier."""
    if type_.startswith("dictionary<values="):
        type_ = type_.removeprefix("dictionary<values=").split(",")[0]
    for family, starts in _FAMILIES:
        if type_.startswith(starts):
            return family
    kind = type_.partition("[")[0]
    return f"{kind} with zone" if "tz=" in type_ else kind


def _drift(before: ColumnProfile, after: ColumnProfile) -> ColumnDrift:
    alike = _family(before.type) == _family(after.type) or bool(before.quantiles and after.quantiles)
    return ColumnDrift(
        before.name,
        (_null_share(before), _null_share(after)),
        (before.distinct, after.distinct),
        psi(before.quantiles, after.quantiles) if alike else None,
        total_variation(before, after) if alike else None,
    )


def _of_column(before: ColumnProfile, after: ColumnProfile, drift: ColumnDrift) -> Iterator[Finding]:
    name = before.name
    then, now = drift.null_share
    if abs(now - then) >= _NOTABLE / 10 or (not then and now):
        size = max(abs(now - then), 0.0 if then else _NOTABLE / 2)
        yield Finding("nulls", name, size, f"{percent(then)} of the cells were null, {percent(now)} are")
    yield from _of_counts(before, after)
    yield from _of_range(before, after)
    if drift.psi is not None and drift.psi >= max(_NOTABLE, 3 * psi_noise(before.values, after.values)):
        word = "strongly" if drift.psi >= _STRONG else "somewhat"
        text = f"the values moved {word} (population stability index {drift.psi:.2f})"
        yield Finding("distribution", name, min(1.0, drift.psi), text)
    elif drift.distance is not None and drift.distance >= max(_NOTABLE, 2 * variation_noise(before, after)):
        text = f"at least {percent(drift.distance)} of the values moved to others (total variation distance)"
        yield Finding("distribution", name, drift.distance, text)
    if _family(before.type) == _family(after.type):
        yield from _of_patterns(before, after)


def _of_counts(before: ColumnProfile, after: ColumnProfile) -> Iterator[Finding]:
    name = before.name
    if min(before.values, after.values, before.distinct, after.distinct) < 1:
        return
    was, is_ = (column.exact and column.distinct == column.values for column in (before, after))
    if was and not is_ and before.values > 1:
        surplus = after.values - after.distinct
        yield Finding("unique", name, 0.85, f"every value was different, now about {surplus:,} repeat an earlier one")
    elif before.distinct > 1 and after.distinct == 1:
        yield Finding("distinct", name, 0.7, "the values were different, now all are the same")
    elif max(before.uniqueness or 0, after.uniqueness or 0) < 0.5:
        change = abs(after.distinct - before.distinct) / max(after.distinct, before.distinct)
        error = math.hypot(before.distinct_error, after.distinct_error)
        if change >= max(_NOTABLE, 3 * error):
            text = f"{before.distinct:,} different values then, {after.distinct:,} now"
            yield Finding("distinct", name, change / 2, text)


def _of_patterns(before: ColumnProfile, after: ColumnProfile) -> Iterator[Finding]:
    had = {pattern.name: pattern.share for pattern in before.patterns}
    have = {pattern.name: pattern.share for pattern in after.patterns}
    for form in [*had, *(form for form in have if form not in had)]:
        then, now = had.get(form, 0.0), have.get(form, 0.0)
        if before.values and after.values and abs(now - then) >= _NOTABLE:
            text = f"{percent(then)} of the texts had the form {form}, {percent(now)} have"
            yield Finding("pattern", before.name, abs(now - then), text)


def _of_range(before: ColumnProfile, after: ColumnProfile) -> Iterator[Finding]:
    if not (before.quantiles and after.quantiles):
        return
    least, most = before.quantiles[0], before.quantiles[-1]
    below, above = max(0.0, least - after.quantiles[0]), max(0.0, after.quantiles[-1] - most)
    if not below and not above:
        return
    where = " and ".join(word for word, by in (("below", below), ("above", above)) if by)
    beyond = (below + above) / (most - least) if most > least else 1.0
    text = (
        f"values {where} the earlier range, by {percent(beyond)} of it"
        if most > least
        else f"values {where} the only one"
    )
    yield Finding("range", before.name, min(0.75, beyond / 2), text)


def _null_share(column: ColumnProfile) -> float:
    rows = column.values + column.nulls
    return column.nulls / rows if rows else 0.0
