"""How compiled code finds the columns of a batch."""

import ctypes
from array import array
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from rowid import canonical
from rowid.kernel.layout import Kind
from rowid.recipe import Recipe, Rule
from rowid.stream import CellType, TextType, values

_PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_NO_RULE = Rule()
_MOST_PLACES = 18  # of a decimal that 64 bits hold
_LENGTH = 21  # the most bytes of the LENGTH ":" of a string
PADDING = 9 + 64  # the bit 1, the length in bits, and what wide stores may overwrite behind a message
_BOUNDS = {  # the most bytes of a field, besides those of a string
    Kind.STRING: _LENGTH, Kind.SHORT_STRING: _LENGTH, Kind.BINARY: _LENGTH, Kind.INTEGER: 24, Kind.FLOAT: 28,
    Kind.BOOLEAN: 8, Kind.DATE: 16, Kind.TIMESTAMP: 36, Kind.TIME: 24, Kind.DECIMAL: 28, Kind.UUID: 44, Kind.NULL: 1,
}  # fmt: skip


class _Form(NamedTuple):
    """How compiled code reads a column: kind, unit and flag, and the most bytes of a field besides a string's."""

    kind: int
    unit: int
    flag: int
    bound: int


def _form(kind: Kind, unit: int = 0, flag: int = 0) -> _Form:
    return _Form(int(kind), unit, flag, _BOUNDS[kind])


_SIMPLE = {  # by the number of the type: to ask for each type in turn takes long for a small batch
    pa.string().id: _form(Kind.SHORT_STRING), pa.large_string().id: _form(Kind.STRING),
    pa.int8().id: _form(Kind.INTEGER, 1, 1), pa.uint8().id: _form(Kind.INTEGER, 1, 0),
    pa.int16().id: _form(Kind.INTEGER, 2, 1), pa.uint16().id: _form(Kind.INTEGER, 2, 0),
    pa.int32().id: _form(Kind.INTEGER, 4, 1), pa.uint32().id: _form(Kind.INTEGER, 4, 0),
    pa.int64().id: _form(Kind.INTEGER, 8, 1), pa.uint64().id: _form(Kind.INTEGER, 8, 0),
    pa.float64().id: _form(Kind.FLOAT), pa.bool_().id: _form(Kind.BOOLEAN), pa.date32().id: _form(Kind.DATE),
    pa.large_binary().id: _form(Kind.BINARY), pa.null().id: _form(Kind.NULL),
}  # fmt: skip
_TEXT = _form(Kind.STRING)


class Forms(NamedTuple):
    """How compiled code reads the key columns of any batch of one schema.

    ``numbers`` has ``layout.FORM`` of them for each column, ``fixed_bytes`` bound what a message takes besides its
    strings. Where ``is_wrapped``, the positions are those among the bare key columns.
    """

    numbers: "array[int]"
    columns: int
    fixed_bytes: int
    is_wrapped: bool


class Exported:
    """A batch as Arrow's C data interface gives it to compiled code: all its addresses at once.

    https://arrow.apache.org/docs/format/CDataInterface.html
    """

    _callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._struct = array("q", bytes(8 * 10))
        self.address = self._struct.buffer_info()[0]
        batch._export_to_c(self.address)

    def __del__(self) -> None:
        release = self._struct[8]
        if release:
            self._callback(release)(self.address)


def as_it_is(batch: pa.RecordBatch, recipe: Recipe) -> tuple[Forms, Exported] | None:
    """A batch whose columns compiled code reads as they are; None where one has to be made ready first."""
    if batch.num_columns > len(recipe.columns):
        batch = batch.select(list(recipe.columns))
    forms = _latest.forms(batch.schema, recipe)
    if forms is None:
        return None
    if forms.is_wrapped:
        bare = [_bare(batch.column(name)) for name in recipe.columns]
        batch = pa.RecordBatch.from_arrays(bare, list(recipe.columns))
    return forms, Exported(batch)


def made_ready(
    batch: pa.RecordBatch, recipe: Recipe, first_row: int, given_up: Container[str], ready: dict[str, pa.Array]
) -> tuple[Forms, Exported]:
    """The recipe's columns of a batch, in forms that compiled code reads.

    Columns of other kinds, those with a rule, and those that were given up become canonical text first: decimals of 256
    bits, durations and mixed Python objects are rare, a rule can ask for anything, and Arrow writes long numbers
    quickly. ``ready`` keeps the texts, if the same rows are to be made ready again.
    """
    forms, columns = [], []
    for name in recipe.columns:
        column, rule = batch.column(name), recipe.rule(name)
        if rule == _NO_RULE:
            column = _plain(column)
        form = _form_of(column.type) if rule == _NO_RULE and name not in given_up else None
        if form is None:
            if name not in ready:
                ready[name] = canonical.texts(column, rule, column=name, first_row=first_row)
            form, column = _TEXT, ready[name]
        forms.append(form)
        columns.append(column)
    return _assembled(forms), Exported(pa.RecordBatch.from_arrays(columns, list(recipe.columns)))


class _Latest:
    """The forms that were asked for last: small batches come in numbers."""

    def __init__(self) -> None:
        self._known: tuple[Recipe, pa.Schema, Forms | None] | None = None

    def forms(self, schema: pa.Schema, recipe: Recipe) -> Forms | None:
        """Those of the recipe's columns; None where compiled code does not read one as it is."""
        known = self._known
        if known is None or recipe is not known[0] or not schema.equals(known[1]):
            known = self._known = recipe, schema, _found(schema, recipe)
        return known[2]


_latest = _Latest()


def _found(schema: pa.Schema, recipe: Recipe) -> Forms | None:
    if not {*recipe.types, *recipe.normalise, *recipe.decimals}.isdisjoint(recipe.columns):
        return None
    types = [schema.field(name).type for name in recipe.columns]
    bare = [_bare_type(type_) for type_ in types]
    forms = [_form_of(type_) for type_ in bare]
    if None in forms:
        return None
    is_wrapped = any(isinstance(type_, (CellType, TextType)) for type_ in types)
    positions = range(len(types)) if is_wrapped else map(schema.get_field_index, recipe.columns)
    return _assembled(forms, positions, is_wrapped=is_wrapped)


def _assembled(forms: Sequence[_Form], positions: Iterable[int] | None = None, *, is_wrapped: bool = False) -> Forms:
    numbers = array("q")
    for position, form in zip(positions or range(len(forms)), forms, strict=True):
        numbers.extend((position, form.kind, form.unit, form.flag))
    return Forms(numbers, len(forms), PADDING + sum(form.bound for form in forms), is_wrapped)


def _bare(array: pa.Array) -> pa.Array:
    """The array without what only carries it; nothing is copied."""
    return array.storage if isinstance(array.type, TextType) else values(array)


def _bare_type(type_: pa.DataType) -> pa.DataType:
    if isinstance(type_, CellType):
        return type_.value_type
    return type_.storage_type if isinstance(type_, TextType) else type_


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


def _form_of(type_: pa.DataType) -> _Form | None:
    id_ = type_.id
    if id_ in _SIMPLE:
        return _SIMPLE[id_]
    if pa.types.is_timestamp(type_):
        return _form(Kind.TIMESTAMP, _PLACES[type_.unit], int(type_.tz is not None))
    if pa.types.is_time(type_):
        return _form(Kind.TIME, _PLACES[type_.unit], type_.bit_width // 8)
    if pa.types.is_decimal128(type_) and 0 <= type_.scale <= _MOST_PLACES:
        return _form(Kind.DECIMAL, type_.scale)
    return _form(Kind.UUID) if isinstance(type_, pa.UuidType) else None
