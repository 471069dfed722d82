"""Columns as a database takes them: cells as their values, dictionaries and views as plain columns."""

import pyarrow as pa

from rowid.stream import TextType, value_type, values


def plain_type(type_: pa.DataType) -> pa.DataType:
    """The type of a column once it is ``plain``."""
    type_ = value_type(type_)
    if pa.types.is_dictionary(type_):
        return plain_type(type_.value_type)
    if isinstance(type_, TextType) or pa.types.is_string_view(type_):
        return pa.large_string()
    return pa.large_binary() if pa.types.is_binary_view(type_) else type_


def plain(column: pa.Array) -> pa.Array:
    """The column without an encoding or an extension of ours."""
    column = values(column)
    if isinstance(column.type, TextType):
        return column.storage
    type_ = plain_type(column.type)
    return column if type_ == column.type else column.cast(type_)
