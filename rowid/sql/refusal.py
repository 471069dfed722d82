"""What SQL cannot do to the letter: told before a statement is made, or by the statement, which ends with our words."""

import re

from rowid.errors import DatabaseError

NULL = "a key column holds a null"
_OURS = re.compile(r"rowid: ([a-zA-Z0-9 ]+)")


class NotInSqlError(ValueError):
    """A value, a rule or a policy has no faithful expression; the text says why. It never leaves ``rowid.sql``."""


def reason(error: DatabaseError) -> str | None:
    """Why a statement of ours ended itself; None where it was the database that refused it."""
    found = _OURS.search(error.detail)
    return found[1].strip() if found else None
