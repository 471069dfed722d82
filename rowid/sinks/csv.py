"""CSV files that read back as they were: a null is an empty cell, an empty string a quoted one.

Cells of a CSV source are written with their characters; strings are quoted only where they must be; any other value
is written as its canonical text, which the CSV source reads as the same value.
"""

import pyarrow as pa
import pyarrow.compute as pc

from rowid.canonical import texts
from rowid.errors import ColumnError
from rowid.recipe import Rule
from rowid.sinks.rows import Lines
from rowid.stream import CellType, characters, plain

_TEXT = pa.large_string()
# What would not be read back as it is: the empty string, quotes, line ends, control characters, white space at an end.
_UNSAFE = "^$|[\"\\x00-\\x1f\\x7f]|^[\\s']|\\s$"
# A name may also look like data, or hold what another reader could take for the delimiter.
_UNSAFE_NAME = _UNSAFE + "|^\ufeff|[,;|']|^[+.-]?[0-9]|^(?i:true|false|sep=.*)$"


def refuse_nested(schema: pa.Schema) -> None:
    """Raises ColumnError if a column has no text of its own."""
    for field in schema:
        if pa.types.is_nested(field.type):
            raise ColumnError(
                f"its type {field.type} cannot be written to a CSV file",
                where=f"column {field.name!r}",
                hint="Write Parquet or JSON Lines, or leave the column out.",
            )


def header(schema: pa.Schema, delimiter: str) -> bytes:
    """The first line: the columns' names."""
    names = _quoted(pa.array(schema.names, _TEXT), _UNSAFE_NAME + _or(delimiter))
    return (delimiter.join(names.to_pylist()) + "\n").encode()


def lines(delimiter: str) -> Lines:
    """Makes the lines of a batch, without a quote that is not needed."""

    def made(batch: pa.RecordBatch) -> pa.LargeStringArray:
        columns = [
            _cells(column, name, delimiter) for column, name in zip(batch.columns, batch.schema.names, strict=True)
        ]
        columns[-1] = _joined([columns[-1], ""], "\n")
        return columns[0] if len(columns) == 1 else _joined(columns, delimiter)

    return made


def _cells(column: pa.Array, name: str, delimiter: str) -> pa.Array:
    """The cells of a column as they stand in the file; null where nothing stands."""
    if isinstance(column.type, CellType):
        # Numbers, booleans and times; a decimal comma or a space would have kept the column text.
        return characters(column).cast(_TEXT)
    text = texts(plain(column), Rule(), column=name)
    if _is_plain(column.type):
        return text
    return _quoted(text, _UNSAFE + _or(delimiter))


def _is_plain(type_: pa.DataType) -> bool:
    """Whether the canonical text of a type never needs a quote, whatever the delimiter."""
    return pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_boolean(type_)


def _quoted(text: pa.Array, unsafe: str) -> pa.Array:
    needed = pc.match_substring_regex(text, unsafe)
    if not needed.true_count:
        return text
    escaped = pc.replace_substring(text, '"', '""')
    return pc.if_else(needed, _joined(['"', escaped, '"'], "", nulls="emit_null"), text)


def _joined(parts: list[pa.Array | str], separator: str, *, nulls: str = "replace") -> pa.Array:
    values = [pa.scalar(part, _TEXT) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*values, pa.scalar(separator, _TEXT), null_handling=nulls, null_replacement="")


def _or(delimiter: str) -> str:
    return "|" + ("\\|" if delimiter == "|" else delimiter)
