"""``rowid profile IN --against OTHER``: the earlier profile, and what changed as text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowid.cli.output import drawn, printable
from rowid.errors import SourceError

if TYPE_CHECKING:
    from rowid.model import ProfileComparison, TableProfile

_LARGEST = 1 << 28  # bytes of a saved profile
_HEAD = 1 << 16  # bytes by which it is known


def earlier(against: str, of_table: "Callable[[], TableProfile]") -> "TableProfile":
    """The profile to compare with: the one that a file holds, else that of the table in it.

    Raises SourceError if it is neither.
    """
    held = _held(against)
    if held is None:
        return of_table()
    from rowid.model import TableProfile

    try:
        return TableProfile.from_dict(held)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SourceError(
            "it is no profile", where=name(against), hint="Save one with: rowid profile IN --json > profile.json"
        ) from None


def name(against: str | None) -> str:
    """What to call it."""
    return "standard input" if against in (None, "-") else Path(str(against)).name


def text(changes: "ProfileComparison", *, source: str, against: str) -> str:
    """What changed, the biggest first."""
    from rich.table import Table
    from rich.text import Text

    from rowid.model.profiles import DRIFT
    from rowid.profiler import wording

    head = f"{source} against {against}: {wording.count(changes.rows[0], 'row')} then, {changes.rows[1]:,} now"
    if changes.same:
        return printable(f"{head}; nothing changed that matters")
    drawing = Table(box=None, pad_edge=False, header_style="bold")
    drawing.add_column("size", justify="right", no_wrap=True)
    drawing.add_column("column", overflow="fold")
    drawing.add_column("what changed", overflow="fold")
    for finding in changes.findings:
        cells = [f"{finding.size:.2f}", finding.column or "(the table)", finding.text]
        drawing.add_row(*(Text(printable(cell)) for cell in cells))
    lines = [printable(head), "", drawn(drawing)]
    if large := len(changes.drifted):
        lines.append(f"\nDRIFT: {large} of {len(changes.findings)} changes {'is' if large == 1 else 'are'} of size "
                     f"{DRIFT} or more")  # fmt: skip
    return "\n".join(lines)


def _held(path: str) -> dict[str, Any] | None:
    """The JSON object with columns and rows that a file holds; None if it holds anything else."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD).lstrip()
        if head[:1] != b"{" or b'"columns"' not in head or file.stat().st_size > _LARGEST:
            return None
        held = json.loads(file.read_bytes())
    except (OSError, ValueError):  # whoever reads the table says what is wrong with it
        return None
    return held if isinstance(held, dict) and isinstance(held.get("columns"), list) and "rows" in held else None
