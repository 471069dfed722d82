"""Column names as a header gives them: none twice, none empty."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from rowid.errors import ColumnError


def named(header: Sequence[str], where: str) -> tuple[tuple[str, ...], list[str]]:
    """The header's names, an empty one replaced by ``column<i>``, and notes about that.

    Raises ColumnError if a name stands there twice.
    """
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        listed = ", ".join(repr(name) for name in twice)
        what = f"the header names {listed} more than once"
        raise ColumnError(what, where=where, hint="Rename or drop columns, so that each name stands for one.")
    names: list[str] = []
    notes: list[str] = []
    for at, name in enumerate(header, 1):
        given = name
        if not name:
            given = f"column{at}"
            while given in header:
                given += "_"
            notes.append(f"column {at} has no name in the header; it is called {given!r}")
        names.append(given)
    return tuple(names), notes


def require_known(wanted: Sequence[str], names: Sequence[str], where: str) -> None:
    """Raises ColumnError if a wanted column is not there, with the names that are near."""
    for name in wanted:
        if name not in names:
            close = get_close_matches(name, names, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"There are {', '.join(names[:20])}."
            raise ColumnError(f"there is no column {name!r}", where=where, hint=hint)
