"""Rows as the CSV that PostgreSQL's COPY takes: a null is nothing at all, a text stands in quotes."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.csv

from rowid.errors import ColumnError

_OPTIONS = pa.csv.WriteOptions(include_header=False)
_TO: Sequence[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], pa.DataType]]] = (
    (pa.types.is_timestamp, lambda type_: pa.timestamp("us", type_.tz)),
    (pa.types.is_time, lambda _: pa.time64("us")),
    (pa.types.is_date, lambda _: pa.date32()),
    (pa.types.is_float16, lambda _: pa.float32()),
    (pa.types.is_null, lambda _: pa.string()),
    (pa.types.is_string_view, lambda _: pa.large_string()),
)


def copied(rows: pa.RecordBatch, where: str) -> memoryview:
    """The rows as CSV without a header.

    Raises:
        ColumnError: a time has nanoseconds, which PostgreSQL does not keep.
    """
    columns = [_writable(column, name, where) for name, column in zip(rows.schema.names, rows.columns, strict=True)]
    out = pa.BufferOutputStream()
    pa.csv.write_csv(pa.record_batch(columns, rows.schema.names), out, _OPTIONS)
    return memoryview(out.getvalue())


def _writable(array: pa.Array, name: str, where: str) -> pa.Array:
    type_ = array.type
    if pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
        return pa.array([None if one is None else f"\\x{one.hex()}" for one in array.to_pylist()], pa.large_string())
    if pa.types.is_decimal(type_):
        return array.cast(pa.string())
    wanted = next((to(type_) for is_one, to in _TO if is_one(type_)), type_)
    try:
        return array if wanted == type_ else array.cast(wanted)
    except pa.ArrowInvalid:
        what = f"column {name!r} has nanoseconds, and PostgreSQL keeps microseconds"
        raise ColumnError(what, where=where, hint="Round it, or turn it into text first.") from None
