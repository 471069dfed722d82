"""A session of a pool: where it is, how it is asked, and what becomes of its errors."""

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from snowflake.connector.cursor import SnowflakeCursor

from rowid.databases.names import TableName
from rowid.databases.snowflake.arrow import finer
from rowid.databases.snowflake.dialect import SnowflakeDialect
from rowid.databases.snowflake.errors import Failure, refused
from rowid.databases.snowflake.manager import ConnectionManager
from rowid.errors import DatabaseError


class Session:
    """A connection of a pool while somebody has it.

    Args:
        name: what to call it in an error.
        manager: the pool.
        database: the database that it is to be in; empty for the connection's own.
        schema: the schema that it is to be in; empty for the connection's own.
    """

    dialect = SnowflakeDialect()

    def __init__(self, name: str, manager: ConnectionManager, database: str = "", schema: str = "") -> None:
        self.name = name
        self.tag = json.dumps({"app": "rowid"})
        self._connection = manager.checkout()
        try:
            if not database and "place" in self._connection.info:
                self._connection.invalidate()  # a session that went elsewhere cannot go back to what it began with
                self._connection.close()
                self._connection = manager.checkout()
            self._go_to(database, schema)
        except BaseException:
            self.close()
            raise

    def asked(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement's answer."""
        with self.cursor(sql, parameters) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    @contextmanager
    def cursor(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[SnowflakeCursor]:
        """A cursor that has done one statement. Whatever fails while it is used is a DatabaseError."""
        with self._told(), contextlib.closing(cast(SnowflakeCursor, self._connection.cursor())) as cursor:
            more: dict[str, Any] = {"_force_qmark_paramstyle": True, "_statement_params": {"QUERY_TAG": self.tag}}
            cursor.execute(sql, tuple(parameters) or None, num_statements=1, **more)
            yield cursor

    def stage(self, beside: TableName | None) -> str:
        """The session's temporary stage, made when it is first needed; it ends with the session.

        Making it ends a transaction.
        """
        if "stage" not in self._connection.info:
            name = f"ROWID_{uuid.uuid4().hex.upper()}"
            stage = self.dialect.table(beside.beside(name) if beside else TableName(name))
            self.asked(f"CREATE TEMPORARY STAGE {stage}")
            self._connection.info["stage"] = stage
        return str(self._connection.info["stage"])

    def end(self) -> None:
        """Ends the session, and its transaction with it."""
        self._connection.invalidate()

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()

    def _go_to(self, database: str, schema: str) -> None:
        """Makes the database and the schema those of the session, which may have been somebody else's before."""
        if not database or self._connection.info.get("place") == (database, schema):
            return
        quoted = ".".join(self.dialect.quoted(part) for part in (database, schema) if part)
        self.asked(f"USE {'SCHEMA' if schema else 'DATABASE'} {quoted}")
        self._connection.info["place"] = (database, schema)

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
                self.end()
            raise error from None
