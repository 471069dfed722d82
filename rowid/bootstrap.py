"""What is wired to what: the one place that knows which name stands for which source, sink or observer.

Everything is imported where it is asked for: whoever reads a file does not wait for a database's driver.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rowid.errors import UsageError
from rowid.model import Loading, ReadOptions
from rowid.ports import Observer, Sink, Source
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.checks import Limits
    from rowid.databases import Address, Connection, Database
    from rowid.databases.snowflake import ConnectionManager
    from rowid.observers.ledger import Ledger
    from rowid.sources.database import DatabaseSource


def open_source(uri: str, options: ReadOptions = ReadOptions()) -> Source:  # noqa: B008  it is frozen
    """The source that ``uri`` names: a file's path, ``file://``, ``-`` for standard input, or a database's table.

    A folder of Parquet files, or a pattern like ``data/*.parquet``, is one table.

    Raises:
        UsageError: it names nothing that can be read.
        SourceError: the file cannot be read.
    """
    if _address(uri):
        return database_source(uri)
    from rowid.sources import file_source

    return file_source(_path(uri), options)


def database_source(uri: str) -> "DatabaseSource":
    """The source over the table or the query of a database that ``uri`` names.

    Raises:
        UsageError: it names none.
    """
    from rowid.databases import Address
    from rowid.sources.database import DatabaseSource

    address = _address(uri) or Address.parse(uri)
    return DatabaseSource(address, lambda: connect(address, read_only=True))


def open_database(uri: str) -> "Database":
    """The database that ``uri`` names, open to be looked at: nothing can be changed through it.

    Raises:
        UsageError: it names none, or there is no adapter for it here.
        DatabaseError: it cannot be opened.
    """
    from rowid.databases import Address

    return connect(_address(uri) or Address.parse(uri), read_only=True)


def open_sink(uri: str, *, force: bool = False, loading: Loading = Loading()) -> Sink:  # noqa: B008  it is frozen
    """The sink that ``uri`` names: a file's path, ``file://``, ``-`` for standard output, or a database's table.

    ``force`` replaces a file, or lets a table be replaced by rows of another recipe; ``loading`` says how a table is
    written. A table's connection is opened at once: close the sink, or commit or abort its load.

    Raises:
        UsageError: it names nothing that can be written, or not like that.
        SinkError: the file cannot be written, or the table exists and ``loading`` does not say what to do with it.
        DatabaseError: the database cannot be opened.
    """
    if address := _address(uri):
        from rowid.sinks.database import DatabaseSink

        return DatabaseSink(address, lambda: connect(address), loading, force=force)
    if loading != Loading():
        hint = "Leave it out; force replaces a file."
        raise UsageError("how to write is said for tables of a database", where=_path(uri), hint=hint)
    from rowid.sinks import file_sink

    return file_sink(_path(uri), force=force)


def difference_sql(before: str, after: str, id_column: str, exclude: Sequence[str] = ()) -> str:
    """The SQL that finds what changed between two tables of one database by their ID columns.

    Raises:
        UsageError: they are not tables of the same database.
        SourceError: there is no such table.
        ColumnError: a table has no such ID column.
    """
    from rowid.databases import difference_sql

    one, other = _address(before), _address(after)
    if not (one and other and one.table and other.table and one.url == other.url):
        hint = "Name two tables at one address, such as duckdb:///file.duckdb?table=t."
        raise UsageError("SQL compares two tables of one database", hint=hint)
    database = connect(one, read_only=True)
    try:
        return difference_sql(database, one, other, id_column, exclude)
    finally:
        database.close()


def connect(address: "Address", *, read_only: bool = False) -> "Database":
    """Opens the database at ``address``; ``read_only``: nothing can be changed through it.

    Raises:
        UsageError: there is no adapter for it here.
        DatabaseError: it cannot be opened.
    """
    if address.adapter == "duckdb":
        with _needed("duckdb", "duckdb"):
            from rowid.databases.duckdb import DuckDB

            return DuckDB(address, read_only=read_only)
    if address.adapter == "postgresql":
        with _needed("psycopg", "postgresql"), _needed("adbc_driver_postgresql", "postgresql"):
            from rowid.databases.postgresql import PostgreSQL

            return PostgreSQL(address, read_only=read_only)
    if address.adapter == "sqlite":
        from rowid.databases.sqlite import SQLite

        return SQLite(address, read_only=read_only)
    if address.adapter == "sqlalchemy":
        with _needed("sqlalchemy", "sqlalchemy"):
            from rowid.databases.generic import Generic

            return Generic(address, read_only=read_only)
    if address.adapter == "snowflake":
        with _needed("snowflake", "snowflake"):
            from rowid.databases import snowflake

            return snowflake.Snowflake(address, snowflake_manager(address), read_only=read_only)
    raise UsageError("there is no adapter for it here", where=address.shown)


def snowflake_manager(address: "Address") -> "ConnectionManager":
    """The manager, one for each name in a process, of the connection to Snowflake that the address names.

    Raises:
        UsageError: there is no such connection, or a parameter of it is missing.
    """
    from rowid.databases import snowflake

    def parameters() -> "Mapping[str, Any]":
        named = named_connection(address)
        if named.adapter != "snowflake":
            raise UsageError("it is no connection to Snowflake", where=address.shown)
        return named.parameters

    return snowflake.manager(address, parameters)


def connections(settings: Settings | None = None) -> "Mapping[str, Connection]":
    """The connections that have a name in this installation, from its own file and from Snowflake's.

    Raises:
        UsageError: a file of them is open to others, or cannot be understood.
    """
    from rowid import databases

    settings = settings or Settings.load()
    return databases.read_connections((settings.connections, *databases.snowflake_files(os.environ)))


def named_connection(address: "Address") -> "Connection":
    """The connection that the address names in the place of a host.

    Raises:
        UsageError: there is none of that name.
    """
    known = connections()
    name = address.host
    if name not in known:
        near = get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known) or 'none'}."
        raise UsageError("there is no connection of this name", where=address.shown, hint=hint)
    return known[name]


@contextmanager
def _needed(package: str, extra: str) -> Iterator[None]:
    """Turns a driver that is not installed into what to do about it."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] != package.partition(".")[0]:
            raise
        raise UsageError(
            f"{package} is not installed", where=extra, hint=f"Install it: pip install 'rowid[{extra}]'."
        ) from None


def observers(settings: Settings) -> tuple[Observer, ...]:
    """Who listens to every run of this installation: the log and the ledger."""
    return (log(settings), ledger(settings))


def log(settings: Settings) -> Observer:
    """The log of this installation's runs."""
    from rowid.observers.log import Log

    return Log(settings.log_format, settings.log_level)


def limits(settings: Settings) -> "Limits":
    """What counting may use in this installation."""
    from rowid.checks import Limits

    return Limits(memory=None if settings.memory_mb is None else settings.memory_mb * 2**20)


def ledger(settings: Settings) -> "Ledger":
    """The ledger of this installation's runs."""
    from rowid.observers.ledger import Ledger

    return Ledger(settings.state_dir / "runs.sqlite3")


def metrics(settings: Settings, accept: str = "", jobs: Callable[[], int] | None = None) -> tuple[bytes, str]:
    """What this installation's runs came to, for Prometheus, and the content type of it.

    See ``rowid.observers.metrics.exposition``.

    Raises:
        UsageError: prometheus_client is not installed.
        SourceError: the ledger cannot be read.
    """
    with _needed("prometheus_client", "metrics"):
        from rowid.observers.metrics import exposition
    return exposition(ledger(settings), accept, jobs=jobs)


def _address(uri: str) -> "Address | None":
    """The address in a database that ``uri`` names; None where it names a file."""
    if "://" not in uri or uri.lower().startswith("file://"):
        return None
    from rowid.databases import Address

    if not Address.names_one(uri):
        return None
    address = Address.parse(uri)
    return named_connection(address).address(address) if address.adapter == "connection" else address


def _path(uri: str) -> str:
    if not uri.lower().startswith("file://"):
        return uri
    from urllib.request import url2pathname  # which brings HTTP with it

    return url2pathname(urlsplit(uri).path)
