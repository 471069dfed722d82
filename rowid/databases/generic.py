"""Whatever else SQLAlchemy speaks. Types are those of the values: a query is read once to learn them.

The server is not told that someone only reads; but a query has to be one SELECT, and nothing is ever committed.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import exc

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.files import require_file
from rowid.databases.generic_types import GenericDialect, array, arrow_type, plain, sql_type
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn
from rowid.errors import DatabaseError, SourceError, UsageError
from rowid.objects import ObjectGuess
from rowid.stream import reader

_ROWS = 8192
_PACKAGES = {"MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}
_HIDDEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_PLACEHOLDER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(\?)""")
_COLON = re.compile(r"(?<!:):(?=\w)")
_SIGNS: Mapping[str, tuple[str, str, str]] = {
    r"password|authentic|access denied for user|login failed": (
        "authentication",
        "the login was refused",
        "Check user and password.",
    ),
    r"denied|privilege|readonly|read-only": ("permission", "this user may not do that", "Ask for the privilege."),
    r"does not exist|doesn't exist|no such|unknown (?:table|column|database)|not found|invalid object": (
        "missing",
        "a table, column or function in the query does not exist",
        "",
    ),
    r"locked|deadlock|lock wait": ("busy", "someone else holds what is needed", "Run again."),
    r"refused|timed? ?out|resolve|translate host|unreachable|can't connect|lost connection|terminat|closed": (
        "network",
        "the server cannot be reached",
        "Check host and port, and whether it runs.",
    ),
}


class Generic:
    """An open database that SQLAlchemy connects to.

    Args:
        address: which; its URI is SQLAlchemy's, without ``table`` and ``query``.
        read_only: only to read: nothing is committed.

    Raises:
        UsageError: there is no dialect or no driver for it here.
        DatabaseError: it cannot be connected to.
    """

    dialect: Dialect

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self._address, self._read_only = address, read_only
        engine = self._engine()
        if engine.dialect.name == "sqlite" and engine.url.database:
            require_file(engine.url.database, self.name, read_only=read_only)
        self.dialect = GenericDialect(engine.dialect)
        with self._told():
            self._connection = engine.connect()
        if read_only and engine.dialect.name == "postgresql":
            self._connection = self._connection.execution_options(postgresql_readonly=True)
        self._begun = False

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def tables(self) -> list[TableName]:
        """The tables and views of the default schema."""
        with self._told():
            found = sa.inspect(self._connection)
            names = [*found.get_table_names(), *found.get_view_names()]
        self._settle()
        return [TableName(name) for name in sorted(names)]

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order; None if there is no such table."""
        with self._told():
            try:
                found = sa.inspect(self._connection).get_columns(table.name, schema=table.schema or None)
            except exc.NoSuchTableError:
                return None
            finally:
                self._settle()
        return tuple(CatalogColumn(one["name"], str(one["type"]), arrow_type(one["type"])) for one in found)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        with self._told(), self._asked(sql, parameters) as answer:
            return [tuple(row) for row in answer] if answer.returns_rows else []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to."""
        with self._told(), self._asked(sql, parameters) as answer:
            return -1 if answer.returns_rows else int(answer.rowcount)

    def describe(self, sql: str) -> pa.Schema:
        """The columns of a SELECT, in types that hold all of its values; reads it once."""
        names, rows = self._rows(sql)
        guesses = [ObjectGuess() for _ in names]
        for columns in rows:
            for guess, values in zip(guesses, columns, strict=True):
                guess.add(values)
        return pa.schema([(name, guess.type) for name, guess in zip(names, guesses, strict=True)])

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come."""
        return self.deliver(sql, self.describe(sql))

    def deliver(self, sql: str, schema: pa.Schema) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come, in the types that ``describe`` found for it."""
        return reader(schema, self._batches(sql, schema))

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table, by the driver's executemany."""
        columns = [sa.column(field.name, sql_type(field.type)) for field in rows.schema]
        into = sa.table(table.name, *columns, schema=table.schema or None)
        keys = [f"p{at}" for at in range(len(columns))]  # a column may be called like anything
        values = sa.insert(into).values(dict(zip(rows.schema.names, map(sa.bindparam, keys), strict=True)))
        given = [
            dict(zip(keys, row, strict=True)) for row in zip(*(one.to_pylist() for one in rows.columns), strict=True)
        ]
        with self._told(), self._settled():
            self._connection.execute(values, given)

    def begin(self) -> None:
        """Starts a transaction."""
        self._settle()
        self._begun = True

    def commit(self) -> None:
        """Makes it stand."""
        with self._told():
            self._connection.commit()
        self._begun = False

    def rollback(self) -> None:
        """Takes it back; harmless without one."""
        self._begun = False
        if not self._connection.closed and self._connection.in_transaction():
            with self._told():
                self._connection.rollback()

    def close(self) -> None:
        """Closes it."""
        self._connection.close()
        self._connection.engine.dispose()

    def _engine(self) -> sa.Engine:
        try:
            return sa.create_engine(self._address.url, poolclass=sa.NullPool)
        except exc.NoSuchModuleError:
            scheme = self._address.shown.partition(":")[0]
            hint = "Check it, or install the package that brings it to SQLAlchemy."
            raise UsageError(f"SQLAlchemy does not speak {scheme}", where=self.name, hint=hint) from None
        except ModuleNotFoundError as error:
            module = (error.name or "").partition(".")[0]
            hint = f"Install it: pip install {_PACKAGES.get(module, module)}."
            raise UsageError(f"its driver {module} is not installed", where=self.name, hint=hint) from None
        except (exc.ArgumentError, ValueError):
            hint = "Percent-encode what is special in a name or a password."
            raise UsageError("SQLAlchemy cannot read this URI", where=self.name, hint=hint) from None

    @contextmanager
    def _asked(self, sql: str, parameters: Sequence[Any]) -> Iterator[sa.CursorResult[Any]]:
        given = {f"p{at}": value for at, value in enumerate(parameters)}
        with self._settled():
            yield self._connection.execute(sa.text(_named(sql, bound=bool(given))), given)

    @contextmanager
    def _settled(self) -> Iterator[None]:
        """Makes one statement stand outside ``begin`` and ``commit``, or leaves nothing of one that fails."""
        try:
            yield
        except BaseException:
            self._settle()
            raise
        self._settle(keep=not self._read_only)

    def _settle(self, *, keep: bool = False) -> None:
        """Ends what SQLAlchemy began by itself: a statement outside ``begin`` and ``commit`` stands for itself."""
        if not self._begun and self._connection.in_transaction():
            if keep:
                self._connection.commit()
            else:
                self._connection.rollback()

    def _rows(self, sql: str) -> tuple[list[str], Iterator[list[list[Any]]]]:
        """The names of a query's columns, and their values, some rows at a time."""
        shown = _HIDDEN.sub(" ", sql)
        if ";" in shown or not re.match(r"[\s(]*(?:select|with|values|table)\b", shown, re.IGNORECASE):
            raise DatabaseError("it is not one query", kind="statement", where=self.name, hint="Give one SELECT.")
        within = f"SELECT * FROM ({_named(sql, bound=False)}\n) t"  # noqa: S608  where nothing that writes may stand
        with self._told():
            answer = self._connection.execution_options(yield_per=_ROWS).execute(sa.text(within))
        return list(answer.keys()), self._fetched(answer)

    def _fetched(self, answer: sa.CursorResult[Any]) -> Iterator[list[list[Any]]]:
        try:
            while True:
                with self._told():
                    rows = answer.fetchmany(_ROWS)
                if not rows:
                    return
                yield [list(map(plain, values)) for values in zip(*rows, strict=True)]
        finally:
            answer.close()
            self._connection.execution_options(yield_per=None)
            self._settle()

    def _batches(self, sql: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        _, rows = self._rows(sql)
        for columns in rows:
            try:
                yield pa.record_batch(
                    [array(one, field) for one, field in zip(columns, schema, strict=True)], schema=schema
                )
            except (pa.ArrowException, ValueError, OverflowError):
                what, hint = "its values changed while it was being read", "Run again."
                raise SourceError(what, where=self.name, hint=hint) from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", exc.SAWarning)  # a type that it does not know is delivered as text
                yield
        except (exc.SQLAlchemyError, OSError) as error:
            text = str(getattr(error, "orig", None) or error)
            told = next((told for signs, told in _SIGNS.items() if re.search(signs, text, re.IGNORECASE)), None)
            kind, what, hint = told or ("statement", "the database could not do it", "")
            raise DatabaseError(what, kind=kind, where=self.name, hint=hint, detail=text) from None


def _named(sql: str, *, bound: bool) -> str:
    """SQL as SQLAlchemy's ``text`` takes it: a colon is a colon, and where some are ``bound``, ? is a parameter."""
    count = 0

    def one(found: re.Match[str]) -> str:
        nonlocal count
        if not found[1] or not bound:
            return found[0]
        count += 1
        return f"\0p{count - 1}"

    return _COLON.sub(r"\\:", _PLACEHOLDER.sub(one, sql)).replace("\0", ":")
