"""SQLite: a file, read and written by Python's own sqlite3."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.files import require_file
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn
from rowid.databases.sqlite_types import Checksum, Guess, SQLiteDialect, declared_types, read, written
from rowid.errors import DatabaseError, SourceError, UsageError
from rowid.stream import reader

_ROWS = 8192
_WAIT_S = 5.0
_KINDS: Mapping[str, tuple[str, str, str]] = {
    "SQLITE_BUSY": ("busy", "another program is writing to the database", "Run again when it is done."),
    "SQLITE_LOCKED": ("busy", "another program is writing to the database", "Run again when it is done."),
    "SQLITE_NOTADB": ("missing", "the file is no SQLite database", "Check the path; it may be encrypted."),
    "SQLITE_CORRUPT": ("statement", "the database file is damaged", "Restore it from a copy."),
    "SQLITE_CANTOPEN": ("permission", "you may not open this file", "Ask its owner."),
    "SQLITE_PERM": ("permission", "you may not open this file", "Ask its owner."),
    "SQLITE_READONLY": ("permission", "the database is open for reading alone", ""),
    "SQLITE_FULL": ("full", "the disk is full", "Make room; nothing was changed."),
    "SQLITE_NOMEM": ("full", "SQLite ran out of memory", ""),
    "SQLITE_TOOBIG": ("full", "a value is longer than SQLite takes", "Nothing was changed."),
    "SQLITE_CONSTRAINT": ("statement", "a constraint of the table refused the rows", "Nothing was changed."),
    "SQLITE_IOERR": ("statement", "the database file cannot be read or written", "Check the disk."),
}


class SQLite:
    """An open SQLite database.

    Args:
        address: which file.
        read_only: only to read. A file that does not exist is made otherwise.

    Raises:
        UsageError: the address names no file.
        DatabaseError: it cannot be opened.
    """

    dialect: Dialect = SQLiteDialect()

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self._address, self._read_only = address, read_only
        if not address.path:
            raise UsageError("it names no file", where=self.name, hint="Write sqlite:///path/file.db?table=t.")
        require_file(address.path, address.shown, read_only=read_only)
        target = f"file:{quote(str(Path(address.path).absolute()))}?mode={'ro' if read_only else 'rwc'}"
        with self._told():
            self._connection = sqlite3.connect(
                target, uri=True, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
            self._open = True
            self._connection.create_aggregate("rowid_checksum", 2, Checksum)  # type: ignore[arg-type]  # its step has two arguments
        try:
            self.rows("PRAGMA schema_version")  # the file is looked into now, not when it was opened
        except DatabaseError:
            self.close()
            raise

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def tables(self) -> list[TableName]:
        """The tables and views."""
        return [TableName(name) for (name,) in self.rows(f"SELECT name FROM ({_ALL}) WHERE {_OURS} ORDER BY name")]  # noqa: S608

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order, of the types that are declared; None if there is no such table."""
        schema = table.schema
        if table.catalog or schema not in {"", "main", "temp"}:
            return None
        found = self.rows(f"SELECT place FROM ({_ALL}) WHERE name = ? AND place IN (?, ?)",  # noqa: S608
                          (table.name, schema or "temp", schema or "main"))  # fmt: skip
        if not found:
            return None
        declared = self.rows(
            "SELECT name, type FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1 ORDER BY cid", (table.name, found[0][0])
        )
        return tuple(
            CatalogColumn(name, kind, next(iter(declared_types(kind)), pa.string())) for name, kind in declared
        )

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        with self._told(), closing(self._connection.execute(sql, tuple(parameters))) as cursor:
            return cursor.fetchall()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to."""
        with self._told(), closing(self._connection.execute(sql, tuple(parameters))) as cursor:
            cursor.fetchall()
            return cursor.rowcount

    def describe(self, sql: str) -> pa.Schema:
        """The columns of a SELECT; all rows are looked at, since a column may hold anything."""
        guesses = [Guess(declared) for declared in self._declared(sql)]
        while (names := self._looked_through(sql, guesses)) is None:
            pass  # a column is not what it was taken for
        return pa.schema([(name, guess.type) for name, guess in zip(names, guesses, strict=True)])

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come."""
        return self.deliver(sql, self.describe(sql))

    def deliver(self, sql: str, schema: pa.Schema) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come, in the types that ``describe`` found for it."""
        return reader(schema, self._batches(sql, schema))

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table; all of them, or none."""
        names = ", ".join(map(self.dialect.quoted, rows.schema.names))
        places = ", ".join("?" * rows.num_columns)
        sql = f"INSERT INTO {self.dialect.table(table)} ({names}) VALUES ({places})"  # noqa: S608
        with self._told():
            if self._connection.in_transaction:
                self._connection.executemany(sql, zip(*map(written, rows.columns), strict=True))
                return
            self.begin()
            try:
                self._connection.executemany(sql, zip(*map(written, rows.columns), strict=True))
                self.commit()
            finally:
                self.rollback()

    def begin(self) -> None:
        """Starts a transaction; of two that write, the second waits here."""
        self.rows("BEGIN" if self._read_only else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Makes it stand."""
        self.rows("COMMIT")

    def rollback(self) -> None:
        """Takes it back; harmless without one."""
        if self._open and self._connection.in_transaction:
            self.rows("ROLLBACK")

    def close(self) -> None:
        """Closes it."""
        if self._open:
            self._open = False
            self._connection.close()

    def _declared(self, sql: str) -> list[str]:
        """The declared types of a query's columns, empty where it computes one. A view takes one SELECT and no more."""
        self.rows(f"CREATE TEMP VIEW {_VIEW} AS {sql}")
        try:
            found = self.rows("SELECT type FROM pragma_table_xinfo(?, 'temp') ORDER BY cid", (_VIEW,))
        finally:
            self.rows(f"DROP VIEW temp.{_VIEW}")
        return [kind for (kind,) in found]

    def _looked_through(self, sql: str, guesses: Sequence[Guess]) -> list[str] | None:
        """The columns' names, once each guess has all values of its column; None where one has to begin again."""
        with self._asked(sql) as cursor:
            names = [column[0] for column in cursor.description]
            for rows in self._fetched(cursor):
                taken = [guess.add(values) for guess, values in zip(guesses, zip(*rows, strict=True), strict=True)]
                if not all(taken):
                    return None
        return names

    @contextmanager
    def _asked(self, sql: str) -> Iterator[sqlite3.Cursor]:
        with self._told():
            cursor = self._connection.execute(sql)
        with closing(cursor):
            yield cursor

    def _fetched(self, cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
        while True:
            with self._told():
                rows = cursor.fetchmany(_ROWS)
            if not rows:
                return
            yield rows

    def _batches(self, sql: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._asked(sql) as cursor:
            for rows in self._fetched(cursor):
                try:
                    columns = [
                        read(values, field.type) for values, field in zip(zip(*rows, strict=True), schema, strict=True)
                    ]
                except (pa.ArrowException, ValueError, OverflowError, ArithmeticError):
                    what, hint = "its values changed while it was being read", "Run again."
                    raise SourceError(what, where=self.name, hint=hint) from None
                yield pa.record_batch(columns, schema=schema)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> DatabaseError:
        text, code = str(error), getattr(error, "sqlite_errorname", None) or ""
        told = next((told for prefix, told in _KINDS.items() if code.startswith(prefix)), None)
        kind, what, hint = told or ("statement", "the query is no SQL that SQLite reads", "Give one SELECT.")
        if text.startswith("no such"):
            kind, what, hint = "missing", "a table, column or function in the query does not exist", ""
        elif "decode to UTF-8" in text:
            what, hint = "a text in it is not UTF-8", "Ask for CAST(c AS BLOB) in a query."
        elif isinstance(error, OverflowError):
            what, hint = "a whole number has more than 64 bits", "Nothing was changed."
        return DatabaseError(what, kind=kind, where=self.name, hint=hint, detail=text)


_VIEW = "rowid_described"
_ALL = (
    "SELECT name, 'temp' AS place FROM sqlite_temp_master WHERE type IN ('table', 'view') "
    "UNION ALL SELECT name, 'main' FROM main.sqlite_master WHERE type IN ('table', 'view')"
)
_OURS = "name NOT LIKE 'sqlite!_%' ESCAPE '!'"
