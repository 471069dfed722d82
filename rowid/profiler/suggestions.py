"""A type that would fit all values of a column better than the one it has."""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from rowid.profiler.columns import Column

_INT64 = 2.0**63
_WORDS = {
    "number": "numbers",
    "boolean": "booleans",
    "date": "dates",
    "timestamp": "timestamps without zone",
    "timestamp_utc": "timestamps with zone",
}


def suggested(column: "Column") -> tuple[str, str]:
    """The name of a declared type (rowid v1, section 1) or of an Arrow type, and why; empty where there is none."""
    if column.texts is not None:
        return _for_text(column)
    numbers = column.numbers
    if numbers is None or numbers.rows != column.values or not column.values:
        return "", ""
    if pa.types.is_floating(column.carried) and not numbers.fractional and numbers.largest < _INT64:
        gaps = " with gaps" if column.nulls else ""
        return "int64", f"whole numbers only{gaps}, carried as floats"
    if pa.types.is_timestamp(column.carried) and column.carried.tz is None and not numbers.off_midnight:
        return "date", "every timestamp is at midnight"
    return "", ""


def _for_text(column: "Column") -> tuple[str, str]:
    texts = column.texts
    if texts is None or not texts.filled:
        return "", ""
    but = ", blanks aside" if texts.blanks else ""
    for type_, words in _WORDS.items():
        if texts.found[type_] == texts.filled:
            return type_, f"all texts read as {words}{but}"
    if texts.found["date"] + texts.found["timestamp"] == texts.filled:
        return "timestamp", f"all texts read as dates or timestamps{but}"
    if texts.found["leading zeros"] and texts.found["digits only"] == texts.filled:
        return "text", "digits with leading zeros, which a number would lose"
    return "", ""
