"""Snowflake's words, and its types in both directions."""

from collections.abc import Mapping
from typing import ClassVar

import pyarrow as pa

from rowid.databases.dialect import Compatibility, Dialect
from rowid.databases.names import TableName
from rowid.errors import ColumnError

_MOST_DIGITS = 38
_PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class SnowflakeDialect(Dialect):
    """Snowflake's words."""

    name: ClassVar[str] = "snowflake"
    transactional_ddl: ClassVar[bool] = False
    longest_name: ClassVar[int | None] = 255
    _TYPES: ClassVar[Mapping[pa.DataType, str]] = {
        pa.null(): "TEXT", pa.bool_(): "BOOLEAN",
        pa.int8(): "NUMBER(3, 0)", pa.int16(): "NUMBER(5, 0)", pa.int32(): "NUMBER(10, 0)", pa.int64(): "NUMBER(19, 0)",
        pa.uint8(): "NUMBER(3, 0)", pa.uint16(): "NUMBER(5, 0)", pa.uint32(): "NUMBER(10, 0)",
        pa.uint64(): "NUMBER(20, 0)",
        pa.float16(): "FLOAT", pa.float32(): "FLOAT", pa.float64(): "FLOAT",
        pa.date32(): "DATE", pa.date64(): "DATE",
    }  # fmt: skip

    def literal(self, text: str) -> str:
        r"""A text as a literal; in Snowflake a backslash in one begins an escape."""
        return super().literal(text.replace("\\", "\\\\"))

    def type_of(self, type_: pa.DataType) -> str:
        """The column type in which values of an Arrow type are kept without loss."""
        if type_ in self._TYPES:
            return self._TYPES[type_]
        if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
            return "TEXT"
        if pa.types.is_decimal(type_) and type_.precision <= _MOST_DIGITS and 0 <= type_.scale < _MOST_DIGITS:
            return f"NUMBER({type_.precision}, {type_.scale})"
        if pa.types.is_time(type_) or pa.types.is_timestamp(type_):
            kind = "TIME" if pa.types.is_time(type_) else "TIMESTAMP_TZ" if type_.tz else "TIMESTAMP_NTZ"
            return f"{kind}({_PLACES[type_.unit]})"
        if pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
            return "BINARY"
        return super().type_of(type_)

    def compatibility(self, schema: pa.Schema, *, texts: bool) -> Compatibility:
        """See ``Dialect.compatibility``."""
        from rowid.databases.snowflake.compatibility import SnowflakeCompatibility

        return SnowflakeCompatibility(schema, texts=texts)

    def update(self, table: TableName, source: TableName, values: Mapping[str, str], match: str, where: str) -> str:
        """An UPDATE of ``table`` (``t``) from the rows of ``source`` (``s``) that ``match``; here it is a MERGE."""
        sets = ", ".join(f"t.{self.quoted(name)} = {value}" for name, value in values.items())
        return (
            f"MERGE INTO {self.table(table)} AS t USING {self.table(source)} AS s ON {match} "
            f"WHEN MATCHED AND ({where}) THEN UPDATE SET {sets}"
        )

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """See ``Dialect.checksums``."""
        if form == "int64":
            return f"SUM({column})", f"SUM(MOD({column}, 1000000007))"
        text = f"HEX_ENCODE({column})" if form == "binary" else f"REPLACE({column}, '-', '')"
        first, last = f"LEFT({text}, 15)", f"RIGHT({text}, 15)"
        return tuple(f"SUM(TO_NUMBER({side}, '{'X' * 15}'))" for side in (first, last))  # type: ignore[return-value]


_READ_AS: Mapping[str, pa.DataType] = {
    "REAL": pa.float64(), "TEXT": pa.string(), "BINARY": pa.binary(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(),
    "TIME": pa.time64("us"), "TIMESTAMP_NTZ": pa.timestamp("us"), "TIMESTAMP_LTZ": pa.timestamp("us", "UTC"),
    "TIMESTAMP_TZ": pa.timestamp("us", "UTC"), "VARIANT": pa.string(), "OBJECT": pa.string(), "ARRAY": pa.string(),
    "GEOGRAPHY": pa.string(), "GEOMETRY": pa.string(),
}  # fmt: skip
_MOST_DIGITS_OF_INT64 = 18


def read_type(name: str, kind: str, precision: int | None, scale: int | None) -> pa.DataType:
    """The Arrow type in which a result's column ``name`` of Snowflake's type ``kind`` is read.

    It is the same for every part of a result, whatever each part's values would fit into.

    Raises:
        ColumnError: there is none.
    """
    if kind == "FIXED":
        digits, places = precision or _MOST_DIGITS, scale or 0
        return pa.int64() if not places and digits <= _MOST_DIGITS_OF_INT64 else pa.decimal128(digits, places)
    if kind not in _READ_AS:
        hint = "Cast it in a query: TO_JSON or ::TEXT."
        raise ColumnError(f"a column of type {kind} cannot be read", where=f"column {name!r}", hint=hint)
    return _READ_AS[kind]
