"""What pages pass around: a table in hand, a run and where it writes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowid.databases import Address
from rowid.errors import SourceError
from rowid.model import Loading, ReadOptions


@dataclass(frozen=True, slots=True)
class Table:
    """A table in hand: the file it is in, and how that is read.

    ``uri`` is the address of a table or query of a database, whose rows are read into the file; it holds no secret,
    but a query may hold values.
    """

    id: str
    name: str
    path: Path
    options: ReadOptions
    uri: str = field(default="", repr=False)

    def state(self) -> tuple[object, ...]:
        """What an answer about the table depends on, besides the recipe: its file as it is now, how it is read.

        Raises SourceError if the file is gone.
        """
        try:
            status = self.path.stat()
        except OSError:
            if self.uri:
                what, hint = "its rows have not been read yet", "Connect shows how far that is."
                raise SourceError(what, where=self.name, hint=hint) from None
            raise SourceError("the file is no longer there", where=self.name, hint="Connect it again.") from None
        return str(self.path), status.st_size, status.st_mtime_ns, self.options


@dataclass(frozen=True, slots=True)
class Target:
    """A table of a database that a run writes to, and how (see ``Loading``); ``force`` replaces another recipe's IDs.

    ``uri`` holds no secret.
    """

    uri: str
    write: str | None = None
    missing: str = "report"
    force: bool = False

    @property
    def shown(self) -> str:
        """The address as it is shown."""
        return Address.parse(self.uri).shown

    def loading(self, *, dry_run: bool = False) -> Loading:
        """How the table is written."""
        return Loading(self.write, self.missing, dry_run)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was asked for. ``receipt`` is its audit trail, ``failure`` what, where and hint of its error.

    ``uri`` is the source's address in a database, if it is of one; ``target`` is the table that is written, if no file.
    """

    id: str
    table_id: str
    source: str
    options: ReadOptions
    recipe: Mapping[str, Any]
    file: str
    started_at: str
    replace: bool
    receipt: Mapping[str, Any] | None = None
    failure: Mapping[str, str] | None = None
    uri: str = field(default="", repr=False)
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The result of an earlier run: when it started, its file, and the column of that which holds the IDs."""

    run_id: str
    started_at: str
    path: Path
    id_column: str
