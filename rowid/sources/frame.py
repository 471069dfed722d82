"""A source over a table in memory: pandas, Polars, or whatever has ``__arrow_c_stream__``."""

from functools import cached_property
from typing import Any

import pyarrow as pa

from rowid import canonical
from rowid.engine import require_columns
from rowid.errors import UsageError
from rowid.model import ColumnInfo, SourceInfo
from rowid.recipe import Recipe
from rowid.stream import TextType


class FrameSource:
    """The key columns of a ``tabular`` frame, as Arrow; the frame itself is not touched."""

    def __init__(self, frame: Any, recipe: Recipe) -> None:
        require_columns(column_names(frame), recipe.columns)
        self._frame, self._recipe = frame, recipe
        self.name = f"{_library(frame)}.{type(frame).__name__}"

    def info(self) -> SourceInfo:
        """The key columns with their types, and the number of rows."""
        columns = tuple(ColumnInfo(field.name, str(field.type)) for field in self._table.schema)
        return SourceInfo(self.name, "frame", columns, self._table.num_rows)

    def open(self) -> pa.RecordBatchReader:
        """A reader over the key columns."""
        return self._table.to_reader()

    @cached_property
    def _table(self) -> pa.Table:
        names = list(self._recipe.columns)
        if is_pandas(self._frame):
            at = {str(label): position for position, label in enumerate(self._frame.columns)}
            columns = [self._pandas_column(name, self._frame.iloc[:, at[name]]) for name in names]
        elif is_polars(self._frame):
            columns = [self._polars_column(name, self._frame[name]) for name in names]
        else:
            columns = self._frame.select(names).columns
        return pa.table(columns, names=names)

    def _pandas_column(self, name: str, series: Any) -> pa.Array | pa.ChunkedArray:
        # pyarrow makes one type of mixed objects (a str among bytes becomes bytes, a datetime among dates a date)
        if series.dtype == object:
            return self._objects(name, series.to_numpy())
        try:
            return pa.array(series, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, UnicodeEncodeError):
            return self._one_by_one(name, series)  # a Categorical of mixed values, a Sparse array

    def _polars_column(self, name: str, series: Any) -> pa.Array | pa.ChunkedArray:
        # Polars exports a column of Python objects as their addresses
        return self._objects(name, series.to_list()) if str(series.dtype) == "Object" else pa.chunked_array(series)

    def _objects(self, name: str, values: Any) -> pa.Array:
        alike = canonical.array_of(values)
        return self._one_by_one(name, values) if alike is None else alike

    def _one_by_one(self, name: str, values: Any) -> pa.Array:
        """'A Python object column of mixed types follows the table value by value' (rowid v1, section 1)."""
        texts = canonical.texts_of(values, self._recipe.rule(name), column=name)
        return pa.ExtensionArray.from_storage(TextType(), texts)


def is_pandas(frame: Any) -> bool:
    """True for a pandas DataFrame, without importing pandas."""
    return _library(frame) == "pandas" and type(frame).__name__ == "DataFrame"


def column_names(frame: Any) -> list[str]:
    """The names of the columns of a ``tabular`` frame, as texts."""
    return [str(name) for name in (frame.columns if is_pandas(frame) or is_polars(frame) else frame.schema.names)]


def tabular(data: Any) -> Any:
    """A pandas or Polars DataFrame or an Arrow record batch as it is, whatever else has an Arrow stream as a table.

    Raises UsageError if it is no table in memory.
    """
    if is_pandas(data) or is_polars(data) or isinstance(data, pa.RecordBatch):
        return data
    if hasattr(data, "__arrow_c_stream__"):
        try:
            return pa.table(data)  # once: a reader or a query gives its rows a single time
        except pa.ArrowInvalid:
            pass  # a stream of something else, such as a pandas Series
    advice = "Pass a pandas or Polars DataFrame, an Arrow table, or anything with __arrow_c_stream__."
    hint = "Collect it first." if hasattr(data, "collect") else advice
    raise UsageError(f"a {type(data).__name__} is not a table in memory", hint=hint)


def is_polars(frame: Any) -> bool:
    """True for a Polars DataFrame, without importing Polars."""
    return _library(frame) == "polars" and type(frame).__name__ == "DataFrame"


def _library(frame: Any) -> str:
    return type(frame).__module__.partition(".")[0]
