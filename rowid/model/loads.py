"""How rows are to go into a table that may hold rows already."""

from dataclasses import dataclass
from typing import Literal

from rowid.errors import UsageError

DISPOSITIONS = ("append", "replace", "merge")
MISSING = ("report", "mark", "delete")


@dataclass(frozen=True, slots=True)
class Caveat:
    """What a database makes of a column. It ``blocks`` loading, ``changes`` what is read back, or is a ``note``."""

    column: str
    what: str
    severity: Literal["blocks", "changes", "note"]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Loading:
    """How a table of a database is written.

    Args:
        write: ``append`` adds the rows whose ID the table does not hold; ``replace`` makes the table hold exactly the
            new rows; ``merge`` adds new IDs and updates the rows of known ones. None: the table is to be a new one.
        missing: what becomes of rows of the table whose ID no new row has, in a merge: they are counted (``report``),
            marked with the time (``mark``), or deleted (``delete``).
        dry_run: find out what would be done, and do nothing.

    Raises:
        UsageError: there is no such disposition, or only a merge can do what is asked of ``missing``.
    """

    write: str | None = None
    missing: str = "report"
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.write not in (None, *DISPOSITIONS):
            raise UsageError(f"write is {self.write!r}", hint=f"It is one of {', '.join(DISPOSITIONS)}.")
        if self.missing not in MISSING:
            raise UsageError(f"missing is {self.missing!r}", hint=f"It is one of {', '.join(MISSING)}.")
        if self.missing != "report" and self.write != "merge":
            what = f"only a merge can {self.missing} the rows that are missing"
            raise UsageError(what, hint="Write with merge, or leave them alone.")
