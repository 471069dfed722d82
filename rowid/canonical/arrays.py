"""Canonical text of Arrow arrays: every type of the table in section 1.

Where Arrow's own functions give the specification's text to the letter (booleans, integers, strings, most numbers),
they are used; else a value's text is computed once per distinct value of an array and looked up for its rows.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rowid.canonical import columns
from rowid.canonical.columns import TEXT
from rowid.canonical.kinds import DAY, Kind, Value
from rowid.canonical.refusal import RefusalError
from rowid.canonical.values import ruled
from rowid.errors import CanonicalError, ColumnError
from rowid.recipe import Rule
from rowid.stream import CellType, TextType, characters, values

_NO_RULE = Rule()
_FEW = 5  # rows that an error names
_TICK = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def texts(array: pa.Array, rule: Rule = _NO_RULE, *, column: str = "value", first_row: int = 1) -> pa.Array:
    """The canonical texts of n values as a large_string array of length n, null where the value is null.

    ``first_row`` is the number of the array's first row, for the error that names rows. Raises CanonicalError if
    values have no text, ColumnError if no value of the array's type could have one.
    """
    array = _unwrapped(array, rule)
    type_ = array.type
    if isinstance(type_, TextType):
        return array.storage
    if pa.types.is_null(type_):
        return pa.nulls(len(array), TEXT)
    kind = _kind(type_, column)
    if rule == _NO_RULE and kind in ("boolean", "integer"):
        return array.cast(TEXT)
    if kind == "string":
        array = _valid_utf8(array, column, first_row)
        if rule == _NO_RULE:
            return array
    return _written(array, kind, rule, column, first_row)


def _unwrapped(array: pa.Array, rule: Rule) -> pa.Array:
    """The array without what only carries it: cells, dictionaries, runs."""
    type_ = array.type
    if isinstance(type_, CellType):  # a declared type reads the characters of a cell, the plain form its value
        array = characters(array) if rule.type else values(array)
    elif pa.types.is_dictionary(type_):
        array = _unwrapped(array.dictionary_decode(), rule)
    elif pa.types.is_run_end_encoded(type_):
        array = _unwrapped(pc.run_end_decode(array), rule)
    return array


def _kind(type_: pa.DataType, column: str) -> Kind:
    is_ = pa.types
    simple: tuple[tuple[Any, Kind], ...] = (
        (is_.is_boolean, "boolean"),
        (is_.is_integer, "integer"),
        (is_.is_floating, "float"),
        (is_.is_decimal, "decimal"),
        (lambda t: is_.is_string(t) or is_.is_large_string(t) or is_.is_string_view(t), "string"),
        (lambda t: is_.is_binary(t) or is_.is_large_binary(t) or is_.is_binary_view(t), "binary"),
        (is_.is_fixed_size_binary, "binary"),
        (is_.is_date, "date"),
        (is_.is_time, "time"),
        (lambda t: is_.is_timestamp(t) and t.tz is None, "timestamp"),
        (is_.is_timestamp, "timestamp_utc"),  # Arrow keeps instants in UTC, whatever the zone is called
        (is_.is_duration, "duration"),
        (lambda t: isinstance(t, pa.UuidType), "uuid"),
    )
    for matches, kind in simple:
        if matches(type_):
            return kind
    hint = "Leave it out of the key columns"
    if is_.is_nested(type_):
        hint += ", or pick the fields that matter into columns of their own"
    shown = type_.type_name if isinstance(type_, pa.OpaqueType) else type_  # a database's own word
    raise ColumnError(f"its type {shown} has no canonical text", where=f"column {column!r}", hint=hint + ".")


def _written(array: pa.Array, kind: Kind, rule: Rule, column: str, first_row: int) -> pa.Array:
    found = columns.texts(array if kind == "duration" else _payloads(array), kind, rule)
    if found is not None:
        written, odd = found
        if not pc.any(odd).as_py():
            return written
        with suppress(CanonicalError):  # it is raised again below, and names the right rows
            return pc.replace_with_mask(written, odd, _by_value(array.filter(odd), kind, rule, column, first_row))
    return _by_value(array, kind, rule, column, first_row)


def _by_value(array: pa.Array, kind: Kind, rule: Rule, column: str, first_row: int) -> pa.Array:
    encoded = _payloads(array).dictionary_encode()
    found: list[str | None] = []
    refused: dict[int, str] = {}
    values = _values(encoded.dictionary, array.type, kind)
    for index, value in enumerate(values):
        try:
            found.append(ruled(value, rule))
        except RefusalError as refusal:
            found.append(None)
            refused[index] = str(refusal)
    if refused:
        bad = pc.is_in(encoded.indices, pa.array(list(refused), encoded.indices.type))
        reason = next(iter(refused.values()))
        raise _refused(array, bad, reason, column, first_row)
    return pa.array(found, TEXT).take(encoded.indices)


def _payloads(array: pa.Array) -> pa.Array:
    """The array in a type whose distinct values Arrow can find: times as ticks, views as plain strings."""
    type_ = array.type
    if isinstance(type_, pa.BaseExtensionType):
        array = array.storage
    elif pa.types.is_floating(type_):
        array = array.cast(pa.float64())  # "a 32-bit or 16-bit float is first widened to 64 bits"
    elif pa.types.is_decimal32(type_) or pa.types.is_decimal64(type_):
        array = array.cast(pa.decimal128(type_.precision, type_.scale))
    elif pa.types.is_binary_view(type_):
        array = array.cast(pa.large_binary())
    elif pa.types.is_temporal(type_):
        array = array.view(pa.int32() if type_.bit_width == 32 else pa.int64())
    return array


def _values(payloads: pa.Array, type_: pa.DataType, kind: Kind) -> Iterable[Value]:
    raw = payloads.to_pylist()
    if kind == "uuid":
        return (Value(kind, item.hex()) for item in raw)
    if kind == "date":
        step = DAY // 10**6 if pa.types.is_date64(type_) else 1  # date64 counts milliseconds
        return (Value(kind, item // step) for item in raw)
    step = _TICK[type_.unit] if kind in ("time", "timestamp", "timestamp_utc", "duration") else 1
    return (Value(kind, item * step) for item in raw) if step > 1 else (Value(kind, item) for item in raw)


def _valid_utf8(array: pa.Array, column: str, first_row: int) -> pa.Array:
    """Strings as large_string; a producer can hand over any bytes as a string, so they are checked."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        bad = pa.array([_is_not_utf8(item) for item in array.cast(pa.large_binary()).to_pylist()], pa.bool_())
        raise _refused(array.cast(pa.large_binary()), bad, "not valid UTF-8", column, first_row) from None
    return array.cast(TEXT)


def _is_not_utf8(item: bytes | None) -> bool:
    try:
        return item is not None and item.decode() is None
    except UnicodeDecodeError:
        return True


def _refused(array: pa.Array, bad: pa.Array, reason: str, column: str, first_row: int) -> CanonicalError:
    positions = pc.indices_nonzero(bad.fill_null(False)).to_pylist()
    rows = [first_row + position for position in positions[:_FEW]]
    some = [(row, _example(array[position])) for row, position in zip(rows, positions, strict=False)]
    return CanonicalError(column, reason, count=len(positions), rows=rows, examples=some)


def _example(scalar: pa.Scalar) -> str:
    try:
        return str(scalar)
    except (ValueError, OverflowError):  # a time that Python's types cannot hold
        return f"{scalar.value} {scalar.type}"
