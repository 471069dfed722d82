"""PostgreSQL: statements and loading by psycopg, reading by ADBC, which takes the server's binary form into Arrow.

What is read comes over a connection of its own, in a READ ONLY transaction: it is what was committed before.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from typing import Any, TypeVar

import adbc_driver_manager
import psycopg
import pyarrow as pa
from adbc_driver_postgresql import dbapi as adbc
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ExecStatus, TransactionStatus

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.interruptible import interruptible
from rowid.databases.names import TableName
from rowid.databases.postgresql_copy import copied
from rowid.databases.postgresql_errors import refused
from rowid.databases.postgresql_types import Column, PostgreSQLDialect, open_type, received
from rowid.databases.protocol import CatalogColumn
from rowid.errors import DatabaseError, UsageError
from rowid.stream import reader

T = TypeVar("T")

_CANCEL_S = 5.0
_SESSION = (
    ("TimeZone", "UTC"), ("DateStyle", "ISO, YMD"), ("IntervalStyle", "iso_8601"), ("extra_float_digits", "1"),
    ("bytea_output", "hex"), ("xmloption", "content"), ("client_encoding", "UTF8"),
)  # fmt: skip
"""What the texts of values depend on, pinned."""
_DEFAULTS = {"connect_timeout": "10", "application_name": "rowid"}
_PLACEHOLDER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(\?)""")


class PostgreSQL:
    """An open PostgreSQL database.

    Args:
        address: which; what it leaves out comes from PGHOST, PGPASSWORD, ~/.pgpass and the like.
        read_only: only to read; the server sees to it.

    Raises:
        UsageError: libpq cannot read the URI.
        DatabaseError: it cannot be connected to.
    """

    dialect: Dialect = PostgreSQLDialect()

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self._address = address
        try:
            given = {name: str(value) for name, value in conninfo_to_dict(address.url).items()}
            self._target = make_conninfo("", **{**_DEFAULTS, **given})
        except psycopg.Error:
            hint = "See 'Connection URIs' in PostgreSQL's manual; percent-encode what is special in a name or password."
            raise UsageError("PostgreSQL cannot read this URI", where=self.name, hint=hint) from None
        with self._told(connecting=True):
            self._connection = psycopg.connect(self._target, autocommit=True, cursor_factory=psycopg.RawCursor)
        self._connection.read_only = read_only
        for name, value in _SESSION:
            self.rows("SELECT set_config(?, ?, false)", (name, value))

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def tables(self) -> list[TableName]:
        """The tables and views that this user may read; those on the search path without their schema."""
        found = self.rows(
            "SELECT c.relname, CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname END "
            "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' "
            "AND (n.nspname !~ '^pg_' OR n.oid = pg_my_temp_schema()) "
            "AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 2, 1"
        )
        return [TableName(name, schema) for name, schema in found]

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order; None if there is no such table."""
        if table.catalog and table.catalog != self.rows("SELECT current_database()")[0][0]:
            return None
        exact = self.dialect.table(TableName(table.name, table.schema))
        if self.rows("SELECT to_regclass(?)::oid", (exact,)) == [(None,)]:
            return None
        return tuple(CatalogColumn(one.name, one.declared, one.type) for one in self._columns(f"SELECT * FROM {exact}"))  # noqa: S608

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        return self._done(sql, parameters, lambda cursor: cursor.fetchall() if cursor.description else [])

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to."""
        return self._done(sql, parameters, lambda cursor: cursor.rowcount)

    def describe(self, sql: str) -> pa.Schema:
        """The columns of a SELECT as they are read; a numeric of open precision is looked through for its digits."""
        columns = self._columns(sql)
        if not columns:
            raise DatabaseError("it is not one query", kind="statement", where=self.name, hint="Give one SELECT.")
        types = {at: column.type for at, column in enumerate(columns)}
        wide = [at for at, column in enumerate(columns) if column.is_open]
        if wide:
            asked = ", ".join(columns[at].digits(_alias(at)) for at in wide)
            found = self.rows(f"SELECT {asked} FROM {_from(sql, columns)}")[0]  # noqa: S608
            for position, at in enumerate(wide):
                whole, scale, endless = found[3 * position : 3 * position + 3]
                types[at] = open_type(whole, scale, endless=endless)
        return pa.schema([(column.name, types[at]) for at, column in enumerate(columns)])

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come."""
        return self.deliver(sql, self.describe(sql))

    def deliver(self, sql: str, schema: pa.Schema) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come, in the types that ``describe`` found for it."""
        columns = self._columns(sql)
        asked = ", ".join(f"{column.asked(_alias(at))} AS {_alias(at)}" for at, column in enumerate(columns))
        if [column.name for column in columns] != schema.names:
            raise DatabaseError("its columns changed", kind="statement", where=self.name, hint="Run again.")
        return reader(schema, self._batches(f"SELECT {asked} FROM {_from(sql, columns)}", schema))  # noqa: S608

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table."""
        names = ", ".join(map(self.dialect.quoted, rows.schema.names))
        written = copied(rows, self.name)
        command = f"COPY {self.dialect.table(table)} ({names}) FROM STDIN (FORMAT csv)"

        def load() -> None:
            with self._told(), self._connection.cursor() as cursor, cursor.copy(command.encode()) as copy:
                copy.write(written)

        interruptible(load, self._cancel)

    def begin(self) -> None:
        """Starts a transaction."""
        self.rows("BEGIN READ ONLY" if self._connection.read_only else "BEGIN")

    def commit(self) -> None:
        """Makes it stand."""
        self.rows("COMMIT")

    def rollback(self) -> None:
        """Takes it back; harmless without one."""
        if not self._connection.closed and self._connection.info.transaction_status != TransactionStatus.IDLE:
            self.rows("ROLLBACK")

    def close(self) -> None:
        """Closes it; the server takes back what was not committed."""
        self._connection.close()

    def _done(self, sql: str, parameters: Sequence[Any], answer: Callable[[psycopg.Cursor[Any]], T]) -> T:
        def ask() -> T:
            with self._told(), self._bounded(), self._asked(sql, parameters) as cursor:
                return answer(cursor)

        return interruptible(ask, self._cancel)

    def _cancel(self) -> None:
        with suppress(psycopg.Error):  # a server that does not answer has nothing to cancel
            self._connection.cancel_safe(timeout=_CANCEL_S)

    def _asked(self, sql: str, parameters: Sequence[Any]) -> AbstractContextManager[psycopg.Cursor[Any]]:
        cursor = self._connection.cursor()
        given = _numbered(sql) if parameters else sql
        return cursor.execute(given.encode(), list(parameters) or None)

    def _bounded(self) -> AbstractContextManager[object]:
        """A READ ONLY transaction around a statement of who may only read, unless there is one already."""
        idle = self._connection.info.transaction_status == TransactionStatus.IDLE
        return self._connection.transaction() if self._connection.read_only and idle else nullcontext()

    def _columns(self, sql: str) -> list[Column]:
        """The columns of one statement, which is looked at and not executed; none where it gives no rows."""
        low = self._connection.pgconn
        with self._told():
            prepared = interruptible(lambda: low.prepare(b"", sql.encode()), self._cancel)  # it may wait for a lock
            for answer in (prepared, found := low.describe_prepared(b"")):
                if answer.status != ExecStatus.COMMAND_OK:
                    raise psycopg.errors.error_from_result(answer)
            described = [
                ((found.fname(at) or b"").decode(), found.ftype(at), found.fmod(at)) for at in range(found.nfields)
            ]
            types = self.rows(
                "SELECT format_type(a.oid, a.modifier), t.typcategory::text "
                "FROM unnest(?::oid[], ?::int[]) WITH ORDINALITY AS a (oid, modifier, at) "
                "JOIN pg_type AS t ON t.oid = a.oid ORDER BY a.at",
                ([oid for _, oid, _ in described], [modifier for _, _, modifier in described]),
            )
        return [Column(*one, *type_) for one, type_ in zip(described, types, strict=True)]

    def _batches(self, sql: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._told(connecting=True):
            connection = adbc.connect(self._target, autocommit=True)
        with closing(connection), connection.cursor() as cursor:
            with self._told():
                for name, value in _SESSION:
                    cursor.execute(f"SET {name} = {self.dialect.literal(value)}")
                cursor.execute("BEGIN READ ONLY")
                interruptible(lambda: cursor.execute(sql), cursor.adbc_cancel)
                rows = cursor.fetch_record_batch()
            while True:
                with self._told():
                    batch = next(rows, None)
                if batch is None:
                    return
                columns = [received(array, field, self.name) for array, field in zip(batch, schema, strict=True)]
                yield pa.record_batch(columns, schema=schema)

    @contextmanager
    def _told(self, *, connecting: bool = False) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, adbc_driver_manager.Error, pa.ArrowException, OSError) as error:
            raise refused(error, self.name, connecting=connecting) from None


def _alias(at: int) -> str:
    return f"c{at}"


def _from(sql: str, columns: Sequence[Column]) -> str:
    """A query as a table whose columns have names that are each one's own; it may end in a comment."""
    return f"({sql}\n) AS t ({', '.join(_alias(at) for at in range(len(columns)))})"


def _numbered(sql: str) -> str:
    """PostgreSQL numbers its parameters: each ``?`` outside a quoted text or name becomes $1, $2, ..."""
    count = 0

    def one(found: re.Match[str]) -> str:
        nonlocal count
        if not found[1]:
            return found[0]
        count += 1
        return f"${count}"

    return _PLACEHOLDER.sub(one, sql)
