"""Arrow helpers: CSV cells that remember their characters, and batches with one column more."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa


class CellType(pa.ExtensionType):
    """A CSV column of which both are known: the characters of each cell, and the value that they were read as.

    The canonical form takes the value, a declared type takes the characters, and a CSV file that is written from a
    CSV file keeps the cells exactly as they were.
    """

    def __init__(self, value_type: pa.DataType) -> None:
        self.value_type = value_type
        super().__init__(pa.struct([("characters", pa.string()), ("value", value_type)]), "rowid.cell")

    def __arrow_ext_serialize__(self) -> bytes:
        return str(self.value_type).encode()

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> "CellType":
        for known in CELL_TYPES:
            if str(known) == serialized.decode():
                return cls(known)
        raise ValueError(f"no cell holds {serialized.decode()}")


CELL_TYPES: tuple[pa.DataType, ...] = (
    pa.int64(),
    pa.float64(),
    pa.bool_(),
    pa.date32(),
    pa.timestamp("us"),
    pa.timestamp("ns"),
    pa.timestamp("us", tz="UTC"),
    pa.timestamp("ns", tz="UTC"),
)
"""What a cell of a CSV file may be read as, besides text (which is a plain string column)."""


class TextType(pa.ExtensionType):
    """Canonical text that is final already (from a column of mixed Python objects): no rule is applied to it again."""

    def __init__(self) -> None:
        super().__init__(pa.large_string(), "rowid.text")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type: pa.DataType, serialized: bytes) -> "TextType":
        return cls()


def cells(characters: pa.Array, value_type: pa.DataType, *, read: pa.Array | None = None) -> pa.Array:
    """A cell column of ``characters`` (strings) as ``value_type``; ``read`` are their values, if they are at hand."""
    type_ = CellType(value_type)
    characters = characters.cast(pa.string())
    both = [characters, characters.cast(value_type) if read is None else read]
    nulls = characters.is_null() if characters.null_count else None
    storage = pa.StructArray.from_arrays(both, fields=list(type_.storage_type), mask=nulls)
    return pa.ExtensionArray.from_storage(type_, storage)


def value_type(type_: pa.DataType) -> pa.DataType:
    """The type of a column's values: a cell column's value type, any other column's own."""
    return type_.value_type if isinstance(type_, CellType) else type_


def values(array: Any) -> Any:
    """The values of an array or chunked array of cells; any other is returned as it is."""
    if not isinstance(array.type, CellType):
        return array
    if isinstance(array, pa.ChunkedArray):
        return pa.chunked_array([values(chunk) for chunk in array.chunks], array.type.value_type)
    return array.storage.field("value")


def characters(array: Any) -> Any:
    """The characters of a cell column; any other array is returned as it is."""
    if not isinstance(array.type, CellType):
        return array
    if isinstance(array, pa.ChunkedArray):
        return pa.chunked_array([characters(chunk) for chunk in array.chunks], pa.string())
    return array.storage.field("characters")


def plain(array: pa.Array) -> pa.Array:
    """The text of a value that a database has a type for and Arrow has none; any other array is returned as it is."""
    return array.storage if isinstance(array.type, pa.OpaqueType) else array


def decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with every cell column replaced by its values."""
    schema = decoded_schema(batch.schema)
    return batch if schema is batch.schema else pa.record_batch([values(c) for c in batch.columns], schema=schema)


def decoded_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of decoded batches; the same object if there is nothing to decode."""
    if not any(isinstance(field.type, CellType) for field in schema):
        return schema
    return pa.schema([field.with_type(value_type(field.type)) for field in schema], schema.metadata)


def taken(batch: pa.RecordBatch, positions: Any) -> pa.RecordBatch:
    """The rows at some positions. Arrow takes nothing from a view column, so those come as plain ones."""
    columns = [_without_view(column) for column in batch.columns]
    return pa.record_batch(columns, batch.schema.names).take(pa.array(positions, pa.int64()))


def _without_view(array: pa.Array) -> pa.Array:
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(array.type) else array


def reader(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
    """A reader over batches that are made as they are asked for."""
    return pa.RecordBatchReader.from_batches(schema, batches)
