"""Connections to Snowflake: a pool of them for each name, tested before use, tried again where that can help."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import snowflake.connector
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect
from sqlalchemy.pool import Pool, PoolProxiedConnection, QueuePool, StaticPool

from rowid.databases.snowflake.auth import Login
from rowid.databases.snowflake.errors import TRANSIENT, Failure, refused
from rowid.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a pool may do.

    Args:
        size: connections that stay open.
        overflow: connections beyond those, closed when they are given back.
        recycle: seconds after which a connection is made anew; a session of Snowflake ends after four hours.
        wait: seconds to wait for a free connection.
        attempts: how often to try, the first time included, where the failure is one that passes.
        pause: seconds of the longest pause before the second attempt; it doubles from there.
    """

    size: int = 4
    overflow: int = 4
    recycle: int = 3600
    wait: float = 30.0
    attempts: int = 4
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a connection works: ``latency`` in seconds, the error in our words, and the last one that there was."""

    name: str
    ok: bool
    latency: float | None
    error: str
    kind: str
    last_error: str
    last_error_at: datetime | None
    in_use: int


class ConnectionManager:
    """The connections of one name.

    Args:
        name: the connection's name.
        connect: makes one of the connector's connections.
        limits: what the pool may do.
        ready: ``connect`` always gives the same connection, which belongs to someone else: it is never closed, and a
            transaction of its owner is not taken back.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Any],
        limits: Limits = Limits(),
        *,
        ready: bool = False,
    ) -> None:
        self.name, self._limits = name, limits
        self._last: tuple[DatabaseError, datetime] | None = None
        self._pool = _pool(connect, limits, ready=ready)

    @classmethod
    def of(cls, name: str, login: Login, limits: Limits = Limits()) -> "ConnectionManager":
        """The connections of a checked login."""
        return cls(name, lambda: snowflake.connector.connect(**deepcopy(dict(login.arguments))), limits)  # it adds some

    def __repr__(self) -> str:
        return f"ConnectionManager({self.name!r})"

    def checkout(self) -> PoolProxiedConnection:
        """A connection that works; closing it gives it back.

        Raises:
            DatabaseError: there is none. What passes was tried again; a refused login was not.
        """
        return self._tried(self._limits.attempts)

    def health(self) -> Health:
        """Asks Snowflake for nothing, once, and tells how long that took."""
        started, error = time.perf_counter(), None
        try:
            connection = self._tried(1)
            try:
                connection.cursor().execute("SELECT 1").fetchall()
            except Failure as failure:
                connection.invalidate()
                raise self._noted(failure) from None
            finally:
                connection.close()
        except DatabaseError as told:
            error = told
        latency = time.perf_counter() - started
        last, at = self._last or (None, None)
        return Health(
            self.name,
            error is None,
            None if error else latency,
            str(error or ""),
            error.kind if error else "",
            str(last or ""),
            at,
            getattr(self._pool, "checkedout", lambda: 0)(),
        )

    def close(self) -> None:
        """Closes the connections that nobody uses."""
        self._pool.dispose()

    def _tried(self, attempts: int) -> PoolProxiedConnection:
        for attempt in range(attempts):
            if attempt:
                time.sleep(random.uniform(0, self._limits.pause * 2 ** (attempt - 1)))  # noqa: S311  it is no secret
            try:
                return self._pool.connect()
            except Failure as failure:
                error = self._noted(failure)
                if error.kind not in TRANSIENT:
                    break
        raise error from None

    def _noted(self, failure: BaseException) -> DatabaseError:
        error = refused(failure, f"snowflake://{self.name}", connecting=True)
        self._last = error, datetime.now(UTC)
        return error


class _Dialect(SnowflakeDialect):
    """What the pool knows of Snowflake, and which errors mean that a connection is dead, for which it has no answer."""

    supports_statement_cache = True

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """Whether another connection may do better."""
        return refused(e, "").kind == "network"


def _pool(connect: Callable[[], Any], limits: Limits, *, ready: bool) -> Pool:
    dialect = _Dialect(dbapi=snowflake.connector)
    if ready:
        return StaticPool(connect, dialect=dialect, reset_on_return=None)
    return QueuePool(
        connect,
        dialect=dialect,
        pre_ping=True,
        pool_size=limits.size,
        max_overflow=limits.overflow,
        recycle=limits.recycle,
        timeout=limits.wait,
        reset_on_return=None,  # whoever begins a transaction ends it: nothing is asked of Snowflake for the others
    )


class Managers:
    """The managers of a process, one for each name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Mapping[str, Any], ConnectionManager]] = {}

    def of(self, name: str, login: Login) -> ConnectionManager:
        """The manager of a name; a new one if its login is another than before."""
        with self._lock:
            before = self._kept.get(name)
            if before and before[0] == login.arguments:
                return before[1]
            if before:
                before[1].close()
            manager = ConnectionManager.of(name, login)
            self._kept[name] = login.arguments, manager
            return manager

    def adopt(self, name: str, connect: Callable[[], Any]) -> ConnectionManager:
        """A manager for one ready connection, which stays its owner's."""
        with self._lock:
            manager = ConnectionManager(name, connect, ready=True)
            self._kept[name] = {}, manager
            return manager

    def adopted(self, name: str) -> ConnectionManager | None:
        """The manager of an adopted connection of this name."""
        arguments, manager = self._kept.get(name, (None, None))
        return None if arguments else manager
