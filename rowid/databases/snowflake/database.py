"""An open connection to Snowflake."""

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from snowflake.connector.cursor import SnowflakeCursor

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn
from rowid.databases.snowflake.arrow import conformed, finer, result_schema
from rowid.databases.snowflake.dialect import SnowflakeDialect
from rowid.databases.snowflake.errors import Failure, refused
from rowid.databases.snowflake.guard import require_select
from rowid.databases.snowflake.load import Parts
from rowid.databases.snowflake.manager import ConnectionManager
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
        self._address, self._manager, self._read_only = address, manager, read_only
        self._tag = json.dumps({"app": "rowid"})
        self._parts: Parts | None = None
        self._in_transaction = False
        self._connection = manager.checkout()
        self._open = True
        try:
            self._go_to(*_place(address))
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def label(self, job: str = "", recipe: str = "") -> None:
        """Marks every later statement in Snowflake's history with the job and the recipe's fingerprint."""
        self._tag = json.dumps({"app": "rowid", "job": job[:200], "recipe": recipe[:200]})

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
        if not self._read_only and self._connection.info.get("stage") is None:
            with contextlib.suppress(DatabaseError):  # who may load nothing may still change rows
                self._stage(self._address.table)  # making it later would end the transaction
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
            self._connection.invalidate()  # the session ends, and its transaction with it
            raise
        finally:
            self._forget()
            self._connection.close()

    def _go_to(self, database: str, schema: str) -> None:
        """Makes the address's database and schema those of the session, which may have been another's before."""
        place = (database, schema)
        if self._connection.info.get("place", ("", "")) == place:
            return None
        if not database:
            self._connection.invalidate()  # a session that went elsewhere cannot go back to what it began with
            self._connection.close()
            self._connection = self._manager.checkout()
            return self._go_to(database, schema)
        quoted = ".".join(map(self.dialect.quoted, filter(None, place)))
        self._asked(f"USE {'SCHEMA' if schema else 'DATABASE'} {quoted}")
        self._connection.info["place"] = place
        return None

    def _here(self) -> tuple[str, str]:
        """The database and the schema of the session; empty where none is chosen."""
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
        with self._cursor(sql, parameters) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def _schema_of(self, sql: str) -> pa.Schema:
        with self._cursor(f"{sql} LIMIT 0") as cursor:
            return result_schema(cursor.description)

    @contextmanager
    def _cursor(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[SnowflakeCursor]:
        """A cursor that has done one statement, after what waits to be loaded."""
        self._send()
        with self._told(), contextlib.closing(self._new_cursor()) as cursor:
            more: dict[str, Any] = {"_force_qmark_paramstyle": True, "_statement_params": {"QUERY_TAG": self._tag}}
            cursor.execute(sql, tuple(parameters) or None, num_statements=1, **more)
            yield cursor

    def _new_cursor(self) -> SnowflakeCursor:
        return cast(SnowflakeCursor, self._connection.cursor())

    def _batches(
        self, cursor: SnowflakeCursor, schema: pa.Schema, opened: contextlib.ExitStack
    ) -> Iterator[pa.RecordBatch]:
        count = 0
        with self._told(), opened:
            for part in cursor.fetch_arrow_batches():
                count += part.num_rows
                yield from conformed(part, schema, self.name)
            if count != cursor.rowcount:
                raise DatabaseError(
                    "a part of the result is missing", kind="network", where=self.name, hint="Run again."
                )

    def _stage(self, beside: TableName | None) -> str:
        """The session's temporary stage, made when it is first needed; it ends with the session."""
        if self._connection.info.get("stage") is None:
            name = f"ROWID_{uuid.uuid4().hex.upper()}"
            place = beside.beside(name) if beside else TableName(name)
            stage = self.dialect.table(place)
            with self._told(), contextlib.closing(self._new_cursor()) as cursor:
                cursor.execute(f"CREATE TEMPORARY STAGE {stage}", _statement_params={"QUERY_TAG": self._tag})
            self._connection.info["stage"] = stage
        return str(self._connection.info["stage"])

    def _send(self) -> None:
        """Loads what waits, in one statement: all of it or nothing."""
        parts, self._parts = self._parts, None
        if parts is None:
            return
        try:
            parts.finish()
            folder = f"@{self._stage(parts.table)}/{uuid.uuid4().hex}/"
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

    @contextmanager
    def _told(self) -> Iterator[None]:
        if not self._connection.is_valid:
            raise DatabaseError("the connection is closed", kind="network", where=self.name, hint="Connect again.")
        try:
            yield
        except OverflowError:  # the connector's, for a year that has no nanoseconds
            raise finer(self.name) from None
        except Failure as failure:
            error = refused(failure, self.name)
            if error.kind == "network":
                self._connection.invalidate()
            raise error from None


def _place(address: Address) -> tuple[str, str]:
    """The database and the schema that an address names; empty where it names none."""
    parts = [unquote(part) for part in urlsplit(address.url).path.split("/") if part]
    return (*parts, "", "")[0], (*parts, "", "")[1]
