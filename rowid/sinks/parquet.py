"""Parquet files: zstd, the input's own metadata and ours beside it."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq

from rowid.errors import ColumnError
from rowid.lanes import processors
from rowid.model import Receipt
from rowid.ports import RUN_KEY
from rowid.sinks.atomic import AtomicFile
from rowid.sinks.rowgroups import JoinedFile
from rowid.stream import TextType, decoded, decoded_schema

_ROWS = 262_144  # rows of a row group, unless they are heavy
_BYTES = 1 << 28
_MOST = 4  # row groups that are made at a time: each is in memory
_DICTIONARY = 1 << 18  # bytes; a column with more different values than fit is written faster, and smaller, without


class ParquetLoad:
    """Writes row groups as rows come, each in a thread of its own; the file appears when it is committed."""

    def __init__(self, target: AtomicFile, schema: pa.Schema, metadata: Mapping[str, str]) -> None:
        self._target = target
        # not the run: the same rows are to give the same file
        told = {key.encode(): value.encode() for key, value in metadata.items() if key != RUN_KEY}
        self._schema = _plain(decoded_schema(schema)).with_metadata({**(schema.metadata or {}), **told} or None)
        self._held: list[pa.RecordBatch] = []
        self._held_rows = self._held_bytes = self._rows = 0
        self._side_by_side = min(_MOST, processors())
        self._encoders = ThreadPoolExecutor(self._side_by_side, thread_name_prefix="rowid-parquet")
        self._coming: deque[Future[pa.Buffer]] = deque()
        try:
            self._file = JoinedFile(target, _encoded(self._schema.empty_table()))
        except pa.ArrowNotImplementedError as error:
            self.abort()
            what = f"a column's type cannot be written to Parquet: {error}"
            raise ColumnError(what, hint="Leave the column out, or write JSON Lines.") from None
        except BaseException:
            self.abort()
            raise

    def write(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        batch = decoded(batch)
        columns = [c.storage if isinstance(c.type, TextType) else c for c in batch.columns]
        self._held.append(pa.record_batch(columns, schema=self._schema))
        self._held_rows += batch.num_rows
        self._held_bytes += batch.nbytes
        if self._held_rows >= _ROWS or self._held_bytes >= _BYTES:
            self._flush()

    def commit(self) -> Receipt:
        """Makes the rows appear."""
        try:
            self._flush()
            self._take(0)
            self._encoders.shutdown()
            self._file.finish()
            self._target.commit()
        except BaseException:
            self.abort()
            raise
        return Receipt(self._rows, inserted=self._rows)

    def abort(self) -> None:
        """Leaves no trace."""
        self._encoders.shutdown(cancel_futures=True)
        self._coming.clear()
        self._held, self._held_rows = [], 0
        self._target.abort()

    def _flush(self) -> None:
        if self._held_rows:
            self._take(self._side_by_side - 1)
            self._coming.append(self._encoders.submit(_encoded, pa.Table.from_batches(self._held, self._schema)))
        self._rows += self._held_rows
        self._held, self._held_rows, self._held_bytes = [], 0, 0

    def _take(self, left: int) -> None:
        """Puts what was encoded into the file, until no more than ``left`` are to come."""
        while len(self._coming) > left:
            self._file.append(self._coming.popleft().result())


def _encoded(rows: pa.Table) -> pa.Buffer:
    """A Parquet file of some rows."""
    out = pa.BufferOutputStream()
    pq.write_table(rows, out, row_group_size=2 * _ROWS, compression="zstd", dictionary_pagesize_limit=_DICTIONARY)
    return out.getvalue()


def _plain(schema: pa.Schema) -> pa.Schema:
    return pa.schema([f.with_type(pa.large_string()) if isinstance(f.type, TextType) else f for f in schema])
