"""An open connection to Snowflake."""

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from snowflake.connector.cursor import SnowflakeCursor

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn
from rowid.databases.snowflake.arrow import conformed, result_schema
from rowid.databases.snowflake.dialect import SnowflakeDialect
from rowid.databases.snowflake.guard import require_select
from rowid.databases.snowflake.load import Parts
from rowid.databases.snowflake.manager import ConnectionManager
from rowid.databases.snowflake.session import Session
from rowid.errors import DatabaseError
from rowid.stream import reader

_COPY = "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE) "
_COPY += "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE PURGE = TRUE ON_ERROR = ABORT_STATEMENT"


class Snowflake:
    """A connection of a pool, in the database and the schema that the address names.

    Rows that are appended wait in Parquet parts until the next statement, ``commit`` or ``close``, or a gigabyte.

    Args:
        address: which table, schema or database.
        manager: the connections of its name.
        read_only: refuse every statement that is not one SELECT. Snowflake itself has no such session.

    Raises:
        DatabaseError: it cannot be opened.
    """

    dialect: Dialect = SnowflakeDialect()

    def __init__(self, address: Address, manager: ConnectionManager, *, read_only: bool = False) -> None:
        self._address, self._read_only = address, read_only
        self._place = place(address)
        self._parts: Parts | None = None
        self._in_transaction = False
        only_one = read_only and address.table is not None and self._place[1] != ""  # its name is whole wherever one is
        self._session = Session(address.shown, manager, *(("", "") if only_one else self._place))
        self._open = True

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def label(self, job: str = "", recipe: str = "") -> None:
        """Marks every later statement in Snowflake's history with the job and the recipe's fingerprint."""
        self._session.tag = json.dumps({"app": "rowid", "job": job[:200], "recipe": recipe[:200]})

    def databases(self) -> list[str]:
        """The databases that the role may see."""
        return sorted(self._named("SHOW DATABASES"))

    def schemas(self, database: str) -> list[str]:
        """The schemas of a database, without the catalogue's own."""
        found = self._named(f"SHOW SCHEMAS IN DATABASE {self.dialect.quoted(database)}")
        return sorted(name for name in found if name.upper() != "INFORMATION_SCHEMA")

    def tables(self) -> list[TableName]:
        """The tables and views of the connection's database, each by its whole name."""
        database, _ = self._here()
        self._require("database", database)
        found = self._asked(
            f"SELECT table_name, table_schema, table_catalog FROM {self.dialect.quoted(database)}.information_schema"  # noqa: S608
            ".tables WHERE table_schema <> 'INFORMATION_SCHEMA' ORDER BY 3, 2, 1"
        )
        return [TableName(*row) for row in found]

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order; None if there is no such table. The name is taken exactly."""
        here = ("", "") if table.catalog and table.schema else self._here()
        whole = TableName(table.name, table.schema or here[1], table.catalog or here[0])
        self._require("database", whole.catalog)
        self._require("schema", whole.schema)
        try:
            declared = self._asked(
                "SELECT column_name, data_type, numeric_precision, numeric_scale FROM "  # noqa: S608
                f"{self.dialect.quoted(whole.catalog)}.information_schema.columns "
                "WHERE table_catalog = ? AND table_schema = ? AND table_name = ? ORDER BY ordinal_position",
                whole.parts,
            )
            schema = self._schema_of(f"SELECT * FROM {self.dialect.table(whole)}") if declared else pa.schema([])  # noqa: S608
        except DatabaseError as error:
            if error.kind == "missing":
                return None
            raise
        return (
            tuple(
                CatalogColumn(name, f"NUMBER({digits}, {places})" if kind == "NUMBER" else kind, field.type)
                for (name, kind, digits, places), field in zip(declared, schema, strict=True)
            )
            or None
        )

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        if self._read_only:
            require_select(sql, self.name)
        return self._asked(sql, parameters)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to (-1 where Snowflake does not say)."""
        if self._read_only:
            require_select(sql, self.name)
        with self._cursor(sql, parameters) as cursor:
            counted = [at for at, column in enumerate(cursor.description) if column.name.startswith("number of rows")]
            answer = cursor.fetchone()
        return sum(int(answer[at]) for at in counted) if counted and isinstance(answer, tuple) else -1

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come; the connector fetches the next parts of the result in its threads."""
        require_select(sql, self.name)
        opened = contextlib.ExitStack()
        cursor = opened.enter_context(self._cursor(sql))
        with opened:
            schema = result_schema(cursor.description)
            kept = opened.pop_all()
        return reader(schema, self._batches(cursor, schema, kept))

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table, columns by name: they are sent with the next statement at the latest."""
        if self._read_only:
            raise DatabaseError("it is open for reading alone", kind="permission", where=self.name)
        if self._parts and (self._parts.table != table or self._parts.schema != rows.schema):
            self._send()
        if not rows.num_rows:
            return
        self._parts = self._parts or Parts(table, rows.schema)
        self._parts.add(rows)
        if self._parts.full:
            self._send()

    def begin(self) -> None:
        """Starts a transaction."""
        self._send()
        if not self._read_only:
            with contextlib.suppress(DatabaseError):  # who may load nothing may still change rows
                self._session.stage(self._address.table)  # making it later would end the transaction
        self._asked("BEGIN")
        self._in_transaction = True

    def commit(self) -> None:
        """Makes it stand."""
        self._send()
        self._asked("COMMIT")
        self._in_transaction = False

    def rollback(self) -> None:
        """Takes it back; harmless without one."""
        if self._in_transaction:
            self._forget()
            self._in_transaction = False
            self._asked("ROLLBACK")

    def close(self) -> None:
        """Gives the connection back. Rows that were appended outside a transaction are sent; an open one is undone."""
        if not self._open:
            return
        self._open = False
        try:
            self.rollback()
            self._send()
        except BaseException:
            self._session.end()
            raise
        finally:
            self._forget()
            self._session.close()

    def _here(self) -> tuple[str, str]:
        """The database and the schema that the address names, or else those of the session; empty where none is."""
        if all(self._place):
            return self._place
        database, schema = self._asked("SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()")[0]
        return database or "", schema or ""

    def _require(self, kind: str, chosen: str) -> None:
        if not chosen:
            hint = "Name it: snowflake://CONNECTION/DB/SCHEMA/TABLE."
            raise DatabaseError(f"no {kind} is chosen", kind="missing", where=self.name, hint=hint)

    def _named(self, sql: str) -> list[str]:
        with self._cursor(sql) as cursor:
            at = [column.name for column in cursor.description].index("name")
            return [str(row[at]) for row in cursor.fetchall()]

    def _asked(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self._send()
        return self._session.asked(sql, parameters)

    def _schema_of(self, sql: str) -> pa.Schema:
        with self._cursor(f"{sql} LIMIT 0") as cursor:
            return result_schema(cursor.description)

    def _cursor(self, sql: str, parameters: Sequence[Any] = ()) -> AbstractContextManager[SnowflakeCursor]:
        """A cursor that has done one statement, after what waits to be loaded."""
        self._send()
        return self._session.cursor(sql, parameters)

    def _batches(
        self, cursor: SnowflakeCursor, schema: pa.Schema, opened: contextlib.ExitStack
    ) -> Iterator[pa.RecordBatch]:
        count = 0
        with opened:
            for part in cursor.fetch_arrow_batches():
                count += part.num_rows
                yield from conformed(part, schema, self.name)
            if count != cursor.rowcount:
                raise DatabaseError(
                    "a part of the result is missing", kind="network", where=self.name, hint="Run again."
                )

    def _send(self) -> None:
        """Loads what waits, in one statement: all of it or nothing."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        try:
            parts.finish()
            folder = f"@{self._session.stage(parts.table)}/{uuid.uuid4().hex}/"
            for file in parts.files:
                self._asked(f"PUT {self.dialect.literal(f'file://{file.as_posix()}')} {folder} AUTO_COMPRESS = FALSE")
            loaded = self._asked(f"COPY INTO {self.dialect.table(parts.table)} FROM {folder} {_COPY}")
        finally:
            parts.drop()
        if sum(int(row[3]) for row in loaded) != parts.rows:
            raise DatabaseError("it loaded another number of rows than were sent", kind="statement", where=self.name)

    def _forget(self) -> None:
        if self._parts:
            self._parts.drop()
            self._parts = None


def place(address: Address) -> tuple[str, str]:
    """The database and the schema that an address names; empty where it names none."""
    parts = [unquote(part) for part in urlsplit(address.url).path.split("/") if part]
    return (*parts, "", "")[0], (*parts, "", "")[1]
