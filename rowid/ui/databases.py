"""What pages ask about the databases of this installation. Each answer is a job that ends in bounded time.

Which databases can be reached, the file of connections says: a visitor names a connection, never a host.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from rowid import bootstrap
from rowid.databases import Address, Connection, TableName, answer_ms
from rowid.errors import Cancelled, DatabaseError, UsageError
from rowid.settings import Settings
from rowid.ui.jobs import Job, process

HOW_TO_ALLOW = "Whoever runs this server allows writing by the line write = true under the connection's name."
HEALTH_S, ANSWER_S = 10.0, 30.0
FRESH_S = 60.0
_LOOK_S = 0.1

T = TypeVar("T")


def connections() -> Mapping[str, Connection]:
    """The connections by name. Raises UsageError if a file of them cannot be used."""
    return bootstrap.connections(Settings.load())


def require_writable(uri: str) -> None:
    """Raises UsageError unless a visitor may write to the table that the URI names."""
    name = Address.parse(uri).host
    known = connections().get(name)
    if known is None or not known.writable:
        raise UsageError("this connection is for reading alone", where=f"connection://{name}", hint=HOW_TO_ALLOW)


def health(connection: Connection) -> Job[float]:
    """Milliseconds in which the connection answers; asked again when the last answer is a minute old."""
    uri = connection.uri()
    key = ("health", connection.name)
    return _ask(key, connection, HEALTH_S, lambda: answer_ms(lambda: bootstrap.open_database(uri)))


def tables(connection: Connection) -> Job[Sequence[TableName]]:
    """The tables and views that the connection may read, sorted."""
    uri = connection.uri()

    def work() -> Sequence[TableName]:
        database = bootstrap.open_database(uri)
        try:
            return database.tables()
        finally:
            database.close()

    return _ask(("tables", connection.name), connection, ANSWER_S, work)


def first_rows(connection: Connection, uri: str, rows: int) -> Job[pa.Table]:
    """The first rows of a table or a query, at most ``rows``: for the eyes of who asks, and nowhere else."""
    key = ("first", connection.name, uri, rows)
    return _ask(key, connection, ANSWER_S, lambda: bootstrap.database_source(uri).first(rows))


def forget(connection: Connection) -> None:
    """Forgets what is known of a connection: it is asked anew."""
    process().jobs.forget_keys(("health", connection.name), ("tables", connection.name), ("first", connection.name))


def forget_tables(name: str) -> None:
    """Forgets what a connection holds, now that something was written through it."""
    process().jobs.forget_keys(("tables", name), ("first", name))


def _ask(key: tuple[object, ...], connection: Connection, seconds: float, work: Callable[[], T]) -> Job[T]:
    """The job of this key, anew if its answer is no longer fresh. A connection waits for no other one."""
    jobs, lane = process().jobs, f"{key[0]} {connection.name}"
    known = jobs.get(key)
    if known and known.ended and known.elapsed_s > FRESH_S:
        jobs.forget(known)
    return jobs.ask(key, lambda job: within(seconds, job, f"connection://{connection.name}", work), lane=lane)


def within(seconds: float, job: Job[Any], where: str, work: Callable[[], T]) -> T:
    """What ``work`` returns, if it does so in time; a driver that waits for a dead host is left to itself.

    Raises:
        DatabaseError: it did not.
        Cancelled: the job was stopped.
    """
    inner: Job[T] = Job(lambda _: work())
    threading.Thread(target=inner.run, args=(threading.Semaphore(),), name=where, daemon=True).start()
    until = time.monotonic() + seconds
    while not inner.wait(_LOOK_S):
        if job.should_stop():
            raise Cancelled("it was stopped")
        if time.monotonic() > until:
            hint = "Check that the host runs and can be reached from this server."
            raise DatabaseError(f"no answer within {seconds:.0f} s", kind="network", where=where, hint=hint)
    if inner.error is not None:
        raise inner.error
    return inner.result  # type: ignore[return-value]  # it ended without an error
