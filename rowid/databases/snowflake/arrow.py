"""The connector's results as Arrow of types that stay: it gives each part the narrowest types that its values fit."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from snowflake.connector.constants import FIELD_ID_TO_NAME

from rowid.databases.snowflake.dialect import read_type
from rowid.errors import DatabaseError

_ROWS = 65_536


def result_schema(description: Sequence[Any]) -> pa.Schema:
    """The schema of a result with the connector's description.

    Raises:
        ColumnError: a column has a type that cannot be read.
    """
    return pa.schema(
        [
            pa.field(column.name, read_type(column.name, _kind(column), column.precision, column.scale))
            for column in description
        ]
    )


def _kind(column: Any) -> str:
    return FIELD_ID_TO_NAME[column.type_code]


def conformed(part: pa.Table, schema: pa.Schema, where: str) -> Iterator[pa.RecordBatch]:
    """A part of a result in the schema's types, without loss.

    Raises:
        DatabaseError: a value does not fit. Names the column, not the value.
    """
    columns = [_cast(column, field, where) for column, field in zip(part.columns, schema, strict=True)]
    yield from pa.Table.from_arrays(columns, schema=schema).to_batches(max_chunksize=_ROWS)


def finer(where: str, column: str = "") -> DatabaseError:
    """The error for a timestamp that has no microseconds: it is never cut."""
    what = f"{f'column {column!r}' if column else 'a column'} holds a time finer than a microsecond"
    return DatabaseError(what, kind="statement", where=where, hint=_AS_TEXT)


_AS_TEXT = "Read it as text, or rounded: ?query=SELECT ..., or a view."


def _cast(column: pa.ChunkedArray, field: pa.Field, where: str) -> pa.ChunkedArray:
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid:
        if pa.types.is_timestamp(field.type):
            raise finer(where, field.name) from None
        what = f"column {field.name!r} holds a value that does not fit"
        raise DatabaseError(what, kind="statement", where=where, hint=_AS_TEXT) from None
