"""Cells that a survey has parsed, kept for the delivery if they fit: then a file is parsed once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psutil
import pyarrow as pa
import pyarrow.compute as pc

from rowid.sources.quick import Read
from rowid.stream import cells

_MOST, _SHARE = 1 << 29, 8  # bytes, and the part of the free memory, that cells may take
_NARROW = (pa.int8(), pa.int16(), pa.int32())


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of a column in some rows: their characters, and their values if they are at hand.

    Where each cell is the canonical text of a whole number, numbers in as few bits as they need stand for them.
    """

    cells: pa.Array
    values: pa.Array | None = None

    @classmethod
    def of(cls, characters: pa.Array, read: Read | None) -> "Column":
        """What is worth keeping of cells and of what a survey read them as."""
        if read is None:
            return cls(characters)
        return cls(_narrow(read.values)) if read.is_canonical else cls(characters, read.values)

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""
        return int(self.cells.nbytes + (self.values.nbytes if self.values is not None else 0))

    def delivered(self, field: pa.Field, value_type: pa.DataType) -> pa.Array:
        """The cells as an array of the field's type: whole numbers, text, or cells of ``value_type``."""
        if field.type == pa.int64():
            return self.cells.cast(field.type)
        characters = self.cells.cast(pa.string())
        if field.type == pa.string():
            return characters
        at_hand = self.values is not None and self.values.type == value_type
        return cells(characters, value_type, read=self.values if at_hand else None)


class Kept:
    """The columns of all batches so far; none of them once they take more memory than there is for them."""

    def __init__(self) -> None:
        self._batches: list[Sequence[Column]] = []
        self._left = min(_MOST, psutil.virtual_memory().available // _SHARE)

    @property
    def is_whole(self) -> bool:
        """Whether no batch is missing."""
        return self._left >= 0

    def add(self, columns: Sequence[Column]) -> None:
        """Keeps the columns of the next batch."""
        self._left -= sum(column.nbytes for column in columns)
        if self.is_whole:
            self._batches.append(columns)
        else:
            self._batches.clear()

    def batches(self) -> Iterator[Sequence[Column]]:
        """The batches from the first; each is forgotten as it is handed out."""
        self._batches.reverse()
        while self._batches:
            yield self._batches.pop()


def _narrow(numbers: pa.Array) -> pa.Array:
    ends = pc.min_max(numbers).as_py()
    for type_ in _NARROW:
        half = 1 << (type_.bit_width - 1)
        if -half <= ends["min"] and ends["max"] < half:
            return numbers.cast(type_)
    return numbers
