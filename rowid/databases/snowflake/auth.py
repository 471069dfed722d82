"""How to log in to Snowflake: what each method needs, checked before anything is sent, and where it comes from.

A named connection has Snowflake's own parameters, and for each of them ``NAME_env``: the variable that holds its value.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowid.errors import UsageError


@dataclass(frozen=True, slots=True)
class Method:
    """A way to log in. ``needs`` names parameters; of ``a|b`` one. ``legacy``: Snowflake is phasing it out."""

    name: str
    authenticator: str
    needs: tuple[str, ...]
    legacy: bool = False


KEY_PAIR = Method("key pair", "SNOWFLAKE_JWT", ("account", "user", "private_key_file|private_key"))
METHODS = (
    KEY_PAIR,
    Method("OAuth token", "OAUTH", ("account", "token|token_file_path")),
    Method(
        "OAuth client credentials",
        "OAUTH_CLIENT_CREDENTIALS",
        ("account", "oauth_client_id", "oauth_client_secret", "oauth_token_request_url"),
    ),
    Method("OAuth in a browser", "OAUTH_AUTHORIZATION_CODE", ("account",)),
    Method("programmatic access token", "PROGRAMMATIC_ACCESS_TOKEN", ("account", "token|token_file_path")),
    Method("workload identity", "WORKLOAD_IDENTITY", ("account", "workload_identity_provider")),
    Method("external browser", "EXTERNALBROWSER", ("account", "user")),
    Method("password with MFA", "USERNAME_PASSWORD_MFA", ("account", "user", "password"), legacy=True),
    Method("password", "SNOWFLAKE", ("account", "user", "password"), legacy=True),
)
"""Every way to log in, the better ones first."""

PARAMETERS = (
    "account", "user", "password", "passcode", "authenticator", "token", "token_file_path", "private_key_file",
    "private_key_file_pwd", "oauth_client_id", "oauth_client_secret", "oauth_token_request_url", "oauth_scope",
    "oauth_authorization_url", "workload_identity_provider", "workload_identity_entra_resource", "role", "warehouse",
    "database", "schema", "host", "port", "protocol",
)  # fmt: skip
"""The parameters that the environment may give, each as ``SNOWFLAKE_`` and its name in capitals."""

_ALIASES = {
    "username": "user",
    "private_key_path": "private_key_file",
    "private_key_passphrase": "private_key_file_pwd",
    "accountname": "account",
    "dbname": "database",
    "warehousename": "warehouse",
    "rolename": "role",
    "schemaname": "schema",
}
_PASS_PHRASES = ("SNOWFLAKE_PRIVATE_KEY_FILE_PWD", "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "PRIVATE_KEY_PASSPHRASE")
_DEFAULTS: Mapping[str, Any] = {"login_timeout": 60, "network_timeout": 300, "application": "rowid"}
_FIXED: Mapping[str, Any] = {
    "paramstyle": "qmark",  # bound by the server: a value is never part of a statement
    "arrow_number_to_decimal": True,  # a NUMBER with places would become a float otherwise
    "autocommit": True,
    "log_max_query_length": 0,  # a query may hold values: the connector's log at DEBUG shows none of it
}

_SESSION = {"TIMEZONE": "UTC", "PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "ARROW"}  # whatever the account's defaults are


@dataclass(frozen=True, slots=True)
class Login:
    """A checked login: its ``method``, and the connector's ``arguments``, which are never shown."""

    method: Method
    arguments: Mapping[str, Any] = field(repr=False)


def from_environment(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The parameters that ``SNOWFLAKE_ACCOUNT``, ``SNOWFLAKE_USER`` and so on give; an empty variable gives none."""
    env = os.environ if env is None else env
    names = (*PARAMETERS, "private_key_path")
    return {name: env[f"SNOWFLAKE_{name.upper()}"] for name in names if env.get(f"SNOWFLAKE_{name.upper()}")}


def login(name: str, given: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Login:
    """What the connector is to be called with for the connection ``name``.

    Raises:
        UsageError: a parameter is missing or cannot be used. Names it, never a value.
    """
    env = os.environ if env is None else env
    where = f"Snowflake connection {name!r}"
    arguments = _resolved(given, env, where)
    method = _method(arguments, where)
    lacking = [need for need in method.needs if not any(arguments.get(one) for one in need.split("|"))]
    if lacking:
        what = f"{' and '.join(lacking).replace('|', ' or ')} missing for {method.name}"
        hint = "Give it in connections.toml, or in the environment as SNOWFLAKE_ and its name in capitals."
        raise UsageError(what, where=where, hint=hint)
    if method is KEY_PAIR and "private_key_file" in arguments:
        arguments = _with_key(arguments, env, where)
    if arguments.get("token_file_path"):
        _require_closed(Path(arguments["token_file_path"]).expanduser(), f"{where}, token_file_path")
    okta = str(arguments.get("authenticator", "")).lower().startswith("https://")
    arguments["authenticator"] = arguments["authenticator"] if okta else method.authenticator
    session = {**arguments.get("session_parameters", {}), **_SESSION}
    return Login(method, {**_DEFAULTS, **arguments, **_FIXED, "session_parameters": session})


def _resolved(given: Mapping[str, Any], env: Mapping[str, str], where: str) -> dict[str, Any]:
    """The parameters by their names in the connector, with those that stand in a variable."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name.endswith("_env") and not env.get(str(value)):
            raise UsageError("the variable that it names is not set", where=f"{where}, {name}")
        at = name.removesuffix("_env")
        found[_ALIASES.get(at, at)] = value if at == name else env[str(value)]
    return {name: value for name, value in found.items() if value not in ("", None)}


def _method(arguments: Mapping[str, Any], where: str) -> Method:
    """The method that ``authenticator`` names, or the one that the parameters make plain."""
    named = str(arguments.get("authenticator", "")).upper()
    by_name = {method.authenticator: method for method in METHODS}
    if "private_key_file" in arguments or "private_key" in arguments:
        named = KEY_PAIR.authenticator  # as the connector has it, whatever else is given
    elif named.startswith("HTTPS://"):
        named = "SNOWFLAKE"  # Okta's own page, with a user and a password
    elif not named and "token" in arguments:
        hint = "Say authenticator = 'PROGRAMMATIC_ACCESS_TOKEN' or 'OAUTH'."
        raise UsageError("a token without its kind", where=where, hint=hint)
    elif not named:
        named = _implied(arguments)
    if named not in by_name:
        raise UsageError("an unknown authenticator", where=where, hint=f"It is one of {', '.join(by_name)}.")
    return by_name[named]


def _implied(arguments: Mapping[str, Any]) -> str:
    if "workload_identity_provider" in arguments:
        return "WORKLOAD_IDENTITY"
    return "OAUTH_CLIENT_CREDENTIALS" if "oauth_client_secret" in arguments else "SNOWFLAKE"


def _with_key(arguments: Mapping[str, Any], env: Mapping[str, str], where: str) -> dict[str, Any]:
    """The arguments with the key itself in place of its file: whatever is wrong with it is said before connecting."""
    from cryptography.hazmat.primitives import serialization

    path = Path(str(arguments["private_key_file"])).expanduser()
    where = f"{where}, private_key_file"
    pem = _require_closed(path, where)
    given = arguments.get("private_key_file_pwd") or next((env[one] for one in _PASS_PHRASES if env.get(one)), "")
    phrase = given.encode() if isinstance(given, str) else given
    try:
        key = serialization.load_pem_private_key(pem, phrase or None)
    except TypeError:  # one where none is wanted, or the other way round
        if not phrase:
            hint = f"Set {_PASS_PHRASES[1]} to its pass phrase."
            raise UsageError("the private key is encrypted", where=where, hint=hint) from None
        key = serialization.load_pem_private_key(pem, None)
    except ValueError:
        hint = f"It is a PEM file; its pass phrase is in {_PASS_PHRASES[1]}."
        raise UsageError("it is no private key, or its pass phrase is another", where=where, hint=hint) from None
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    kept = {name: value for name, value in arguments.items() if not name.startswith("private_key_file")}
    return {**kept, "private_key": der}


def _require_closed(path: Path, where: str) -> bytes:
    """What a file with a secret holds, if nobody else can read it."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o027:
            raise UsageError("others may read or change the file", where=where, hint="Close it to them: chmod 600.")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"it cannot be read: {(error.strerror or 'unknown').lower()}", where=where) from None
