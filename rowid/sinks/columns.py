"""Whether rows fit into a table: checked column by column before any of them is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.types as is_

from rowid.databases import CatalogColumn, Dialect
from rowid.errors import ColumnError
from rowid.sinks.plain import plain, plain_type

MARKER = "row_gone_at"
"""The column that says since when a row has been missing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the rows: what the database ``declared`` (or will), and the Arrow type in which it is sent."""

    name: str
    declared: str
    type: pa.DataType

    def sent(self, values: pa.Array) -> pa.Array:
        """The values as they are sent.

        Raises:
            ColumnError: one of them does not fit.
        """
        values = plain(values)
        if values.type == self.type:
            return values
        try:
            if is_.is_integer(values.type) and is_.is_decimal128(self.type):  # else all values of the type are to fit
                values = values.cast(pa.decimal128(38, self.type.scale))
            return values.cast(self.type)
        except pa.ArrowInvalid:  # its text would quote the value
            raise ColumnError(
                f"a value of {values.type} does not fit into the table's {self.declared}",
                where=f"column {self.name!r}",
                hint="Widen the table's column, or mend the value.",
            ) from None


def require_names(names: Sequence[str], dialect: Dialect) -> None:
    """Raises an error if the database cannot have columns of these names in one table."""
    seen: dict[bytes, str] = {}
    for name in names:
        dialect.quoted(name)
        folded = name.encode("utf-8", "surrogatepass")
        folded = folded.lower() if dialect.folds_case else folded  # bytes: ASCII letters alone
        if folded in seen:
            raise ColumnError(
                f"{dialect.name} takes it for the same as {seen[folded]!r}",
                where=f"column {name!r}",
                hint="Rename one of them.",
            )
        seen[folded] = name


def new_columns(schema: pa.Schema, dialect: Dialect) -> tuple[Column, ...]:
    """The columns of a table that is to be made.

    Raises:
        ColumnError: the database has no type for one of them.
    """
    return tuple(_new(field.name, plain_type(field.type), dialect) for field in schema)


def _new(name: str, type_: pa.DataType, dialect: Dialect) -> Column:
    try:
        return Column(name, dialect.type_of(type_), type_)
    except ColumnError as error:
        raise ColumnError(error.what, where=f"column {name!r}", hint=error.hint) from None


def same_names(schema: pa.Schema, existing: Sequence[CatalogColumn]) -> bool:
    """Whether a table has exactly the columns of the rows, in whatever order; the marker does not count."""
    return set(schema.names) == {one.name for one in existing if one.name in schema.names or one.name != MARKER}


def matched(schema: pa.Schema, existing: Sequence[CatalogColumn], table: str) -> tuple[Column, ...]:
    """The columns of the rows as a table has them.

    Raises:
        ColumnError: a column is missing on one side, or its type would not hold the values.
    """
    held = {one.name: one for one in existing}
    if not same_names(schema, existing):
        lacking = [name for name in schema.names if name not in held]
        surplus = [name for name in held if name not in schema.names and name != MARKER]
        parts = [
            *([f"it lacks {_listed(lacking)}"] if lacking else []),
            *([f"the rows lack {_listed(surplus)}"] if surplus else []),
        ]
        hint = "Give the rows and the table the same columns, or write to another table."
        raise ColumnError(f"its columns are not those of the rows: {'; '.join(parts)}", where=table, hint=hint)
    return tuple(_held(field.name, plain_type(field.type), held[field.name]) for field in schema)


def _held(name: str, given: pa.DataType, column: CatalogColumn) -> Column:
    if _alike(given, column.type):
        return Column(name, column.declared, given)
    if not _fits(given, column.type):
        raise ColumnError(
            f"the table's {column.declared} does not hold every {given} without loss",
            where=f"column {name!r}",
            hint="Change the type on one side, or write to another table.",
        )
    return Column(name, column.declared, column.type)


def _alike(given: pa.DataType, held: pa.DataType) -> bool:
    """Whether values go over as they are: the same type, or the same under another name."""
    return given == held or any(of(given) and of(held) for of in (_is_text, _is_bytes))


def _fits(given: pa.DataType, held: pa.DataType) -> bool:
    """Whether a checked cast loses nothing: it is refused for a value that the other type has not."""
    if is_.is_null(given):
        return True
    if is_.is_integer(given):
        return is_.is_integer(held) or is_.is_float64(held) or is_.is_decimal(held)
    if is_.is_floating(given):
        return is_.is_floating(held) and held.bit_width >= given.bit_width
    if is_.is_decimal(given) and is_.is_decimal(held):
        return held.scale >= given.scale and held.precision - held.scale >= given.precision - given.scale
    if is_.is_timestamp(given) and is_.is_timestamp(held):
        return (given.tz is None) == (held.tz is None)
    return any(of(given) and of(held) for of in (is_.is_date, is_.is_time))


def _is_text(type_: pa.DataType) -> bool:
    return is_.is_string(type_) or is_.is_large_string(type_)


def _is_bytes(type_: pa.DataType) -> bool:
    return is_.is_binary(type_) or is_.is_large_binary(type_) or is_.is_fixed_size_binary(type_)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
