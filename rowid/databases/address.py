"""The URI of a table in a database: what connects, what may be shown of it, and which table or query is meant.

    duckdb:///path/file.duckdb?table=schema.t       sqlite:///path/file.db?table=t
    postgresql://user@host:5432/database?table=t    any other scheme that SQLAlchemy speaks, with ?table= or ?query=
    snowflake://CONNECTION/DATABASE/SCHEMA/TABLE    CONNECTION is a name in connections.toml
    connection://NAME?table=t                       any other connection that has a name

A name in it is percent-decoded and then taken exactly as it is written.
"""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from rowid.databases.names import TableName
from rowid.errors import UsageError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: C:// is a drive
SCHEMES = {
    "duckdb": "duckdb",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "snowflake": "snowflake",
    "connection": "connection",
}
"""The schemes that have their own adapter, and its name; every other one goes to SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a table or a query lies.

    Args:
        adapter: ``duckdb``, ``postgresql``, ``sqlite``, ``snowflake``, ``sqlalchemy``, or ``connection``: one that has
            a name and is still to be looked up.
        url: what connects, without ``table`` and ``query``; it may hold a password, so it is never shown.
        shown: the address for a human's eyes, a log and the audit trail: no password, no parameter but the table.
        table: the table that is meant; None for a query, or where only the database is named.
        query: a SELECT instead of a table. It may hold values: it is never shown.
    """

    adapter: str
    url: str = field(repr=False)
    shown: str
    table: TableName | None = None
    query: str = field(default="", repr=False)

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Reads a URI.

        Raises:
            UsageError: it names no database, or a table and a query at once. Shows nothing of it but the scheme.
        """
        found = _SCHEME.match(uri)
        if found is None:
            raise UsageError("it is no URI of a database", hint="Write for example duckdb:///file.duckdb?table=t.")
        scheme = found[1].lower()
        try:
            split = urlsplit(uri)
            _ = split.port  # raises where it is no number
        except ValueError:
            raise UsageError("it is no URI that can be read", where=f"{scheme}://", hint=_ESCAPE) from None
        if split.fragment:
            raise UsageError("the URI holds a #", where=f"{scheme}://", hint=_ESCAPE)
        given = parse_qsl(split.query, keep_blank_values=True)
        meant = {name: value for name, value in given if name in {"table", "query"}}
        if meant.get("table") and meant.get("query"):
            raise UsageError("the URI has a table and a query", where=f"{scheme}://", hint="Give one of them.")
        adapter = SCHEMES.get(scheme, "sqlalchemy")
        path, table = split.path, TableName.parse(meant["table"]) if meant.get("table") else None
        if adapter == "snowflake":
            path, table = _snowflake(split.path, table)
        rest = urlencode([(name, value) for name, value in given if name not in meant])
        host = split.netloc.rpartition("@")[2]
        user = split.username
        shown = f"{scheme}://{user + '@' if user else ''}{host}{unquote(path)}"
        return cls(
            adapter,
            f"{scheme}://{split.netloc}{path}{'?' * bool(rest)}{rest}",  # urlunsplit takes //path for a host
            f"{shown}?query" if meant.get("query") else f"{shown}?table={table}" if table else shown,
            table,
            meant.get("query", ""),
        )

    @staticmethod
    def names_one(text: str) -> bool:
        """Whether it begins like a URI; a drive's letter is no scheme."""
        return _SCHEME.match(text) is not None

    @property
    def host(self) -> str:
        """What stands where a host does, percent-decoded: the name of a connection has its capitals."""
        return unquote(urlsplit(self.url).netloc.rpartition("@")[2])

    @property
    def path(self) -> str:
        """The path of a file: what stands behind the third slash, percent-decoded."""
        return unquote(urlsplit(self.url).path)[1:]


_ESCAPE = "Percent-encode what is special in a name or a password: # is %23, @ is %40, / is %2F, ? is %3F."


def _snowflake(path: str, table: TableName | None) -> tuple[str, TableName | None]:
    """What remains of the path, and the table that it names."""
    parts = [unquote(part) for part in path.split("/") if part]
    if len(parts) > 3 or "\0" in path:
        raise UsageError("too many parts", where="snowflake://", hint="Write snowflake://CONNECTION/DB/SCHEMA/TABLE.")
    if len(parts) == 3:
        if table:
            raise UsageError("the URI names two tables", where="snowflake://", hint="Name it in the path.")
        return "/" + "/".join(path.split("/")[1:3]), TableName(parts[2], parts[1], parts[0])
    return path, table
