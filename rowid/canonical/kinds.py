"""The kinds of the table in section 1, and the text of a value of each.

A value that entered, from Arrow or from Python, is a ``Value``: its kind and a payload that depends on nothing else.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal, NamedTuple

from rowid.canonical.numbers import decimal_text, float_text
from rowid.canonical.refusal import RefusalError

Kind = Literal[
    "boolean",  # payload: bool
    "integer",  # int
    "decimal",  # Decimal
    "float",  # float
    "string",  # str
    "binary",  # bytes
    "date",  # int: days since 1970-01-01
    "time",  # int: nanoseconds since midnight
    "timestamp",  # int: nanoseconds since 1970-01-01T00:00:00, no zone
    "timestamp_utc",  # int: nanoseconds since 1970-01-01T00:00:00Z
    "duration",  # int: nanoseconds
    "uuid",  # str: 32 hexadecimal digits
]

SECOND = 10**9
DAY = 86_400 * SECOND
EPOCH = date(1970, 1, 1).toordinal()


class Value(NamedTuple):
    """A value that is not null."""

    kind: Kind
    payload: Any


def plain_text(value: Value) -> str | None:
    """The canonical text of a value (section 1, the table); None for a NaN, which is null."""
    return _WRITERS[value.kind](value.payload)


def date_text(days: int) -> str:
    """YYYY-MM-DD for days since 1970-01-01. Section 1: years run from 0001 to 9999."""
    try:
        return date.fromordinal(days + EPOCH).isoformat()
    except (ValueError, OverflowError):
        raise RefusalError("outside the years 0001 to 9999") from None


def time_text(nanoseconds: int) -> str:
    """HH:MM:SS and the fraction without trailing zeros, for nanoseconds since midnight."""
    if not 0 <= nanoseconds < DAY:
        raise RefusalError("outside the 24 hours of a day")
    seconds, fraction = divmod(nanoseconds, SECOND)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{clock}.{fraction:09}".rstrip("0") if fraction else clock


def duration_text(nanoseconds: int) -> str:
    """PT seconds S, the seconds written as a decimal; '-' before the P of a negative one."""
    seconds, fraction = divmod(abs(nanoseconds), SECOND)
    number = f"{seconds}.{fraction:09}".rstrip("0") if fraction else str(seconds)
    return f"{'-' if nanoseconds < 0 else ''}PT{number}S"


def _utf8(string: str) -> str:
    try:
        string.encode()
    except UnicodeEncodeError:
        raise RefusalError("not valid UTF-8") from None
    return string


def _timestamp_text(nanoseconds: int) -> str:
    # "at midnight exactly, the date alone": pandas carries dates as timestamps, files and databases as dates
    days, clock = divmod(nanoseconds, DAY)
    return f"{date_text(days)}T{time_text(clock)}" if clock else date_text(days)


def _instant_text(nanoseconds: int) -> str:
    days, clock = divmod(nanoseconds, DAY)
    return f"{date_text(days)}T{time_text(clock)}Z"  # "at midnight too (an instant is not a date)"


def _uuid_text(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_WRITERS: dict[Kind, Callable[[Any], str | None]] = {
    "boolean": lambda truth: "true" if truth else "false",
    "integer": str,
    "decimal": decimal_text,
    "float": float_text,
    "string": _utf8,
    "binary": lambda octets: bytes(octets).hex(),
    "date": date_text,
    "time": time_text,
    "timestamp": _timestamp_text,
    "timestamp_utc": _instant_text,
    "duration": duration_text,
    "uuid": _uuid_text,
}
