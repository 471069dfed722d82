"""JSON Lines: one object a line.

Integers, booleans and floats are JSON's own (a float with its shortest digits; a NaN, which is no JSON, is null, as it
is in the canonical form; an infinity is the string "Infinity" or "-Infinity"). A decimal of up to 15 digits is a
number, a longer one, which most readers would round, a string. Dates, times and all else are their canonical text.
Nested values become arrays and objects.
"""

import json
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rowid.canonical import text as canonical_text
from rowid.canonical import texts
from rowid.recipe import Rule
from rowid.sinks.rows import Lines
from rowid.stream import plain, values

_TEXT = pa.large_string()
_UNSAFE = '["\\\\\\x00-\\x1f\\x7f]'
_EXACT_DIGITS = 15


def lines(names: list[str]) -> Lines:
    """Makes the lines of a batch."""
    keys = [json.dumps(name, ensure_ascii=False) for name in names]

    def made(batch: pa.RecordBatch) -> pa.LargeStringArray:
        parts: list[pa.Array | pa.Scalar] = []
        for at, (key, column) in enumerate(zip(keys, batch.columns, strict=True)):
            parts += [pa.scalar(("{" if at == 0 else ", ") + key + ": ", _TEXT), _json(column, names[at])]
        return _joined([*parts, pa.scalar("}\n", _TEXT)])

    return made


def _json(column: pa.Array, name: str) -> pa.Array:
    """A column's values as JSON, a null as ``null``."""
    column = plain(values(column))
    type_ = column.type
    if pa.types.is_nested(type_):
        made = [json.dumps(_plain(value), ensure_ascii=False) for value in column.to_pylist()]
        return pa.array(made, _TEXT)
    text = texts(column, Rule(), column=name)
    if pa.types.is_floating(type_):
        # "1e+21" is JSON, "Infinity" is not
        text = pc.if_else(pc.is_inf(column), _string(text), text)
    elif not _is_number(type_) and not pa.types.is_boolean(type_):
        text = _string(text)
    return text.fill_null("null")


def _is_number(type_: pa.DataType) -> bool:
    return pa.types.is_integer(type_) or (pa.types.is_decimal(type_) and type_.precision <= _EXACT_DIGITS)


def _string(text: pa.Array) -> pa.Array:
    quote = pa.scalar('"', _TEXT)
    plain = _joined([quote, text, quote])
    unsafe = pc.match_substring_regex(text, _UNSAFE)
    if not unsafe.true_count:
        return plain
    escaped = [json.dumps(one, ensure_ascii=False) for one in text.filter(unsafe.fill_null(False)).to_pylist()]
    return pc.replace_with_mask(plain, unsafe.fill_null(False), pa.array(escaped, _TEXT))


def _joined(parts: list[pa.Array | pa.Scalar]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, pa.scalar("", _TEXT), null_handling="emit_null")


def _plain(value: Any) -> Any:
    """A nested value in what JSON knows, by the same rules."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Decimal) and len(value.as_tuple().digits) <= _EXACT_DIGITS:
        return float(value)
    return canonical_text(value)
