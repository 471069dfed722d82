"""Whether a text is one SELECT: Snowflake has no session that can only read, so this is looked at before it is sent."""

import re

from rowid.errors import DatabaseError

_TOKEN = re.compile(
    r"""
    (?P<skipped> \s+ | --[^\n]* | //[^\n]* | /\*.*?\*/ )
  | (?P<quoted>  '(?:[^'\\]|\\.|'')*' | \$\$.*?\$\$ | "(?:[^"]|"")*" )
  | (?P<word>    [^\W\d][\w$]* )
  | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN = frozenset("'\"")
_NEVER = frozenset({
    "ALTER", "CALL", "CREATE", "DELETE", "DROP", "GRANT", "MERGE", "NEXTVAL", "PROCEDURE", "REVOKE", "UPDATE",
})  # fmt: skip
"""Reserved words that no query has, what calls a procedure, and what moves a sequence on."""


def require_select(sql: str, where: str) -> None:
    """Lets through one SELECT (or WITH ... SELECT) that changes nothing; in doubt it refuses.

    Raises:
        DatabaseError: it is something else. Shows nothing of it.
    """
    words, text, ended = [], "", False
    for found in _TOKEN.finditer(sql):
        if found.lastgroup == "skipped":
            continue
        if ended:
            raise _refusal("it is more than one statement", where)
        text = text or found[0].upper()
        ended = found[0] == ";"
        if found.lastgroup == "word":
            words.append(found[0].upper())
        elif found.lastgroup == "other" and (found[0] in _OPEN or sql.startswith(("/*", "$$"), found.start())):
            raise _refusal("a quote or a comment in it is never closed", where)
    if text not in {"SELECT", "WITH", "("} or not {"SELECT", "WITH"}.intersection(words[:1]):
        raise _refusal("it is not one query", where)
    for word in words:
        if word in _NEVER or (word.startswith("SYSTEM$") and word != "SYSTEM$TYPEOF"):
            raise _refusal(f"a query that only reads has no {word}", where)


def _refusal(what: str, where: str) -> DatabaseError:
    return DatabaseError(what, kind="statement", where=where, hint="Give one SELECT; a column's name goes in quotes.")
