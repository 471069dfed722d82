"""One Parquet file out of several with the same schema: their row groups one behind the other, under one footer.

Arrow writes the columns of a file in one thread, one after the other. So row groups are written as files of their own,
side by side, and joined here: their bytes stay as they are, only where they lie in the file is told anew.
The fields' numbers are those of Apache Parquet's ``parquet.thrift``.
"""

from typing import BinaryIO

import pyarrow as pa

from rowid.sinks import thrift
from rowid.sinks.atomic import AtomicFile
from rowid.sinks.thrift import Struct

_MAGIC = b"PAR1"
_LENGTH = 4  # bytes that tell the footer's length, before the magic at the end
_ROWS, _ROW_GROUPS = 3, 4  # of FileMetaData
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7  # of RowGroup
_FILE_OFFSET, _CHUNK, _OFFSET_INDEX, _COLUMN_INDEX = 2, 3, 4, 6  # of ColumnChunk
_PAGES = (9, 10, 11, 14)  # of ColumnMetaData: data, index, dictionary, Bloom filter
_ORDINALS = 1 << 15


class JoinedFile:
    """Writes to ``target`` as files are appended; ``empty`` is such a file without rows and gives the schema."""

    def __init__(self, target: AtomicFile | BinaryIO, empty: pa.Buffer) -> None:
        self._target = target
        self._footer, _ = _split(empty)
        self._groups: list[Struct] = []
        self._rows = 0
        self._position = target.write(_MAGIC)

    def append(self, file: pa.Buffer) -> None:
        """Takes the row groups of a whole Parquet file."""
        footer, data = _split(file)
        by = self._position - len(_MAGIC)
        for group in footer[_ROW_GROUPS][1][1]:
            _move(group, by, len(self._groups))
            self._groups.append(group)
        self._rows += footer[_ROWS][1]
        self._position += self._target.write(data)

    def finish(self) -> None:
        """Writes the footer."""
        self._footer[_ROWS] = thrift.I64, self._rows
        self._footer[_ROW_GROUPS] = thrift.LIST, (thrift.STRUCT, self._groups)
        footer = thrift.written(self._footer)
        self._target.write(footer + len(footer).to_bytes(_LENGTH, "little") + _MAGIC)


def _split(file: pa.Buffer) -> tuple[Struct, memoryview]:
    """The footer of a Parquet file, and the bytes before it without the magic."""
    data = memoryview(file)
    behind = len(data) - _LENGTH - len(_MAGIC)
    start = behind - int.from_bytes(data[behind : behind + _LENGTH], "little")
    return thrift.parsed(data[start:behind]), data[len(_MAGIC) : start]


def _move(group: Struct, by: int, ordinal: int) -> None:
    _add(group, by, _GROUP_OFFSET)
    if group.pop(_ORDINAL, None) and ordinal < _ORDINALS:  # it has no room for more, and may be missing
        group[_ORDINAL] = thrift.I16, ordinal
    for chunk in group[_COLUMNS][1][1]:
        _add(chunk, by, _FILE_OFFSET, _OFFSET_INDEX, _COLUMN_INDEX)
        _add(chunk[_CHUNK][1], by, *_PAGES)


def _add(fields: Struct, by: int, *numbers: int) -> None:
    for number in numbers:
        type_, value = fields.get(number, (0, 0))
        if value:  # 0 stands for "nowhere"
            fields[number] = type_, value + by
