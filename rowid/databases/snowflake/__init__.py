"""Snowflake: its connections, its types, its errors, and what it would make of a table before anything is sent."""

from collections.abc import Callable, Mapping
from typing import Any

from rowid.databases.address import Address
from rowid.databases.snowflake.auth import METHODS, Login, Method, from_environment, login
from rowid.databases.snowflake.compatibility import findings
from rowid.databases.snowflake.database import Snowflake, place
from rowid.databases.snowflake.dialect import SnowflakeDialect
from rowid.databases.snowflake.manager import ConnectionManager, Health, Limits, Managers
from rowid.errors import UsageError

__all__ = [
    "ENVIRONMENT",
    "METHODS",
    "SESSION",
    "ConnectionManager",
    "Health",
    "Limits",
    "Login",
    "Method",
    "Snowflake",
    "SnowflakeDialect",
    "adopt",
    "findings",
    "login",
    "manager",
    "place",
]

ENVIRONMENT = "env"
"""The connection whose parameters are in the environment; a URI without a name means it too."""
SESSION = "session"
"""The connection of the session that is active inside Snowflake."""

_managers = Managers()


def adopt(name: str, connect: Callable[[], Any]) -> ConnectionManager:
    """Makes a ready connection reachable as ``snowflake://name``; it stays its owner's, and is never closed.

    Args:
        name: what to call it in URIs.
        connect: gives the connector's connection, for example ``lambda: st.connection("snowflake").raw_connection``.
    """
    return _managers.adopt(name, connect)


def manager(address: Address, parameters: Callable[[], Mapping[str, Any]]) -> ConnectionManager:
    """The one manager in this process of the connection that an address names.

    Args:
        address: of the scheme ``snowflake``.
        parameters: gives the connection's parameters, asked for unless it is an adopted one, ``env`` or ``session``.

    Raises:
        UsageError: the address holds a user, or a parameter is missing.
    """
    if "@" in address.url.partition("//")[2].partition("/")[0]:
        hint = "Give its parameters in connections.toml, and write snowflake://CONNECTION/DB/SCHEMA/TABLE."
        raise UsageError("a user or a password does not belong in it", where=f"snowflake://{address.host}", hint=hint)
    name = address.host
    if adopted := _managers.adopted(name):
        return adopted
    if name == SESSION:
        return adopt(SESSION, _active_session)
    if name in {"", ENVIRONMENT}:
        return _managers.of(ENVIRONMENT, login(ENVIRONMENT, from_environment()))
    return _managers.of(name, login(name, parameters()))


def _active_session() -> Any:
    absent: tuple[type[Exception], ...] = (ImportError,)
    try:
        from snowflake.snowpark.context import get_active_session
        from snowflake.snowpark.exceptions import SnowparkClientException

        absent = (SnowparkClientException,)
        return get_active_session().connection
    except absent:
        hint = "This name works inside Snowflake alone; elsewhere name a connection."
        raise UsageError("there is no active session", where="snowflake://session", hint=hint) from None
