"""A table of a database, read once and kept as a file of the app.

A report reads its source five to ten times, and a choice of columns each time it changes. From a snapshot every pass
meets the same rows, whatever is written to the database meanwhile, and the database is asked once.
"""

import math
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa

from rowid import bootstrap
from rowid.databases import Address
from rowid.errors import Cancelled, ColumnError, SourceError
from rowid.model import Progress, Receipt, SourceInfo
from rowid.ports import Load, Source
from rowid.settings import Settings
from rowid.ui import databases
from rowid.ui.jobs import Job, process
from rowid.ui.nouns import Table


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The kept rows as a source that has the name of the table or query they are of."""

    rows: Source
    uri: str

    @property
    def name(self) -> str:
        """The address in the database; of a query, without its text."""
        return Address.parse(self.uri).shown

    def info(self) -> SourceInfo:
        """The columns, and the number of rows that were read."""
        kept, address = self.rows.info(), Address.parse(self.uri)
        kind = "Query" if address.query else "Table"
        return replace(kept, name=self.name, format=f"{kind} of {address.host}", details={}, notes=())

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first."""
        return self.rows.open()


def reading(table: Table) -> Job[Receipt] | None:
    """The job that reads a table's rows from its database, started if they are not there; None if nothing is to do."""
    if not table.uri:
        return None
    job = process().jobs.get(_key(table))
    if job is None and not table.path.exists():
        job = process().jobs.ask(_key(table), lambda job: read(table, job), about=(table.id,), lane=_key(table)[1])
    return None if job is None or job.result is not None else job


def shown(table: Table) -> str:
    """Where a table's rows come from, without a query's text."""
    return Address.parse(table.uri).shown


def query(table: Table) -> str:
    """The query that the rows are of: for the eyes of who has the table in hand; empty for a table's rows."""
    return Address.parse(table.uri).query


def read_at(table: Table) -> datetime:
    """When the rows were read."""
    return datetime.fromtimestamp(table.path.stat().st_mtime, UTC)


def _key(table: Table) -> tuple[str, str, str]:
    return ("snapshot", f"snapshot {Address.parse(table.uri).host}", table.id)


def read(table: Table, job: Job[Receipt]) -> Receipt:
    """Reads a table's rows from its database into its file: all of them, or none."""
    source = bootstrap.open_source(table.uri)
    most = Settings.load().max_upload_mb
    total = databases.within(math.inf, job, source.name, source.info).rows  # it can be stopped while it connects
    started, done, size = time.perf_counter(), 0, 0
    with source.open() as rows:
        load = _begin(table, rows.schema)
        try:
            for batch in rows:
                if job.should_stop():
                    raise Cancelled("it was stopped; nothing was kept")
                load.write(batch)
                done += batch.num_rows
                size += batch.nbytes
                if size > most * 1_000_000:
                    hint = "Write a query that takes fewer rows or columns, or use the command line."
                    raise SourceError(
                        f"it has more than {most:,} MB, the most that is kept here", where=source.name, hint=hint
                    )
                job.report(Progress(done, total, time.perf_counter() - started, "read"))
            return load.commit()
        except BaseException:
            load.abort()
            raise


def _begin(table: Table, schema: pa.Schema) -> Load:
    try:
        return bootstrap.open_sink(str(table.path), force=True).begin(schema, {})
    except ColumnError as error:
        spans = [repr(field.name) for field in schema if pa.types.is_interval(field.type)]
        what = f"intervals of time cannot be kept here: column {', '.join(spans)}" if spans else error.what
        hint = "Write a query that leaves the column out, or turns it into text."
        raise ColumnError(what, where=table.name, hint=hint) from None
