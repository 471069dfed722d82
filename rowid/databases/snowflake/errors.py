"""What went wrong at Snowflake, by the connector's numbers and SQL states: its words may change, and quote values."""

from collections.abc import Mapping

import sqlalchemy.exc
from snowflake.connector import errors

from rowid.errors import DatabaseError

Failure = (errors.Error, sqlalchemy.exc.SQLAlchemyError)
"""What the connector and the pool raise."""

TRANSIENT = frozenset({"network"})
"""The kinds that another attempt may not meet again."""

_CREDENTIALS = "Check the user and its key, token or password; it was tried once."
_PERMISSION = "Ask for a role with the privilege, and name it as role in the connection."
_MISSING = "Check its name, taken exactly as written, and that the role may use it."
_WAREHOUSE = "Name a warehouse in the connection and resume it: ALTER WAREHOUSE ... RESUME."
_NETWORK = "Check the account's name and the way to it: proxy, VPN, network policy, status.snowflake.com."

_NUMBERS: Mapping[int, tuple[str, str, str]] = {
    # the connector's own checks of a login, and the server's answers to one
    **dict.fromkeys(
        (251001, 251005, 251006, 251008, 251010, 251013, 251014, 251015, 251016, 251017, 251018, 251020, 251021),
        ("authentication", "the login is not complete, or was not finished", "See docs/snowflake.md."),
    ),
    390189: ("permission", "the role of the connection is not granted to its user", "Name another role."),
    390201: ("missing", "the connection names a database, schema, warehouse or role that is not there", _MISSING),
    390422: ("permission", "the network policy refuses this address", "Ask for this address to be allowed."),
    # the session
    **dict.fromkeys(
        (390104, 390111, 390112, 390113, 390114, 390115), ("network", "the session has ended", "Run again.")
    ),
    250002: ("network", "the connection is closed", "Connect again."),
    250001: ("network", "Snowflake cannot be reached", _NETWORK),
    90105: ("missing", "no database is chosen", "Name it: snowflake://CONNECTION/DB/SCHEMA/TABLE."),
    90106: ("missing", "no schema is chosen", "Name it: snowflake://CONNECTION/DB/SCHEMA/TABLE."),
    # statements
    8: ("statement", "it is more than one statement", "Give one."),
    606: ("suspended", "no warehouse is running for this session", _WAREHOUSE),
    607: ("suspended", "the warehouse is suspended", _WAREHOUSE),
    90064: ("suspended", "the warehouse is suspended", _WAREHOUSE),
    90073: ("suspended", "the warehouse cannot be resumed: its quota is used up", "Ask who watches the quota."),
    604: ("statement", "the statement was cancelled", ""),
    625: ("busy", "another transaction has locked the table", "Run again when it is done."),
    630: ("busy", "the statement ran into its time limit", "Use a larger warehouse, or fewer rows."),
    904: ("missing", "a column in the query does not exist", _MISSING),
    2003: ("missing", "it does not exist, or the role may not see it", _MISSING),
    2043: ("missing", "it does not exist, or the role may not see it", _MISSING),
    3001: ("permission", "the role lacks a privilege for it", _PERMISSION),
    100035: ("statement", "a value cannot be turned into its column's type", ""),
    100038: ("statement", "a value cannot be turned into its column's type", ""),
    253003: ("network", "the file could not be uploaded to the stage", _NETWORK),
}
_NO_ACCOUNT = ("missing", "there is no such account", "Check the account's name: ORGANISATION-ACCOUNT.")
_RANGES: tuple[tuple[range, tuple[str, str, str]], ...] = (
    (range(390100, 390500), ("authentication", "Snowflake refused the login", _CREDENTIALS)),
    (range(394000, 396000), ("authentication", "Snowflake refused the login", _CREDENTIALS)),
    (range(250000, 250100), ("network", "Snowflake cannot be reached", _NETWORK)),
    (range(251011, 251013), ("network", "Snowflake did not answer in time", _NETWORK)),
    (range(290000, 290600), ("network", "Snowflake cannot be reached", _NETWORK)),
    (range(252010, 252014), ("network", "a part of the result could not be fetched", _NETWORK)),
)
_STATES: Mapping[str, tuple[str, str, str]] = {
    "28000": ("authentication", "Snowflake refused the login", _CREDENTIALS),
    "42501": ("permission", "the role lacks a privilege for it", _PERMISSION),
    "42S02": ("missing", "it does not exist, or the role may not see it", _MISSING),
    "02000": ("missing", "it does not exist, or the role may not see it", _MISSING),
    "57P03": ("suspended", "no warehouse is running for this session", _WAREHOUSE),
    "22018": ("statement", "a value cannot be turned into its column's type", ""),
    "0A000": ("statement", "Snowflake cannot do this", ""),
}


def refused(error: BaseException, where: str, *, connecting: bool = False) -> DatabaseError:
    """The error in our words; Snowflake's own are in ``detail``, for who may see the data.

    Args:
        error: what the connector or the pool raised.
        where: the connection or the address.
        connecting: a login was asked for: what is not found then is the account.
    """
    if isinstance(error, sqlalchemy.exc.TimeoutError):
        what = "all connections of the pool are in use"
        return DatabaseError(what, kind="busy", where=where, hint="Wait, or run fewer at a time.")
    cause = getattr(error, "orig", None) or error
    kind, what, hint = _NO_ACCOUNT if connecting and _is_no_account(cause) else _told(cause)
    return DatabaseError(what, kind=kind, where=where, hint=hint, detail=str(cause))


def _is_no_account(error: BaseException) -> bool:
    return isinstance(error, errors.ForbiddenError) or getattr(error, "errno", 0) in {290403, 290404}


def _told(error: BaseException) -> tuple[str, str, str]:
    number = int(getattr(error, "errno", 0) or 0)
    if isinstance(error, errors.InternalServerError):
        number = 290500  # the connector adds to it what it has added before
    found = _NUMBERS.get(number) or _STATES.get(str(getattr(error, "sqlstate", "")))
    if found is None:
        found = next((told for numbers, told in _RANGES if number in numbers), None)
    if found is None and isinstance(error, errors.OperationalError | errors.InterfaceError):
        found = ("network", "Snowflake cannot be reached", _NETWORK)
    return found or ("statement", "Snowflake could not do it", "")
