"""Canonical text of a Python value, and of a value under a column's rule (section 1)."""

import sys
import uuid
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np

from rowid.canonical.declared import read_as
from rowid.canonical.kinds import DAY, EPOCH, SECOND, Kind, Value, plain_text
from rowid.canonical.normal import normalised
from rowid.canonical.numbers import decimal_text, float_text, rounded
from rowid.canonical.refusal import RefusalError
from rowid.errors import CanonicalError
from rowid.recipe import Rule

_NS_PER_UNIT = {
    "W": 7 * DAY,
    "D": DAY,
    "h": 3600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
_KINDS: tuple[tuple[tuple[type, ...], Kind], ...] = (
    ((int,), "integer"),
    ((float,), "float"),
    ((str,), "string"),
    ((Decimal,), "decimal"),
    ((bytes, bytearray, memoryview), "binary"),
)
_NO_RULE = Rule()


def text(value: Any, rule: Rule = _NO_RULE, *, column: str = "value") -> str | None:
    """The canonical text of a Python, NumPy or pandas value under ``rule``; None for a null.

    Raises CanonicalError, which names ``column``, if it has none.
    """
    try:
        return ruled(entered(value), rule)
    except RefusalError as refusal:
        raise CanonicalError(column, str(refusal), examples=((1, repr(value)),)) from None


def ruled(value: Value | None, rule: Rule) -> str | None:
    """The canonical text of a value: read as its declared type, rounded, written, normalised, in that order."""
    if value is not None and rule.type is not None:
        value = read_as(value, rule.type)
    if value is None:
        return None
    if rule.decimals is not None and value.kind in ("float", "decimal"):
        value = _rounded(value, rule.decimals)
    result = plain_text(value)
    if result is not None and rule.normalise and value.kind == "string":
        return normalised(result, rule.normalise)
    return result


def _rounded(value: Value, places: int) -> Value:
    # "taken at its canonical text": a float is the number that its shortest digits write, not its binary expansion
    written = float_text(value.payload) if value.kind == "float" else decimal_text(value.payload)
    return Value("decimal", rounded(Decimal(written or "NaN"), places))


def entered(value: Any) -> Value | None:
    """A Python value as a kind of the table and its payload; None for None, pd.NA and NaT."""
    if isinstance(value, Enum):
        value = value.value  # "enum: the text of the value it stands for"
    if value is None or _is_pandas_null(value):
        return None
    if isinstance(value, np.generic):
        return _entered_numpy(value)
    if isinstance(value, bool):  # before int, which it is
        return Value("boolean", value)
    for types, kind in _KINDS:
        if isinstance(value, types):
            return Value(kind, value)
    return _entered_time(value)


def _entered_time(value: Any) -> Value | None:
    if isinstance(value, datetime):  # before date, which it is; pandas adds nanoseconds
        clock = _clock_ns(value) + getattr(value, "nanosecond", 0)
        local = (value.toordinal() - EPOCH) * DAY + clock
        offset = value.utcoffset()
        return Value("timestamp", local) if offset is None else Value("timestamp_utc", local - _duration_ns(offset))
    if isinstance(value, date):
        return Value("date", value.toordinal() - EPOCH)
    if isinstance(value, time) and value.tzinfo is None:
        return Value("time", _clock_ns(value))
    if isinstance(value, timedelta):
        return Value("duration", _duration_ns(value) + getattr(value, "nanoseconds", 0))
    if isinstance(value, uuid.UUID):
        return Value("uuid", value.hex)
    zone = " with a time zone" if isinstance(value, time) else ""
    raise RefusalError(f"of the type {type(value).__name__}{zone}, which has no canonical text")


def _entered_numpy(value: Any) -> Value | None:
    if isinstance(value, np.datetime64 | np.timedelta64):
        if np.isnat(value):
            return None
        unit, step = np.datetime_data(value.dtype)
        if unit in ("Y", "M") and isinstance(value, np.datetime64):
            value, unit, step = value.astype("datetime64[D]"), "D", 1
        if unit not in _NS_PER_UNIT:
            raise RefusalError(f"of the type {value.dtype}, which has no canonical text")
        kind: Kind = "timestamp" if isinstance(value, np.datetime64) else "duration"
        return Value(kind, int(value.astype(np.int64)) * step * _NS_PER_UNIT[unit])
    if isinstance(value, np.floating) and value.dtype.itemsize > 8:
        raise RefusalError(f"of the type {value.dtype}, which has no canonical text")
    return entered(value.item())  # floats are widened to 64 bits, integers and texts keep their value


def _clock_ns(value: datetime | time) -> int:
    return (value.hour * 3600 + value.minute * 60 + value.second) * SECOND + value.microsecond * 1000


def _duration_ns(value: timedelta) -> int:
    return value.days * DAY + value.seconds * SECOND + value.microseconds * 1000


def _is_pandas_null(value: Any) -> bool:
    pandas = sys.modules.get("pandas")  # who holds pd.NA has imported pandas; another thread may be about to
    return pandas is not None and any(value is getattr(pandas, name, pandas) for name in ("NA", "NaT"))
