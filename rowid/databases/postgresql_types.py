"""PostgreSQL's types and Arrow's: how a column is asked for, how it is read, and in what it is kept.

Text, numbers, booleans, dates and times come in PostgreSQL's binary form. What has no Arrow type comes as the text that
PostgreSQL writes: as a string where that is a value's one text (JSON, UUID, enum, network addresses, ...), and as an
opaque column, which no key takes, where the specification has no canonical text (arrays, ranges, intervals, ...).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName
from rowid.errors import SourceError

MOST_DIGITS = 76
"""The digits of Arrow's widest decimal."""
_SERVER_DIGITS = 1000
_NUMERIC, _MONEY = 1700, 790
_PLAIN: Mapping[int, pa.DataType] = {
    16: pa.bool_(), 21: pa.int16(), 23: pa.int32(), 20: pa.int64(), 700: pa.float32(), 701: pa.float64(),
    25: pa.string(), 1043: pa.string(), 1042: pa.string(), 19: pa.string(), 17: pa.binary(),
    1082: pa.date32(), 1083: pa.time64("us"), 1114: pa.timestamp("us"), 1184: pa.timestamp("us", "UTC"),
}  # fmt: skip
_NUMBERED: Mapping[int, pa.DataType] = {26: pa.int64()}  # oid: the driver takes its 32 bits for a signed number
_OPAQUE = "ARCTGP"
"""Categories of pg_type: arrays, ranges, composites, intervals, geometry, pseudo-types."""
_TIME_WITH_ZONE = 1266
_DAYS, _MICROSECONDS = -2_500_000, -300_000_000_000_000_000  # before 4714 BC, where PostgreSQL's time begins


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query: what PostgreSQL calls it, and its type's number, modifier, name and category."""

    name: str
    oid: int
    modifier: int
    declared: str
    category: str

    @property
    def decimal(self) -> pa.DataType | None:
        """The type of a numeric whose digits are declared, and few enough; None for every other column."""
        if self.oid != _NUMERIC or self.modifier < 0:
            return None
        packed = self.modifier - 4  # the precision in the high half, the scale as eleven signed bits in the low one
        scale = ((packed & 0x7FF) ^ 1024) - 1024
        return decimal_of((packed >> 16 & 0xFFFF) - scale, scale)

    @property
    def is_open(self) -> bool:
        """Whether only its values tell how many digits it needs."""
        return self.oid == _MONEY or (self.oid == _NUMERIC and self.decimal is None)

    @property
    def type(self) -> pa.DataType:
        """How it is read; a numeric of open precision as the widest decimal."""
        if self.is_open:
            return pa.decimal256(MOST_DIGITS, MOST_DIGITS // 2)
        if self.category in _OPAQUE or self.oid == _TIME_WITH_ZONE:
            return pa.opaque(pa.string(), self.declared, "PostgreSQL")
        return self.decimal or _PLAIN.get(self.oid) or _NUMBERED.get(self.oid) or pa.string()

    def asked(self, alias: str) -> str:
        """The expression that gives it in the form that ``received`` takes."""
        if self.is_open:
            number = f"nullif({alias}::numeric, 'NaN')"
            return f"trim_scale({number})::text"
        if self.oid == _NUMERIC:
            return f"nullif({alias}, 'NaN')::text"
        if self.oid in _NUMBERED:
            return f"{alias}::bigint"
        return alias if self.oid in _PLAIN else f"{alias}::text"

    def digits(self, alias: str) -> str:
        """Aggregates over a numeric of open precision: whole digits, digits of the fraction, whether one is endless."""
        number = f"nullif({alias}::numeric, 'NaN')"
        return (
            f"coalesce(max(length(trunc(abs({number}))::text)), 0), coalesce(max(scale(trim_scale({number}))), 0), "
            f"coalesce(bool_or({number}::text IN ('Infinity', '-Infinity')), false)"
        )


def decimal_of(whole: int, scale: int) -> pa.DataType | None:
    """The decimal of so many digits before and behind the point; None where Arrow has none so wide."""
    whole, scale = max(whole, 0), max(scale, 0)
    digits = max(whole + scale, 1)
    if digits > MOST_DIGITS:
        return None
    return pa.decimal128(digits, scale) if digits <= 38 else pa.decimal256(digits, scale)


def open_type(whole: int, scale: int, *, endless: bool) -> pa.DataType:
    """How a numeric of open precision is read: as a decimal where one holds all of its values, else as text."""
    needed = None if endless else decimal_of(whole, scale)
    if needed is None:
        return pa.string()
    return pa.decimal128(38, scale) if needed.precision <= 38 else pa.decimal256(MOST_DIGITS, scale)


def received(array: pa.Array, field: pa.Field, where: str) -> pa.Array:
    """What the driver gave for a column, in the column's type.

    Raises:
        SourceError: a time is endless, or a number has outgrown the type that its values had.
    """
    type_ = field.type
    if pa.types.is_date(type_) or pa.types.is_timestamp(type_):
        _require_finite(array, field.name, where)
        return array
    if isinstance(type_, pa.OpaqueType):
        return pa.ExtensionArray.from_storage(type_, array.cast(pa.string()))
    try:
        return array if array.type == type_ else array.cast(type_)
    except pa.ArrowInvalid:
        what = f"the numbers of column {field.name!r} changed while it was being read"
        raise SourceError(what, where=where, hint="Run again.") from None


def _require_finite(array: pa.Array, name: str, where: str) -> None:
    """The driver moves PostgreSQL's epoch without a look: what is endless or too far off comes round from below."""
    least = pc.min(array.view(pa.int32() if array.type.bit_width == 32 else pa.int64())).as_py()
    if least is not None and least < (_DAYS if array.type.bit_width == 32 else _MICROSECONDS):
        raise SourceError(
            f"column {name!r} holds infinity, or a year beyond 292277, which Arrow has no moment for",
            where=where,
            hint="Ask for it in a query: nullif(nullif(c, 'infinity'), '-infinity').",
        )


class PostgreSQLDialect(Dialect):
    """PostgreSQL's words."""

    name: ClassVar[str] = "postgresql"
    longest_name: ClassVar[int | None] = 63
    _TYPES: ClassVar[Mapping[pa.DataType, str]] = {
        pa.null(): "TEXT", pa.bool_(): "BOOLEAN",
        pa.int8(): "SMALLINT", pa.int16(): "SMALLINT", pa.int32(): "INTEGER", pa.int64(): "BIGINT",
        pa.uint8(): "SMALLINT", pa.uint16(): "INTEGER", pa.uint32(): "BIGINT", pa.uint64(): "NUMERIC(20, 0)",
        pa.float16(): "REAL", pa.float32(): "REAL", pa.float64(): "DOUBLE PRECISION",
        pa.date32(): "DATE", pa.date64(): "DATE",
    }  # fmt: skip

    def type_of(self, type_: pa.DataType) -> str:
        """The column type in which values of an Arrow type are kept without loss; nanoseconds only if they are zero."""
        is_ = pa.types
        if is_.is_decimal(type_) and 0 <= type_.scale <= type_.precision <= _SERVER_DIGITS:
            return f"NUMERIC({type_.precision}, {type_.scale})"
        if is_.is_timestamp(type_):
            return "TIMESTAMPTZ" if type_.tz else "TIMESTAMP"
        kinds = (
            ("TEXT", (is_.is_string, is_.is_large_string, is_.is_string_view)),
            ("BYTEA", (is_.is_binary, is_.is_large_binary, is_.is_fixed_size_binary)),
            ("TIME", (is_.is_time,)),
        )
        named = next((name for name, tests in kinds if any(test(type_) for test in tests)), None)
        return self._TYPES.get(type_) or named or super().type_of(type_)

    def lock(self, table: TableName) -> str:
        """What keeps others from writing to a table until the transaction ends."""
        return f"LOCK TABLE {self.table(table)} IN SHARE ROW EXCLUSIVE MODE"

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """See ``Dialect.checksums``."""
        if form == "int64":
            return f"sum({column}::numeric)", f"sum({column} % 1000000007)"
        of_form = {"binary": f"encode({column}, 'hex')", "uuid": f"replace({column}::text, '-', '')"}
        text = of_form.get(form, column)
        return tuple(f"sum(('x' || {side}({text}, 15))::bit(60)::bigint)" for side in ("left", "right"))  # type: ignore[return-value]
