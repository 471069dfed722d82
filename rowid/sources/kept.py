"""Cells that a survey has parsed, kept for the delivery if they fit: then a file is parsed once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psutil
import pyarrow as pa
import pyarrow.compute as pc

from rowid.sources.quick import Read
from rowid.stream import cells

_MOST, _SHARE = 1 << 29, 8  # bytes, and the part of the free memory, that cells may take
_WIDTHS = (pa.int8(), pa.int16(), pa.int32())


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of a column in some rows: characters, values, or both.

    The characters of whole numbers are not kept where each is its value's text, and the values are kept in as few
    bits as they need.
    """

    characters: pa.Array | None
    values: pa.Array | None

    @classmethod
    def of(cls, characters: pa.Array, read: Read | None) -> "Column":
        """What is worth keeping of cells and of what a survey read them as."""
        if read is None:
            return cls(characters, None)
        return cls(None, _narrow(read.values)) if read.is_canonical else cls(characters, read.values)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return sum(part.nbytes for part in (self.characters, self.values) if part is not None)

    def delivered(self, field: pa.Field, value_type: pa.DataType) -> pa.Array:
        """The cells as an array of the field's type: text, whole numbers, or cells of ``value_type``."""
        if field.type == pa.int64():
            return (self.characters if self.values is None else self.values).cast(field.type)
        characters = self.values.cast(pa.string()) if self.characters is None else self.characters
        if field.type == pa.string():
            return characters
        at_hand = self.values is not None and self.values.type == value_type
        return cells(characters, value_type, read=self.values if at_hand else None)


class Kept:
    """The columns of all batches so far; none of them once they take more than is free for that."""

    def __init__(self) -> None:
        self._batches: list[list[Column]] | None = []
        self._left = min(_MOST, psutil.virtual_memory().available // _SHARE)

    @property
    def is_whole(self) -> bool:
        """Whether all batches are here."""
        return self._batches is not None

    def add(self, columns: Sequence[Column]) -> None:
        """Keeps the columns of a batch."""
        if self._batches is not None:
            self._batches.append(list(columns))
            self._left -= sum(column.nbytes for column in columns)
            if self._left < 0:
                self._batches = None

    def batches(self) -> Iterator[list[Column]]:
        """The batches; each is forgotten as it is handed out."""
        batches = list(reversed(self._batches or []))
        self._batches = None
        while batches:
            yield batches.pop()


def _narrow(values: pa.Array) -> pa.Array:
    ends = pc.min_max(values).as_py()
    for type_ in _WIDTHS:
        half = 1 << (type_.bit_width - 1)
        if -half <= ends["min"] and ends["max"] < half:
            return values.cast(type_, safe=False)
    return values
