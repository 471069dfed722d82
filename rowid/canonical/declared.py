"""Reading a value as a declared type (section 1, 'Declared types')."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from rowid.canonical.kinds import DAY, EPOCH, SECOND, Value, plain_text
from rowid.canonical.normal import WHITE_SPACE
from rowid.canonical.numbers import float_text, number_in
from rowid.canonical.refusal import RefusalError

_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
_OFFSET = r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_DATE_ONLY = re.compile(_DATE)
_TIMESTAMP = re.compile(f"{_DATE}(?:[T ]{_CLOCK})?")
_TIMESTAMP_UTC = re.compile(f"{_DATE}[T ]{_CLOCK}{_OFFSET}")
_TRUE = frozenset(("true", "t", "yes", "y", "1"))
_FALSE = frozenset(("false", "f", "no", "n", "0"))


def read_as(value: Value, type_: str) -> Value | None:
    """The value read as a declared type; None where that is null (a NaN). RefusalError if it cannot be read so."""
    if value.kind in ("float", "decimal") and value.payload != value.payload:
        return None  # a NaN is null, whatever the column is declared to be
    read = _READERS[type_](value)
    if read is None:
        raise RefusalError(f"not readable as {type_}")
    return read


def _text(value: Value) -> Value | None:
    return Value("string", plain_text(value))


def _number(value: Value) -> Value | None:
    kind, payload = value
    number: Decimal | None = None
    if kind in ("integer", "decimal"):
        number = Decimal(payload)
    elif kind == "float":
        number = Decimal(float_text(payload) or "NaN")  # the number that its shortest digits write
    elif kind == "string":
        number = number_in(payload.strip(WHITE_SPACE))
    return Value("decimal", number) if number is not None and number.is_finite() else None


def _boolean(value: Value) -> Value | None:
    kind, payload = value
    if kind == "string":
        word = payload.strip(WHITE_SPACE).lower()
        payload = True if word in _TRUE else False if word in _FALSE else None
    elif kind not in ("boolean", "integer", "decimal", "float") or payload not in (0, 1):
        return None
    return None if payload is None else Value("boolean", bool(payload))


def _date(value: Value) -> Value | None:
    kind, payload = value
    if kind == "timestamp" and payload % DAY == 0:
        return Value("date", payload // DAY)
    if kind == "string" and (match := _DATE_ONLY.fullmatch(payload)):
        return Value("date", _days(*match.groups()))
    return value if kind == "date" else None


def _timestamp(value: Value) -> Value | None:
    kind, payload = value
    if kind == "date":
        return Value("timestamp", payload * DAY)
    if kind == "string" and (match := _TIMESTAMP.fullmatch(payload)):
        return Value("timestamp", _days(*match.groups()[:3]) * DAY + _clock(*match.groups()[3:]))
    return value if kind == "timestamp" else None


def _timestamp_utc(value: Value) -> Value | None:
    kind, payload = value
    if kind == "string" and (match := _TIMESTAMP_UTC.fullmatch(payload)):
        local = _days(*match.groups()[:3]) * DAY + _clock(*match.groups()[3:7])
        return Value("timestamp_utc", local - _offset(match.group(8)))
    return value if kind == "timestamp_utc" else None


def _days(year: str, month: str, day: str) -> int:
    try:
        return date(int(year), int(month), int(day)).toordinal() - EPOCH
    except ValueError:
        raise RefusalError("not a day of the calendar") from None


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> int:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise RefusalError("not a time of day")
    return (hours * 3600 + minutes * 60 + seconds) * SECOND + int((fraction or "").ljust(9, "0"))


def _offset(offset: str) -> int:
    if offset == "Z":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[-2:]) if len(offset) > 3 else 0
    if hours > 23 or minutes > 59:
        raise RefusalError("not an offset from UTC")
    return (-1 if offset[0] == "-" else 1) * (hours * 60 + minutes) * 60 * SECOND


_READERS: dict[str, Callable[[Value], Value | None]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamp_utc": _timestamp_utc,
}
