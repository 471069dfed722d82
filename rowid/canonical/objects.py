"""Canonical text of a column of Python objects, whose types may differ from row to row (section 1)."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isnan
from typing import Any

import pyarrow as pa

from rowid.canonical.refusal import RefusalError
from rowid.canonical.values import entered, ruled
from rowid.errors import CanonicalError
from rowid.recipe import Rule

_FEW = 5  # rows that an error names
_SOME = 100  # decimals that tell how many places the others have
_DIGITS = 38  # the most of a decimal of 128 bits
_TYPES: dict[type, pa.DataType | None] = {
    str: pa.large_string(), bytes: pa.large_binary(), bool: pa.bool_(), int: pa.int64(), float: pa.float64(),
    Decimal: None, date: pa.date32(), datetime: pa.timestamp("us"), timedelta: pa.duration("us"),
}  # fmt: skip
_NULLS = {"NoneType", "NAType", "NaTType"}


def array_of(values: Sequence[Any]) -> pa.Array | None:
    """The values as an Arrow array, if all are of one Python type that Arrow holds as it is; else None.

    Nulls are those of pandas: None, NaN, NA and NaT. A subclass is another type: a ``Timestamp`` has nanoseconds.
    """
    kinds = {kind for kind in set(map(type, values)) if kind.__name__ not in _NULLS}
    if len(kinds) == 2 and float in kinds and all(isnan(one) for one in values if type(one) is float):
        kinds.remove(float)
    if len(kinds) == 1 and (kind := kinds.pop()) in _TYPES:
        if kind is datetime and any(getattr(value, "tzinfo", None) is not None for value in values):
            return None
        with suppress(pa.ArrowException, UnicodeEncodeError, OverflowError, TypeError):
            return _decimals(values) if kind is Decimal else pa.array(values, _TYPES[kind], from_pandas=True)
    return None


def _decimals(values: Sequence[Any]) -> pa.Array:
    """Arrow takes its time to find a type for all, and little to find that the type of the first ones will not do."""
    first = pa.array(values[:_SOME], from_pandas=True).type
    if pa.types.is_decimal128(first):
        with suppress(pa.ArrowInvalid):
            return pa.array(values, pa.decimal128(_DIGITS, first.scale), from_pandas=True)
    return pa.array(values, from_pandas=True)


def texts_of(values: Iterable[Any], rule: Rule, *, column: str) -> pa.Array:
    """The canonical texts of n Python values as a large_string array of length n, null where the value is null.

    Raises CanonicalError if values have no text; it counts them all.
    """
    texts: list[str | None] = []
    refused: list[tuple[int, str, str]] = []
    for row, value in enumerate(values, 1):
        try:
            texts.append(ruled(entered(value), rule))
        except RefusalError as refusal:
            refused.append((row, str(refusal), repr(value) if len(refused) < _FEW else ""))
    if refused:
        first = refused[:_FEW]
        rows, examples = [row for row, _, _ in first], [(row, example) for row, _, example in first]
        raise CanonicalError(column, first[0][1], count=len(refused), rows=rows, examples=examples)
    return pa.array(texts, pa.large_string())
