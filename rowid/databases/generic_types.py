"""SQLAlchemy's types and Arrow's, and the words of whatever database is behind it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pyarrow as pa
import sqlalchemy as sa

from rowid.databases.dialect import Dialect
from rowid.errors import UsageError
from rowid.objects import ObjectGuess

_TYPES: Sequence[tuple[type[sa.types.TypeEngine[Any]], pa.DataType]] = (
    (sa.Boolean, pa.bool_()), (sa.SmallInteger, pa.int16()), (sa.BigInteger, pa.int64()), (sa.Integer, pa.int32()),
    (sa.Float, pa.float64()), (sa.Date, pa.date32()), (sa.Time, pa.time64("us")), (sa.LargeBinary, pa.binary()),
)  # fmt: skip


class GenericDialect(Dialect):
    """The words of a database as SQLAlchemy knows them."""

    name: ClassVar[str] = "sqlalchemy"
    transactional_ddl: ClassVar[bool] = False

    def __init__(self, known: sa.Dialect) -> None:
        self._known = known
        self.longest_name = known.max_identifier_length  # type: ignore[misc]  # each database has its own

    def quote(self, identifier: str) -> str:
        """The identifier in this database's quotes."""
        words = self._known.identifier_preparer
        return words.initial_quote + identifier.replace(words.final_quote, words.final_quote * 2) + words.final_quote

    def type_of(self, type_: pa.DataType) -> str:
        """The column type that SQLAlchemy has for values of an Arrow type."""
        found = sql_type(type_)
        return found.compile(dialect=self._known) if found is not None else super().type_of(type_)

    def differ(self, left: str, right: str) -> str:
        """Whether two expressions differ, where two nulls are alike."""
        return f"CASE WHEN {left} = {right} OR ({left} IS NULL AND {right} IS NULL) THEN 0 ELSE 1 END = 1"

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """There is no SQL for it that every database speaks."""
        raise UsageError(
            "what is written there cannot be proved: SQL has no sums of hexadecimal digits that all databases speak",
            where=self._known.name,
            hint="Write to PostgreSQL, SQLite, DuckDB or Snowflake by their own schemes, or to a file.",
        )


def sql_type(type_: pa.DataType) -> sa.types.TypeEngine[Any] | None:
    """SQLAlchemy's type for values of an Arrow type; None where there is none."""
    is_ = pa.types
    if is_.is_decimal(type_) and 0 <= type_.scale <= type_.precision:
        return sa.Numeric(type_.precision, type_.scale)
    kinds: Sequence[tuple[sa.types.TypeEngine[Any], Sequence[Any]]] = (
        (sa.Text(), (is_.is_string, is_.is_large_string, is_.is_string_view, is_.is_null)),
        (sa.LargeBinary(), (is_.is_binary, is_.is_large_binary, is_.is_fixed_size_binary)),
        (sa.Boolean(), (is_.is_boolean,)),
        (sa.SmallInteger(), (is_.is_int8, is_.is_int16, is_.is_uint8)),
        (sa.Integer(), (is_.is_int32, is_.is_uint16)),
        (sa.BigInteger(), (is_.is_int64, is_.is_uint32)),
        (sa.Numeric(20, 0), (is_.is_uint64,)),
        (sa.Double(), (is_.is_floating,)),
        (sa.Date(), (is_.is_date,)),
        (sa.Time(), (is_.is_time,)),
        (sa.DateTime(timezone=bool(getattr(type_, "tz", None))), (is_.is_timestamp,)),
    )
    return next((known for known, tests in kinds if any(test(type_) for test in tests)), None)


def arrow_type(type_: sa.types.TypeEngine[Any]) -> pa.DataType:
    """The Arrow type for a column of a SQLAlchemy type; text for what it does not know."""
    if isinstance(type_, sa.DateTime):
        return pa.timestamp("us", "UTC" if type_.timezone else None)
    if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
        precision, scale = type_.precision or 76, type_.scale or 0
        return pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(min(precision, 76), scale)
    return next((known for sql, known in _TYPES if isinstance(type_, sql)), pa.string())


def array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    """Values in the type that was found for all of the column."""
    guess = ObjectGuess(keep_text=pa.types.is_string(field.type))
    guess.add(values)
    return guess.array(values) if pa.types.is_string(field.type) else pa.array(values, field.type)


_KNOWN = (bool, int, float, str, bytes, Decimal, date, datetime, time, timedelta, list, dict)


def plain(value: Any) -> Any:
    """A driver's value as one that a column can be made of; what Python has no type for is its text."""
    if type(value) is Decimal and value.is_nan():
        return None  # rowid v1: a NaN is null
    if value is None or (type(value) in _KNOWN and not (type(value) is time and value.tzinfo)):
        return value
    return bytes(value) if isinstance(value, memoryview | bytearray) else str(value)
