"""A table or a query of a database as a source."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from rowid.databases import Address, Database, Described, columns_of
from rowid.errors import SourceError, UsageError
from rowid.model import ColumnInfo, SourceInfo
from rowid.sources.columns import named
from rowid.stream import reader

Connect = Callable[[], Database]
"""Opens a connection of its own, for the thread that asks."""


class DatabaseSource:
    """The rows of a table or of a query, streamed, in the order in which the database gives them.

    Each ``open`` has a connection of its own, closed when the rows end.
    """

    def __init__(self, address: Address, connect: Connect) -> None:
        if address.table is None and not address.query:
            raise UsageError(
                "it names no table and no query",
                where=address.shown,
                hint="Put ?table=name or ?query=SELECT... behind it.",
            )
        self._address, self._connect = address, connect
        self._info: SourceInfo | None = None
        self._schema: pa.Schema | None = None

    @property
    def name(self) -> str:
        """The address, without a secret."""
        return self._address.shown

    def info(self) -> SourceInfo:
        """The columns; of a table, also the number of rows at this moment."""
        if self._info is None:
            database = self._connect()
            try:
                self._info = self._asked(database)
            finally:
                database.close()
        return self._info

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader, on a connection of its own."""
        self.info()
        return reader(self._schema, self._batches())

    def first(self, rows: int) -> pa.Table:
        """The first rows, as many as there are up to ``rows``: the database is asked for no more, and counts none."""
        database = self._connect()
        try:
            self._require_table(database)
            sql = f"SELECT * FROM ({self._sql(database)}\n) AS t LIMIT {rows:d}"  # noqa: S608
            with _delivered(database, sql, _described(database, sql)) as found:
                return found.read_all()
        finally:
            database.close()

    def _asked(self, database: Database) -> SourceInfo:
        rows = None
        declared = self._require_table(database)
        self._schema = _described(database, self._sql(database))
        named(self._schema.names, self.name)
        if self._address.table:
            rows = int(database.rows(f"SELECT count(*) FROM {database.dialect.table(self._address.table)}")[0][0])  # noqa: S608
        columns = tuple(ColumnInfo(field.name, str(field.type), declared.get(field.name, "")) for field in self._schema)
        return SourceInfo(self.name, database.dialect.name, columns, rows)

    def _require_table(self, database: Database) -> dict[str, str]:
        """What the catalogue calls the columns' types; raises SourceError if it has no such table."""
        if self._address.table is None:
            return {}
        return {column.name: column.declared for column in columns_of(database, self._address)}

    def _sql(self, database: Database) -> str:
        if self._address.table:
            return f"SELECT * FROM {database.dialect.table(self._address.table)}"  # noqa: S608
        return self._address.query.strip().rstrip(";")

    def _batches(self) -> Iterator[pa.RecordBatch]:
        database = self._connect()
        try:
            with _delivered(database, self._sql(database), self._schema) as rows:
                if rows.schema != self._schema:
                    what, hint = "its columns changed while it was being read", "Run again."
                    raise SourceError(what, where=self.name, hint=hint)
                yield from rows
        finally:
            database.close()


def _described(database: Database, sql: str) -> pa.Schema:
    """The columns of a query, with as little of it read as the database needs for that."""
    if isinstance(database, Described):
        return database.describe(sql)
    with database.stream(f"SELECT * FROM ({sql}\n) AS t WHERE 1 = 0") as empty:  # noqa: S608
        return empty.schema


def _delivered(database: Database, sql: str, schema: pa.Schema) -> pa.RecordBatchReader:
    """The rows of a query whose columns were described so."""
    return database.deliver(sql, schema) if isinstance(database, Described) else database.stream(sql)
