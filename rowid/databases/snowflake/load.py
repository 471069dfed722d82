"""Rows on their way into a table: Parquet parts in a temporary folder, put to a stage and copied in one statement."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rowid.databases.names import TableName
from rowid.errors import ScratchError

_PART = 128 * 2**20
_MOST = 2**30
_AS: Mapping[pa.DataType, pa.DataType] = {
    pa.null(): pa.string(),
    pa.float16(): pa.float32(),
    pa.date64(): pa.date32(),
    pa.time32("s"): pa.time32("ms"),
    pa.uint64(): pa.decimal128(20, 0),  # Parquet keeps it as a signed integer with a mark
    pa.string_view(): pa.string(),
}
"""Types that Parquet lacks, or that Snowflake may read as another, and what they go as."""


class Parts:
    """The rows of one table that are not in Snowflake yet.

    Args:
        table: where they go.
        schema: the schema of every batch.
    """

    def __init__(self, table: TableName, schema: pa.Schema) -> None:
        self.table, self.schema = table, schema
        self._as = pa.schema([pa.field(field.name, _AS.get(field.type, field.type)) for field in schema])
        self._folder = Path(tempfile.mkdtemp(prefix="rowid-"))
        self._writer: pq.ParquetWriter | None = None
        self._in_part = 0
        self.rows = self.size = 0
        self.files: list[Path] = []

    @property
    def full(self) -> bool:
        """Whether it is time to send them: the temporary folder is not to grow without a bound."""
        return self.size >= _MOST

    def add(self, rows: pa.RecordBatch) -> None:
        """Writes rows to the present part.

        Raises:
            ScratchError: there is no room.
        """
        try:
            if self._writer is None:
                self.files.append(self._folder / f"{len(self.files)}.parquet")
                self._writer = pq.ParquetWriter(self.files[-1], self._as, compression="zstd")
            self._writer.write_table(pa.Table.from_batches([rows]).cast(self._as))
        except OSError as error:
            raise ScratchError(f"a part could not be written: {error.strerror or 'unknown'}") from None
        self.rows += rows.num_rows
        self.size += rows.nbytes
        self._in_part += rows.nbytes
        if self._in_part >= _PART:
            self.finish()

    def finish(self) -> None:
        """Closes the present part: its file is whole."""
        if self._writer is not None:
            self._writer.close()
            self._writer, self._in_part = None, 0

    def drop(self) -> None:
        """Removes the files; harmless when called twice."""
        self.finish()
        shutil.rmtree(self._folder, ignore_errors=True)
