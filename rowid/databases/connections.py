"""Connections that have a name, from TOML files: whoever uses one needs to know neither its address nor its password.

    [crm]                                     # connection://crm?table=customers
    url = "postgresql://reader@db.example.com/crm"
    password_env = "CRM_PASSWORD"             # the variable that holds the password
    write = true                              # the web app's visitors may write through it; else they may only read

    [sales]                                   # snowflake://sales/DB/SCHEMA/TABLE
    account = "org-account"                   # and whatever else Snowflake's connector takes
    user = "READER"

Snowflake's own files, ``connections.toml`` and the ``connections`` of ``config.toml``, have the second form.
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from rowid.databases.address import Address
from rowid.databases.names import TableName
from rowid.errors import UsageError
from rowid.private import require_private


@dataclass(frozen=True, slots=True)
class Connection:
    """A named connection. ``url`` or, for Snowflake, ``parameters`` say how to connect; they are never shown.

    ``writable`` is for the web app: whoever uses the command line may do what the file's owner may.
    """

    name: str
    adapter: str
    file: Path
    url: str = field(default="", repr=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    writable: bool = False

    def address(self, meant: Address) -> Address:
        """The address of what ``meant`` (of the scheme ``connection``) names, as it is reached through this one."""
        if self.adapter == "snowflake":
            return replace(meant, adapter="snowflake", url=f"snowflake://{quote(self.name, safe='')}")
        return replace(meant, adapter=self.adapter, url=self.url)

    def uri(self, table: TableName | None = None, query: str = "") -> str:
        """The URI of a table, or of a query, that is reached through this connection: it holds no secret."""
        meant = {"table": str(table)} if table else {"query": query} if query else {}
        return f"connection://{quote(self.name, safe='')}{'?' if meant else ''}{urlencode(meant, quote_via=quote)}"


def snowflake_files(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where Snowflake's own tools keep connections, in the order in which they look."""
    home = env.get("SNOWFLAKE_HOME") or (env.get("HOME") and f"{env['HOME']}/.snowflake") or ""
    folder = Path(home).expanduser()
    return (folder / "connections.toml", folder / "config.toml") if home else ()


def read_connections(files: Iterable[Path], env: Mapping[str, str] | None = None) -> dict[str, Connection]:
    """The connections that the files name, by name; what an earlier file names stands. A missing file names none.

    Raises:
        UsageError: a file can be read by others, is no TOML, or a connection in it cannot be understood. Names the
            file and the connection, never a value.
    """
    env = os.environ if env is None else env
    found: dict[str, Connection] = {}
    for file in files:
        for name, given in _read(file).items():
            if name not in found:
                found[name] = _connection(name, given, file, env)
    return found


def _read(file: Path) -> Mapping[str, Any]:
    try:
        require_private(file)
        with file.open("rb") as opened:
            read = tomllib.load(opened)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"it cannot be read: {(error.strerror or 'unknown').lower()}", where=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise UsageError("it is no TOML", where=str(file), hint="Each connection is a table: [name].") from None
    inner = read.get("connections", {}) if file.name == "config.toml" else read
    return {name: given for name, given in inner.items() if isinstance(given, dict)} if isinstance(inner, dict) else {}


def _connection(name: str, given: Mapping[str, Any], file: Path, env: Mapping[str, str]) -> Connection:
    where, writable = f"{file}, connection {name!r}", given.get("write", False)
    if not isinstance(writable, bool):
        raise UsageError("its write is neither true nor false", where=where)
    if "url" not in given:
        parameters = {key: value for key, value in given.items() if key != "write"}
        return Connection(name, "snowflake", file, parameters=parameters, writable=writable)
    url, variable = given["url"], given.get("password_env")
    if not isinstance(url, str) or not Address.names_one(url):
        raise UsageError("its url is no URI of a database", where=where)
    parsed = Address.parse(url)
    if parsed.table or parsed.query or parsed.adapter == "connection":
        raise UsageError("its url names a table, a query or a connection", where=where, hint="Name the database alone.")
    if variable is not None:
        url = _with_password(url, env.get(str(variable), ""), f"{where}, password_env")
    if parsed.adapter == "duckdb":
        url = _confined(url)
    return Connection(name, parsed.adapter, file, url=url, writable=writable)


def _confined(url: str) -> str:
    """A DuckDB that reads no file but its own, unless its URL says otherwise: whoever uses it may write queries."""
    base, _, options = url.partition("?")
    return f"{base}?{urlencode({'enable_external_access': 'false', **dict(parse_qsl(options))})}"


def _with_password(url: str, password: str, where: str) -> str:
    if not password:
        raise UsageError("the variable that it names is not set", where=where, hint="Set it to the password.")
    split = urlsplit(url)
    user, host = (split.username or ""), split.netloc.rpartition("@")[2]
    return urlunsplit(split._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
