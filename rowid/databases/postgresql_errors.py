"""What PostgreSQL refuses, in our words: by SQLSTATE, and by its text where there is none.

A connection that is not made has none, and neither has what goes wrong while ADBC reads.
"""

from collections.abc import Mapping

from rowid.errors import DatabaseError

_Told = tuple[str, str, str]

_STATES: Mapping[str, _Told] = {
    "28": ("authentication", "the login was refused", "Check the user, the password and pg_hba.conf."),
    "42501": ("permission", "this user may not do that", "Ask the owner of the table for the privilege."),
    "25006": ("permission", "the database is open for reading alone", ""),
    "3D000": ("missing", "there is no such database", "Check its name."),
    "3F000": ("missing", "there is no such schema", "Check its name; it is taken exactly as written."),
    "42P01": ("missing", "a table, column or function in the query does not exist", ""),
    "42703": ("missing", "a table, column or function in the query does not exist", ""),
    "42883": ("missing", "a table, column or function in the query does not exist", ""),
    "42": ("statement", "the query is no SQL that PostgreSQL reads", ""),
    "22021": ("statement", "a text holds a NUL character, which PostgreSQL cannot keep", "Nothing was changed."),
    "22": ("statement", "a value cannot be turned into its column's type", "Nothing was changed."),
    "23": ("statement", "a constraint of the table refused the rows", "Nothing was changed."),
    "53300": ("busy", "the server has as many connections as it takes", "Run again later."),
    "53100": ("full", "the server's disk is full", "Nothing was changed."),
    "53200": ("full", "the server ran out of memory", "Nothing was changed."),
    "54": ("full", "a limit of PostgreSQL is exceeded", "Nothing was changed."),
    "40": ("busy", "someone else changed the same rows", "Run again."),
    "55": ("busy", "someone else holds what is needed", "Run again."),
    "57014": ("statement", "the server cancelled it", "It may have run into statement_timeout."),
    "08": ("network", "the connection to the server was lost", "Run again when the server is back."),
    "57P": ("network", "the server shut down or cut the connection", "Run again when it is back."),
}
_TEXTS: Mapping[str, _Told] = {
    "password authentication failed": _STATES["28"],
    "no password supplied": ("authentication", "the server asks for a password", "Give it in PGPASSWORD or ~/.pgpass."),
    "no pg_hba.conf entry": _STATES["28"],
    "authentication failed": _STATES["28"],
    "certificate": ("authentication", "the server's or the client's certificate was refused", "Check sslmode."),
    "permission denied": _STATES["42501"],
    "read-only transaction": _STATES["25006"],
    "terminating connection": _STATES["57P"],
    "too many": _STATES["53300"],
    "starting up": ("busy", "the server is starting up", "Run again in a moment."),
    "shutting down": _STATES["57P"],
    "resolve host": ("network", "there is no host of that name", "Check it."),
    "translate host": ("network", "there is no host of that name", "Check it."),
    "timeout": ("network", "the server does not answer", "Check host, port and firewall."),
    "efused": ("network", "no server answers at this host and port", "Start it, or check both."),
}


def refused(error: Exception, where: str, *, connecting: bool = False) -> DatabaseError:
    """A driver's error in our words; its own text, which may quote a value, becomes the detail."""
    text, state = str(error), getattr(error, "sqlstate", None) or ""
    told = next((_STATES[state[:n]] for n in (5, 3, 2) if state and state[:n] in _STATES), None)
    if told is None and not state:
        told = next((told for part, told in _TEXTS.items() if part in text), None) or _unknown(text, connecting)
    kind, what, hint = told or ("statement", "PostgreSQL could not do it", "")
    return DatabaseError(what, kind=kind, where=where, hint=hint, detail=text)


def _unknown(text: str, connecting: bool) -> _Told:
    if 'role "' in text and "does not exist" in text:
        return _STATES["28"]
    if 'database "' in text and "does not exist" in text:
        return _STATES["3D000"]
    if "ERROR:" in text:
        return "statement", "the server could not finish the query", ""
    if connecting:
        return "network", "the server cannot be connected to", "Check host, port, user and database."
    return _STATES["08"]
