"""Parquet files, read batch by batch."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from rowid.errors import SourceError
from rowid.model import ColumnInfo, SourceInfo
from rowid.sources.columns import named
from rowid.sources.files import InputFile
from rowid.stream import reader

_ROWS = 65_536


class ParquetSource:
    """A Parquet file: types and number of rows come from its own metadata."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._info: SourceInfo | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._file.name

    def info(self) -> SourceInfo:
        """What the file's metadata says."""
        if self._info is None:
            with self._opened() as file:
                schema, meta = file.schema_arrow, file.metadata
                named(schema.names, self.name)
                details = {"row groups": f"{meta.num_row_groups:,}", "written by": str(meta.created_by or "unknown")}
                columns = tuple(ColumnInfo(field.name, str(field.type)) for field in schema)
                self._info = SourceInfo(self.name, "Parquet", columns, meta.num_rows, details)
        return self._info

    def schema(self) -> pa.Schema:
        """The columns' Arrow types, and what else the file says of itself."""
        with self._opened() as file:
            return file.schema_arrow

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader."""
        self.info()
        schema = self.schema()
        return reader(schema, self._batches(schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        done = 0
        with self._opened() as file:
            batches = file.iter_batches(batch_size=_ROWS)
            while True:
                try:
                    batch = next(batches, None)
                except (pa.ArrowException, OSError):
                    what = f"the Parquet file is damaged after row {done:,}"
                    raise SourceError(what, where=self.name, hint="Copy or download it again.") from None
                if batch is None:
                    return
                done += batch.num_rows
                yield pa.record_batch(batch.columns, schema=schema)

    def _opened(self) -> pq.ParquetFile:
        self._file.require_unchanged()
        try:
            # buffering ahead keeps every byte that was read until the end, and takes longer
            return pq.ParquetFile(self._file.path, pre_buffer=False)
        except (pa.ArrowException, OSError):
            hint = "Copy or download it again; its end may be missing."
            raise SourceError("the Parquet file is cut off or damaged", where=self.name, hint=hint) from None
