"""Sources and sinks in memory, for tests of the pipeline alone."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from rowid.model import Receipt, SourceInfo


class Table:
    """A source over a table; ``says`` is the row count that it claims."""

    name = "table"

    def __init__(self, table: pa.Table, says: int | None = None, chunk: int | None = None) -> None:
        self.table, self.says, self.chunk = table, says, chunk

    def info(self) -> SourceInfo:
        return SourceInfo(self.name, "table", (), self.says)

    def open(self) -> pa.RecordBatchReader:
        return self.table.to_reader(self.chunk)


class Shelf:
    """A sink that shows what was committed, and fails where it is told to."""

    name = "shelf"

    def __init__(self, fails_at: str = "", lose: int = 0) -> None:
        self.fails_at, self.lose = fails_at, lose
        self.committed: pa.Table | None = None
        self.metadata: Mapping[str, str] = {}
        self.aborted = 0

    def begin(self, schema: pa.Schema, metadata: Mapping[str, str]) -> "Shelf":
        self._fail("begin")
        self.schema, self.metadata, self.pending = schema, metadata, []
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        self._fail("write")
        self.pending.append(batch)

    def commit(self) -> Receipt:
        self._fail("commit")
        self.committed = pa.Table.from_batches(self.pending, self.schema)
        rows = self.committed.num_rows - self.lose
        return Receipt(rows, inserted=rows)

    def abort(self) -> None:
        self.aborted += 1

    def close(self) -> None:
        """Holds nothing open."""

    def _fail(self, step: str) -> None:
        if step == self.fails_at:
            raise OSError(f"no {step}")


def kinds(events: Iterable[object]) -> list[str]:
    """The classes of events, in order."""
    return [type(event).__name__ for event in events]
