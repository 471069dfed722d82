"""A table of a database as a sink."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from rowid.databases import Address, Database
from rowid.errors import DatabaseError, SinkError, UsageError
from rowid.model import Loading
from rowid.sinks.load import DatabaseLoad, Target
from rowid.sinks.recorded import NAME

_FILES = ("duckdb", "sqlite")


class DatabaseSink:
    """Writes rows into the table at ``address``, which is made if there is none. Good for one load.

    Its connection is opened at once, before that of a source that may read the same database.

    Args:
        address: which table.
        connect: opens a connection.
        loading: how the table is to be written.
        force: whether ``replace`` may write by another recipe than the table's IDs were made by.

    Raises:
        UsageError: the address names no table, or one that is not for rows.
        SinkError: the table exists, and it was not said how to write to it.
        DatabaseError: there is no connection.
    """

    def __init__(
        self, address: Address, connect: Callable[[], Database], loading: Loading, *, force: bool = False
    ) -> None:
        table = address.table
        if table is None:
            raise UsageError("it names no table to write to", where=address.shown, hint="Put ?table=name behind it.")
        if table.name.lower() == NAME:
            raise UsageError("this table is kept for rowid itself", where=address.shown, hint="Name another one.")
        self._address, self._new_file = address, _new_file(address)
        self._database: Database | None = connect()
        try:
            self._target = Target(self._database, table, self._database.columns(table), loading, force)
            if self._target.existing is not None and loading.write is None:
                what, hint = "the table exists", "Say how to write to it: append, replace or merge."
                raise SinkError(what, where=address.shown, hint=hint)
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The address, without a secret."""
        return self._address.shown

    def begin(self, schema: pa.Schema, metadata: Mapping[str, str]) -> DatabaseLoad:
        """Looks whether rows of ``schema`` fit into the table, and makes the staging table.

        Raises:
            ColumnError: they do not.
            DataError: the table's IDs were made by another recipe.
        """
        if self._database is None:
            raise SinkError("it is closed", where=self.name)
        return DatabaseLoad(self._target, schema, metadata, self.close)

    def close(self) -> None:
        """Closes the connection, and removes a database file that was made for nothing."""
        database, self._database = self._database, None
        if database is None:
            return
        try:
            for_nothing = self._new_file is not None and not database.tables()
        except DatabaseError:
            for_nothing = False
        finally:
            database.close()
        if for_nothing and self._new_file:
            for ending in ("", ".wal", "-journal", "-wal", "-shm"):
                self._new_file.with_name(self._new_file.name + ending).unlink(missing_ok=True)


def _new_file(address: Address) -> Path | None:
    """The file that connecting makes; None where there is one already, or none comes to be."""
    if address.adapter not in _FILES or address.path in ("", ":memory:"):
        return None
    path = Path(address.path)
    return None if path.exists() else path
