"""The plan of a batch: where compiled code finds its columns."""

from array import array
from collections.abc import Container
from typing import NamedTuple

import pyarrow as pa

from rowid import canonical
from rowid.kernel.layout import Kind
from rowid.recipe import Recipe, Rule
from rowid.stream import TextType, values

_PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_NO_RULE = Rule()
_MOST_PLACES = 18  # of a decimal that 64 bits hold
_UNKNOWN = (None, 0, 0)
_SIMPLE = {  # kind, unit and flag, by the number of the type: to ask for each type in turn takes long for a small batch
    pa.string().id: (Kind.SHORT_STRING, 0, 0), pa.large_string().id: (Kind.STRING, 0, 0),
    pa.int8().id: (Kind.INTEGER, 1, 1), pa.uint8().id: (Kind.INTEGER, 1, 0),
    pa.int16().id: (Kind.INTEGER, 2, 1), pa.uint16().id: (Kind.INTEGER, 2, 0),
    pa.int32().id: (Kind.INTEGER, 4, 1), pa.uint32().id: (Kind.INTEGER, 4, 0),
    pa.int64().id: (Kind.INTEGER, 8, 1), pa.uint64().id: (Kind.INTEGER, 8, 0),
    pa.float64().id: (Kind.FLOAT, 0, 0), pa.bool_().id: (Kind.BOOLEAN, 0, 0), pa.date32().id: (Kind.DATE, 0, 0),
    pa.large_binary().id: (Kind.BINARY, 0, 0), pa.null().id: (Kind.NULL, 0, 0),
}  # fmt: skip


_LENGTH = 21  # the most bytes of the LENGTH ":" of a string
BOUNDS = {  # the most bytes of a field, besides those of a string
    Kind.STRING: _LENGTH, Kind.SHORT_STRING: _LENGTH, Kind.BINARY: _LENGTH, Kind.INTEGER: 24, Kind.FLOAT: 28,
    Kind.BOOLEAN: 8, Kind.DATE: 16, Kind.TIMESTAMP: 36, Kind.TIME: 24, Kind.DECIMAL: 28, Kind.UUID: 44, Kind.NULL: 1,
}  # fmt: skip
PADDING = 9 + 64  # the bit 1, the length in bits, and what wide stores may overwrite behind a message


class Plan(NamedTuple):
    """The matrix, row by row, the number of its columns, and the arrays that it points into, which it keeps alive."""

    matrix: "array[int]"
    columns: int
    fixed_bytes: int
    arrays: list[pa.Array]


def planned_as_it_is(batch: pa.RecordBatch, recipe: Recipe) -> Plan | None:
    """The plan of a batch whose columns compiled code reads as they are; None where one has to be made ready first."""
    ruled = {*recipe.types, *recipe.normalise, *recipe.decimals}
    position = batch.schema.get_field_index
    columns = []
    for name in recipe.columns:
        bare = _bare(batch.column(position(name)))
        kind, unit, flag = _kind_of(bare.type) if name not in ruled else _UNKNOWN
        if kind is None:
            return None
        columns.append((kind, bare, unit, flag))
    return _assembled(columns)


def planned(
    batch: pa.RecordBatch, recipe: Recipe, first_row: int, given_up: Container[str], ready: dict[str, pa.Array]
) -> Plan:
    """The plan of the recipe's columns of a batch.

    Columns of other kinds, those with a rule, and those that were given up become canonical text first: decimals of 256
    bits, durations and mixed Python objects are rare, a rule can ask for anything, and Arrow writes long numbers
    quickly. ``ready`` keeps the texts, if the same rows are to be planned again.
    """
    columns = []
    for name in recipe.columns:
        column, rule = batch.column(name), recipe.rule(name)
        if rule == _NO_RULE:
            column = _plain(column)
        kind, unit, flag = _kind_of(column.type) if rule == _NO_RULE and name not in given_up else _UNKNOWN
        if kind is None:
            if name not in ready:
                ready[name] = canonical.texts(column, rule, column=name, first_row=first_row)
            kind, column = Kind.STRING, ready[name]
        columns.append((kind, column, unit, flag))
    return _assembled(columns)


def _assembled(columns: list[tuple[Kind, pa.Array, int, int]]) -> Plan:
    matrix: list[int] = []
    fixed = PADDING
    for kind, column, unit, flag in columns:
        storage = column.storage if kind == Kind.UUID else column
        valid, *buffers = storage.buffers()  # the offsets, if there are any, and the data
        data = buffers[-1] if buffers else None
        address = data.address if data else 0
        offsets = buffers[0].address if len(buffers) == 2 and buffers[0] else 0
        validity = valid.address if valid and storage.null_count else 0
        fixed += BOUNDS[kind]
        matrix += (kind, address, offsets, validity, storage.offset, address + data.size if data else 0, unit, flag)
    return Plan(array("q", matrix), len(columns), fixed, [column for _, column, *_ in columns])


def _bare(array: pa.Array) -> pa.Array:
    """The array without what only carries it; nothing is copied."""
    return array.storage if isinstance(array.type, TextType) else values(array)


def _plain(array: pa.Array) -> pa.Array:
    """The bare array in the layouts that the kernel reads."""
    array = _bare(array)
    type_ = array.type
    if pa.types.is_dictionary(type_):
        return _plain(array.dictionary_decode())
    if pa.types.is_string_view(type_):
        return array.cast(pa.large_string())
    if pa.types.is_binary(type_) or pa.types.is_binary_view(type_) or pa.types.is_fixed_size_binary(type_):
        return array.cast(pa.large_binary())
    if pa.types.is_decimal32(type_) or pa.types.is_decimal64(type_):
        return array.cast(pa.decimal128(type_.precision, type_.scale))
    if pa.types.is_float16(type_) or pa.types.is_float32(type_):
        return array.cast(pa.float64())
    return array


def _kind_of(type_: pa.DataType) -> tuple[Kind | None, int, int]:
    id_ = type_.id
    if id_ in _SIMPLE:
        return _SIMPLE[id_]
    if pa.types.is_timestamp(type_):
        return Kind.TIMESTAMP, _PLACES[type_.unit], int(type_.tz is not None)
    if pa.types.is_time(type_):
        return Kind.TIME, _PLACES[type_.unit], type_.bit_width // 8
    if pa.types.is_decimal128(type_) and 0 <= type_.scale <= _MOST_PLACES:
        return Kind.DECIMAL, type_.scale, 0
    return (Kind.UUID, 0, 0) if isinstance(type_, pa.UuidType) else _UNKNOWN
