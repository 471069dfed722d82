"""Columns of Python objects, as JSON, Excel and drivers give them: which Arrow type holds all of one without loss."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from rowid import canonical

_EXACT_INTEGER = 2**53


class _Instant(datetime):
    """Stands for a datetime with a zone among the kinds of values."""


_NAMES: dict[type, str] = {
    bool: "booleans",
    int: "whole numbers",
    float: "decimals",
    str: "text",
    date: "dates",
    datetime: "timestamps",
    time: "times",
    timedelta: "durations",
    bytes: "binary",
    Decimal: "exact decimals",
    _Instant: "timestamps with a zone",
    list: "lists",
    dict: "objects",
}
_SIMPLE: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    float: pa.float64(),
    str: pa.string(),
    date: pa.date32(),
    time: pa.time64("us"),
    timedelta: pa.duration("us"),
    bytes: pa.binary(),
    _Instant: pa.timestamp("us", "UTC"),
}


class ObjectGuess:
    """What the values of one column have been so far; ``type``, ``note`` and ``array`` tell what follows."""

    def __init__(self, *, keep_text: bool = False) -> None:
        self._keep_text = keep_text
        self._kinds: set[type] = set()
        self._least = self._most = 0
        self._whole = self._places = 0
        self._nested: pa.DataType | None = None
        self._nested_fails = False

    def add(self, values: Sequence[Any]) -> None:
        """Takes the next values; ``None`` is a null."""
        kinds = set(map(type, values)) - {type(None)}
        if datetime in kinds:
            moments = {datetime if one.tzinfo is None else _Instant for one in values if type(one) is datetime}
            kinds = kinds - {datetime} | moments
        if Decimal in kinds:
            self._add_decimals([value for value in values if type(value) is Decimal])
        self._kinds |= kinds
        if int in kinds:
            whole = [value for value in values if type(value) is int]
            self._least, self._most = min(self._least, *whole), max(self._most, *whole)
        if kinds & {list, dict} and not self._nested_fails:
            self._add_nested(values)

    @property
    def type(self) -> pa.DataType:
        """The type that holds all values; string where there is none."""
        kinds = self._kinds
        if self._keep_text or not kinds:
            return pa.string()
        if kinds <= {int, Decimal}:
            return self._decimal() if Decimal in kinds else self._integer()
        if kinds <= {int, float} and not max(self._most, -self._least) > _EXACT_INTEGER:
            return pa.float64()
        if kinds <= {date, datetime} and datetime in kinds:
            return pa.timestamp("us")
        if self._nested is not None and not self._nested_fails and kinds <= {list, dict}:
            return self._nested
        return _SIMPLE[next(iter(kinds))] if len(kinds) == 1 and kinds <= set(_SIMPLE) else pa.string()

    @property
    def note(self) -> str:
        """Why a column with more than text is delivered as text; never a value."""
        if self._keep_text or self.type != pa.string() or self._kinds <= {str}:
            return ""
        kinds = sorted(_NAMES[kind] for kind in self._kinds)
        if len(kinds) == 1 and self._kinds <= {list, dict}:
            return f"kept as JSON text: {kinds[0]} of different shapes"
        if self._kinds == {int}:
            return "kept as text: whole numbers with more than 76 digits"
        if self._kinds == {int, float}:
            return "kept as text: decimals, and whole numbers with more digits than a number keeps"
        return f"kept as text: a mix of {', '.join(kinds[:-1])} and {kinds[-1]}"

    def array(self, values: Sequence[Any]) -> pa.Array:
        """Values as an array of ``type``. Raises ArrowException if nested ones do not fit it."""
        type_ = self.type
        if type_ == pa.string() and self._kinds - {str}:
            values = [_text(value) for value in values]
        elif pa.types.is_timestamp(type_):
            values = [datetime(v.year, v.month, v.day) if type(v) is date else v for v in values]
        return pa.array(values, type_)

    def _integer(self) -> pa.DataType:
        if self._least >= -(2**63) and self._most < 2**63:
            return pa.int64()
        if self._least >= 0 and self._most < 2**64:
            return pa.uint64()
        digits = len(str(max(self._most, -self._least)))
        if digits > 76:
            return pa.string()
        return pa.decimal128(38, 0) if digits <= 38 else pa.decimal256(76, 0)

    def _decimal(self) -> pa.DataType:
        whole = max(self._whole, len(str(max(self._most, -self._least))))
        if whole + self._places > 76:
            return pa.string()
        return pa.decimal128(38, self._places) if whole + self._places <= 38 else pa.decimal256(76, self._places)

    def _add_decimals(self, values: Sequence[Decimal]) -> None:
        for value in values:
            if not value.is_finite():
                self._whole = 77  # text alone writes an infinity
            else:
                self._places = max(self._places, -int(value.as_tuple().exponent))
                self._whole = max(self._whole, value.adjusted() + 1)

    def _add_nested(self, values: Sequence[Any]) -> None:
        try:
            found = pa.array(values).type
            if self._nested is not None:
                both = [pa.schema([("nested", type_)]) for type_ in (self._nested, found)]
                found = pa.unify_schemas(both, promote_options="permissive").field("nested").type
            self._nested = found
        except (pa.ArrowException, OverflowError, UnicodeEncodeError):
            self._nested_fails = True


def _text(value: Any) -> str | None:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return canonical.text(value)
