"""A load of a text file: one column of lines after another, joined by Arrow and written from its buffers."""

from collections.abc import Callable

import pyarrow as pa

from rowid.model import Receipt
from rowid.sinks.atomic import StandardOutput, Target
from rowid.sinks.compress import compressed

Lines = Callable[[pa.RecordBatch], pa.LargeStringArray]
"""Makes the lines of a batch, each with its line end."""


class TextLoad:
    """Writes lines to a target as batches come; they appear when it is committed."""

    def __init__(self, target: Target, compression: str, lines: Lines, head: bytes = b"") -> None:
        self._target, self._lines = target, lines
        self._rows = 0
        try:
            self._writer = compressed(target, compression)
            self._writer.write(head)
        except BaseException:
            target.abort()
            raise

    def write(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        if batch.num_rows:
            self._writer.write(_bytes(self._lines(batch)))
            self._rows += batch.num_rows

    def commit(self) -> Receipt:
        """Makes the rows appear."""
        try:
            self._writer.finish()
            self._target.commit()
        except BaseException:
            self._target.abort()
            raise
        return Receipt(self._rows, inserted=self._rows)

    def abort(self) -> int | None:
        """Leaves no trace of a file; returns how many rows standard output has been given, for they stay."""
        self._target.abort()
        return self._rows if isinstance(self._target, StandardOutput) else None


def _bytes(lines: pa.LargeStringArray) -> memoryview:
    """The characters of all lines, which an Arrow array holds side by side."""
    _, offsets, data = lines.buffers()
    positions = memoryview(offsets).cast("q")
    return memoryview(data)[positions[lines.offset] : positions[lines.offset + len(lines)]]
