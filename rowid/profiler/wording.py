"""A column's profile in words and numbers that people read."""

from collections.abc import Iterator

from rowid.model import ColumnProfile, Quality

_LONGEST = 40
_NAMES = {
    "list<": "list",
    "large_list<": "list",
    "fixed_size_list<": "list",
    "struct<": "struct",
    "map<": "map",
    "extension<arrow.uuid": "uuid",
    "extension<rowid.text": "objects",
    "run_end_encoded<": "run-end encoded",
}


def percent(share: float) -> str:
    """A share in per cent; never 0 or 100 unless it is exactly that."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:,.0f} %" if share in (0, 1) or share >= 10 else f"{100 * share:.1f} %"


def count(number: int, one: str) -> str:
    """A number of things: ``1 row``, ``1,704 rows``."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def type_name(type_: str) -> str:
    """A type in a word or two: without what a list or an object is made of, and without how a text is carried."""
    for start, name in _NAMES.items():
        if type_.startswith(start):
            return name
    if type_.startswith("dictionary<values="):
        return f"{type_.removeprefix('dictionary<values=').split(',')[0]}, dictionary"
    return type_


def distinct(column: ColumnProfile) -> str:
    """The number of different values, with a sign before an estimate."""
    if column.distinct < 0:
        return "not counted"
    return f"{column.distinct:,}" if column.exact else f"~{column.distinct:,}"


def product(quality: Quality) -> str:
    """A score with its factors."""
    return f"{quality.score:.2f} = " + " × ".join(f"{name} {value:.2f}" for name, value in quality.factors.items())


def kinds(column: ColumnProfile) -> str:
    """As what the texts of a column read."""
    filled = sum(column.kinds.values())
    return ", ".join(f"{kind} {percent(rows / filled)}" for kind, rows in column.kinds.items())


def facts(column: ColumnProfile) -> Iterator[tuple[str, str]]:
    """What there is to say of a column in one line each: a word, and the text; values among it."""
    for name, text in (*_size(column), *_values(column)):
        if text:
            yield name, text


def _size(column: ColumnProfile) -> Iterator[tuple[str, str]]:
    rows = column.values + column.nulls
    if column.suggested == "text":
        yield "left text", column.suggested_reason
    elif column.suggested:
        yield "would fit", f"{column.suggested}: {column.suggested_reason}"
    yield "nulls", f"{column.nulls:,}{_of(column.nulls, rows)}"
    yield "blanks", f"{column.blanks:,}{_of(column.blanks, rows)}" if column.kinds or column.blanks else ""
    yield "distinct", _distinct(column)


def _values(column: ColumnProfile) -> Iterator[tuple[str, str]]:
    ends = [_cut(end) for end in (column.least, column.most) if end is not None]
    yield "range", " to ".join(ends)
    middle = f", median {column.quantiles[len(column.quantiles) // 2]:,.6g}" if column.quantiles else ""
    yield "mean", f"{column.mean:,.6g}{middle}" if column.mean is not None else ""
    lengths = column.lengths
    yield "length", f"{lengths.least:,} to {lengths.most:,}, {lengths.mean:,.1f} on average" if lengths else ""
    yield "entropy", f"{column.entropy:.2f} bits" if column.entropy is not None else ""
    yield "reads as", kinds(column) if len(column.kinds) > 1 else ""
    yield "patterns", ", ".join(f"{pattern.name} {percent(pattern.share)}" for pattern in column.patterns)


def _distinct(column: ColumnProfile) -> str:
    if column.uniqueness is None:
        return distinct(column)
    error = "" if column.exact else f" ± {percent(column.distinct_error)} (standard error)"
    return f"{distinct(column)}{error}, {percent(column.uniqueness)} of {column.values:,} values"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _of(part: int, whole: int) -> str:
    return f" ({percent(part / whole)})" if part else ""
