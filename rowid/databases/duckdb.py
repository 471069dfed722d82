"""DuckDB: a file, or a database in memory from which files can be queried."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import duckdb
import pyarrow as pa

from rowid.databases.address import Address
from rowid.databases.dialect import Dialect
from rowid.databases.files import require_file
from rowid.databases.interruptible import interruptible
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn
from rowid.errors import DatabaseError
from rowid.stream import reader

_ROWS = 65_536
_MOST_DIGITS = 38
_KINDS: Mapping[type[Exception], tuple[str, str, str]] = {
    duckdb.CatalogException: ("missing", "a table, column or function in the query does not exist", ""),
    duckdb.BinderException: ("missing", "a table, column or function in the query does not exist", ""),
    duckdb.ParserException: ("statement", "the query is no SQL that DuckDB reads", "Give one SELECT."),
    duckdb.PermissionException: ("permission", "DuckDB may not do this here", "It reads its own file alone."),
    duckdb.OutOfMemoryException: ("full", "DuckDB ran out of memory", "Give it more, or fewer rows at a time."),
    duckdb.ConstraintException: ("statement", "a constraint of the table refused the rows", "Nothing was changed."),
    duckdb.ConversionException: ("statement", "a value cannot be turned into its column's type", ""),
    duckdb.TransactionException: ("busy", "someone else changed the same rows", "Run again."),
}


class DuckDBDialect(Dialect):
    """DuckDB's words."""

    name: ClassVar[str] = "duckdb"
    folds_case: ClassVar[bool] = True
    _TYPES: ClassVar[Mapping[pa.DataType, str]] = {
        pa.null(): "VARCHAR", pa.bool_(): "BOOLEAN",
        pa.int8(): "TINYINT", pa.int16(): "SMALLINT", pa.int32(): "INTEGER", pa.int64(): "BIGINT",
        pa.uint8(): "UTINYINT", pa.uint16(): "USMALLINT", pa.uint32(): "UINTEGER", pa.uint64(): "UBIGINT",
        pa.float16(): "FLOAT", pa.float32(): "FLOAT", pa.float64(): "DOUBLE",
        pa.date32(): "DATE", pa.date64(): "DATE",
        pa.time32("s"): "TIME", pa.time32("ms"): "TIME", pa.time64("us"): "TIME", pa.time64("ns"): "TIME_NS",
        pa.timestamp("s"): "TIMESTAMP", pa.timestamp("ms"): "TIMESTAMP", pa.timestamp("us"): "TIMESTAMP",
        pa.timestamp("ns"): "TIMESTAMP_NS",
    }  # fmt: skip

    def type_of(self, type_: pa.DataType) -> str:
        """The column type in which values of an Arrow type are kept without loss."""
        if type_ in self._TYPES:
            return self._TYPES[type_]
        if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
            return "VARCHAR"
        if pa.types.is_decimal(type_) and type_.precision <= _MOST_DIGITS and 0 <= type_.scale <= type_.precision:
            return f"DECIMAL({type_.precision}, {type_.scale})"
        if pa.types.is_timestamp(type_) and type_.tz and type_.unit != "ns":
            return "TIMESTAMPTZ"
        if pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
            return "BLOB"
        return super().type_of(type_)

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """See ``Dialect.checksums``."""
        if form == "int64":
            return f"sum({column}::HUGEINT)", f"sum({column} % 1000000007)"
        text = {"binary": f"lower(hex({column}))", "uuid": f"replace({column}, '-', '')"}.get(form, column)
        return tuple(f"sum(('0x' || {side}({text}, 15))::BIGINT)" for side in ("left", "right"))  # type: ignore[return-value]


class DuckDB:
    """An open DuckDB database.

    Args:
        address: which; without a path, one in memory. The parameters of its URL are DuckDB's options.
        read_only: only to read. A file that does not exist is made otherwise.

    Raises:
        DatabaseError: it cannot be opened.
    """

    dialect: Dialect = DuckDBDialect()

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self._address = address
        path = address.path or ":memory:"
        if path != ":memory:":
            require_file(path, address.shown, read_only=read_only)
        options: dict[str, Any] = dict(parse_qsl(urlsplit(address.url).query))
        with self._told():
            try:
                self._connection = duckdb.connect(path, read_only=read_only and path != ":memory:", config=options)
            except duckdb.ConnectionException:  # this process writes to the same file: it is the same database then
                self._connection = duckdb.connect(path, config=options)
        self._open = True
        self.rows("SET python_enable_replacements = false")  # the name of a table is no variable of a program

    @property
    def name(self) -> str:
        """What to call it in a log."""
        return self._address.shown

    def tables(self) -> list[TableName]:
        """The tables and views."""
        found = self.rows(
            "SELECT table_name, table_schema FROM information_schema.tables WHERE table_catalog = current_database() "
            "ORDER BY 2, 1"
        )
        return [TableName(name, "" if schema == "main" else schema) for name, schema in found]

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order; None if there is no such table."""
        declared = self.rows(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND schema_name = ? "
            "AND database_name = coalesce(nullif(?, ''), current_database()) ORDER BY column_index",
            (table.name, table.schema or "main", table.catalog),
        )
        if not declared:
            return None
        with self._told():
            schema = self._connection.sql(f"SELECT * FROM {self.dialect.table(table)} LIMIT 0").to_arrow_table().schema  # noqa: S608
        return tuple(CatalogColumn(name, kind, schema.field(at).type) for at, (name, kind) in enumerate(declared))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        with self._told():
            return interruptible(
                lambda: self._connection.execute(sql, list(parameters)).fetchall(), self._connection.interrupt
            )

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to."""
        answer = self.rows(sql, parameters)
        counted = len(answer) == 1 and len(answer[0]) == 1 and isinstance(answer[0][0], int)
        return int(answer[0][0]) if counted else -1

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come."""
        with self._told():
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
                hint = "Give one SELECT."
                raise DatabaseError("it is not one query", kind="statement", where=self.name, hint=hint)
            found = self._connection.sql(sql)
            answer = found.to_arrow_reader(_ROWS)
        return reader(answer.schema, self._batches(answer))

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table."""
        names = ", ".join(map(self.dialect.quoted, rows.schema.names))
        with self._told():
            self._connection.register("_rowid_rows", pa.Table.from_batches([rows]))
            try:
                self._connection.execute(
                    f"INSERT INTO {self.dialect.table(table)} ({names}) SELECT {names} FROM _rowid_rows"  # noqa: S608
                ).fetchall()
            finally:
                self._connection.unregister("_rowid_rows")

    def begin(self) -> None:
        """Starts a transaction."""
        self.rows("BEGIN TRANSACTION")

    def commit(self) -> None:
        """Makes it stand."""
        self.rows("COMMIT")

    def rollback(self) -> None:
        """Takes it back; harmless without one."""
        if self._open:
            try:
                self._connection.rollback()
            except duckdb.Error:
                return  # there is no transaction

    def close(self) -> None:
        """Closes it."""
        if self._open:
            self.rollback()
            self._open = False
            self._connection.close()

    def _batches(self, answer: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        while True:
            with self._told():
                batch = next(answer, None)
            if batch is None:
                return
            yield batch

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError:
            raise
        except (duckdb.Error, OSError, pa.ArrowException, RuntimeError) as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> DatabaseError:
        text = str(error)
        kind, what, hint = next(
            (told for class_, told in _KINDS.items() if isinstance(error, class_)),
            ("statement", "DuckDB could not do it", ""),
        )
        if "lock on file" in text:
            kind, what, hint = "busy", "another process has the database open", "Close it there, then run again."
        elif "different configuration" in text:
            kind, what, hint = "busy", "this process has the database open in another way", "Run again in a moment."
        elif "not a valid DuckDB database" in text:
            kind, what, hint = "missing", "the file is no DuckDB database", "Check the path."
        elif "No space left" in text:
            kind, what, hint = "full", "the disk is full", "Make room; nothing was changed."
        elif "ermission denied" in text:
            kind, what, hint = "permission", "you may not open this file", "Ask its owner."
        elif "read-only" in text:
            kind, what, hint = "permission", "the database is open for reading alone", ""
        return DatabaseError(what, kind=kind, where=self.name, hint=hint, detail=text)
