"""The plan of a batch: where compiled code finds its columns."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowid import canonical
from rowid.kernel.layout import EXACT, MOST_PLACES, WIDTH, Kind
from rowid.recipe import Recipe, Rule
from rowid.stream import TextType, values

_PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_NO_RULE = Rule()
_SAMPLE, _MOST = 500, 0.98
_POWERS = [10.0**places for places in (2, 0, 1, *range(3, MOST_PLACES + 1))]  # money is what most floats are
_LONG_DIGITS = 18  # of a decimal that 64 bits hold
_UNKNOWN = (None, 0, 0)
_SIMPLE = {  # kind, unit and flag, by the number of the type: to ask for each type in turn takes long for a small batch
    pa.string().id: (Kind.SHORT_STRING, 0, 0), pa.large_string().id: (Kind.STRING, 0, 0),
    pa.int8().id: (Kind.INTEGER, 1, 1), pa.uint8().id: (Kind.INTEGER, 1, 0),
    pa.int16().id: (Kind.INTEGER, 2, 1), pa.uint16().id: (Kind.INTEGER, 2, 0),
    pa.int32().id: (Kind.INTEGER, 4, 1), pa.uint32().id: (Kind.INTEGER, 4, 0),
    pa.int64().id: (Kind.INTEGER, 8, 1), pa.uint64().id: (Kind.INTEGER, 8, 0),
    pa.bool_().id: (Kind.BOOLEAN, 0, 0), pa.date32().id: (Kind.DATE, 0, 0),
    pa.large_binary().id: (Kind.BINARY, 0, 0), pa.null().id: (Kind.NULL, 0, 0),
}  # fmt: skip


BOUNDS = {  # the most bytes of a field, for the kinds whose fields do not depend on offsets
    Kind.INTEGER: 24, Kind.FLOAT: 28, Kind.BOOLEAN: 8, Kind.DATE: 16, Kind.TIMESTAMP: 36, Kind.TIME: 24,
    Kind.DECIMAL: 28, Kind.UUID: 44, Kind.NULL: 1,
}  # fmt: skip
LENGTH_BOUND = 21  # the most bytes of the LENGTH ":" of a string
PADDING = 9 + 64  # the bit 1, the length in bits, and what wide stores may overwrite behind a message


@dataclass(frozen=True, slots=True)
class Plan:
    """The matrix, int64 of shape (columns, WIDTH), and the arrays that it points into, which it keeps alive."""

    matrix: np.ndarray
    fixed_bytes: int
    arrays: tuple[pa.Array, ...]


def planned_as_it_is(batch: pa.RecordBatch, recipe: Recipe) -> Plan | None:
    """The plan of a batch whose columns compiled code reads as they are; None where one has to be made ready first."""
    ruled = {*recipe.types, *recipe.normalise, *recipe.decimals}
    columns = []
    for name in recipe.columns:
        array = _bare(batch.column(name))
        kind, unit, flag = _kind_of(array) if name not in ruled else _UNKNOWN
        if kind is None:
            return None
        columns.append((kind, array, unit, flag))
    return _assembled(columns)


def planned(batch: pa.RecordBatch, recipe: Recipe, first_row: int) -> Plan:
    """The plan of the recipe's columns of a batch.

    Columns of other kinds, and those with a rule, become canonical text first, by the reference: wide decimals,
    durations, floats of more than 15 digits and mixed Python objects are rare, and a rule can ask for anything.
    """
    columns = []
    for name in recipe.columns:
        array, rule = batch.column(name), recipe.rule(name)
        if rule == _NO_RULE:
            array = _plain(array)
        kind, unit, flag = _kind_of(array) if rule == _NO_RULE else _UNKNOWN
        if kind is None:
            array = canonical.texts(array, rule, column=name, first_row=first_row)
            kind = Kind.STRING
        columns.append((kind, array, unit, flag))
    return _assembled(columns)


def _assembled(columns: list[tuple[Kind, pa.Array, int, int]]) -> Plan:
    matrix = np.array([_row(*column) for column in columns], np.int64).reshape(-1, WIDTH)
    fixed = PADDING + sum(BOUNDS.get(kind, LENGTH_BOUND) for kind, *_ in columns)
    return Plan(matrix, fixed, tuple(array for _, array, *_ in columns))


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
    if pa.types.is_binary_view(type_):
        return array.cast(pa.large_binary())
    if pa.types.is_decimal32(type_) or pa.types.is_decimal64(type_):
        return array.cast(pa.decimal128(type_.precision, type_.scale))
    if pa.types.is_float16(type_) or pa.types.is_float32(type_):
        return array.cast(pa.float64())
    return array


def _kind_of(array: pa.Array) -> tuple[Kind | None, int, int]:
    type_ = array.type
    id_ = type_.id
    if id_ in _SIMPLE:
        return _SIMPLE[id_]
    if id_ == pa.float64().id:
        return (Kind.FLOAT, 0, 0) if _is_short(array) else _UNKNOWN
    if pa.types.is_timestamp(type_):
        return Kind.TIMESTAMP, _PLACES[type_.unit], int(type_.tz is not None)
    if pa.types.is_time(type_):
        return Kind.TIME, _PLACES[type_.unit], type_.bit_width // 8
    if pa.types.is_decimal128(type_) and type_.precision <= _LONG_DIGITS and 0 <= type_.scale <= _LONG_DIGITS:
        return Kind.DECIMAL, type_.scale, 0
    return (Kind.UUID, 0, 0) if isinstance(type_, pa.UuidType) else _UNKNOWN


def _is_short(array: pa.Array) -> bool:
    """Whether 15 digits write nearly all of a sample of floats; the rows of the others go to the reference."""
    some = array.slice(0, _SAMPLE)
    some = some.drop_null() if some.null_count else some
    if not len(some):
        return True
    # without Array.to_numpy, which imports pandas
    numbers = np.frombuffer(some.buffers()[1], np.float64)[some.offset : some.offset + len(some)]
    most = _MOST * len(numbers)
    found = ~np.isfinite(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        for power in _POWERS:
            whole = np.rint(numbers * power)
            found |= (np.abs(whole) < EXACT) & (whole / power == numbers)
            if np.count_nonzero(found) >= most:
                return True
    return False


def _row(kind: Kind, array: pa.Array, unit: int, flag: int) -> list[int]:
    storage = array.storage if isinstance(array.type, pa.BaseExtensionType) else array
    buffers = [*storage.buffers(), None, None]
    has_offsets = kind in (Kind.STRING, Kind.SHORT_STRING, Kind.BINARY)
    data = buffers[2] if has_offsets else buffers[1]
    return [
        kind,
        data.address if data else 0,
        buffers[1].address if has_offsets and buffers[1] else 0,
        buffers[0].address if buffers[0] and array.null_count else 0,
        storage.offset,
        data.address + data.size if data else 0,
        unit,
        flag,
    ]
