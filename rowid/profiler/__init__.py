"""What stands in each column of a table, over all its rows."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from rowid.model import ColumnProfile, TableProfile
from rowid.stream import decoded

_EXAMPLE_LENGTH = 60


def profile(batches: pa.RecordBatchReader, *, examples: int = 5) -> TableProfile:
    """Profiles every column in one pass: type, nulls, distinct values (exact), the first different ``examples``.

    Memory grows with the number of distinct values. A column of a nested type is not counted: its ``distinct`` is -1.
    """
    columns = [_Column(field, examples) for field in batches.schema]
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        for column, array in zip(columns, decoded(batch).columns, strict=True):
            column.add(array)
    return TableProfile(rows, tuple(column.done() for column in columns))


class _Column:
    def __init__(self, field: pa.Field, examples: int) -> None:
        self._name, self._type = field.name, field.type
        self._wanted = examples
        self._nulls = 0
        self._seen: set[object] = set()
        self._examples: dict[str, None] = {}
        self._countable = not pa.types.is_nested(field.type)

    def add(self, array: pa.Array) -> None:
        self._type = array.type
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        present = array.drop_null()
        if pa.types.is_floating(array.type):
            present = present.filter(pc.invert(pc.is_nan(present)))  # a NaN is null (rowid v1, section 1)
        self._nulls += len(array) - len(present)
        if self._countable:
            self._count(present)
        for value in present[: 4 * self._wanted].to_pylist() if len(self._examples) < self._wanted else ():
            if len(self._examples) < self._wanted:
                self._examples[_short(value)] = None

    def _count(self, present: pa.Array) -> None:
        if isinstance(present.type, pa.BaseExtensionType):
            present = present.storage
        if pa.types.is_temporal(present.type):
            present = present.view(pa.int32() if present.type.bit_width == 32 else pa.int64())
        self._seen.update(_distinct(present))

    def done(self) -> ColumnProfile:
        distinct = len(self._seen) if self._countable else -1
        return ColumnProfile(self._name, str(self._type), self._nulls, distinct, tuple(self._examples))


def _distinct(present: pa.Array) -> Iterable[object]:
    if pa.types.is_string_view(present.type):
        present = present.cast(pa.large_string())
    elif pa.types.is_binary_view(present.type):
        present = present.cast(pa.large_binary())
    return present.unique().to_pylist()


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _EXAMPLE_LENGTH else text[: _EXAMPLE_LENGTH - 1] + "…"
