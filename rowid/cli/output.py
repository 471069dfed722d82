"""What goes to standard output and standard error, and how it is kept from harming a terminal."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowid.errors import SinkError

if TYPE_CHECKING:
    from rich.console import RenderableType

_PIPE_WIDTH = 10_000  # one row, one line: it is for grep and its like


def out(text: str) -> None:
    """Writes a line of the answer to standard output, at once.

    Raises:
        SinkError: it cannot be written.
        BrokenPipeError: nobody reads it any more.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise SinkError(f"it cannot be written ({reason})", where="standard output") from error


def tell(text: str) -> None:
    """Writes a line about the work to standard error; that nobody hears it is no reason to stop."""
    try:
        sys.stderr.write("\n".join(printable(line) for line in text.rstrip("\n").split("\n")) + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def as_json(value: Mapping[str, Any]) -> str:
    """One JSON object in one line of ASCII, which every pipe and every encoding can carry."""
    return json.dumps(value, ensure_ascii=True, default=str)


def drawn(what: "RenderableType") -> str:
    """A rich renderable as text: styled and as wide as the terminal, or plain and wide for a pipe."""
    from io import StringIO

    from rich.console import Console

    terminal = sys.stdout.isatty()
    text = StringIO()
    console = Console(file=text, force_terminal=terminal, width=None if terminal else _PIPE_WIDTH, highlight=False)
    console.print(what)
    return "\n".join(line.rstrip() for line in text.getvalue().rstrip("\n").split("\n"))


def printable(text: str) -> str:
    """The text with control characters escaped: what stands in a file must not steer the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def require_place(path: Path, *, force: bool) -> None:
    """Finds out before the work, not after it, that a file could not be written."""
    from rowid.sinks.atomic import refuse_existing

    refuse_existing(path, force=force)


def write_whole(path: Path, text: str, *, force: bool) -> None:
    """Writes a text to its place: all of it, or nothing."""
    from rowid.sinks.atomic import AtomicFile

    file = AtomicFile(path, force=force)
    try:
        file.write(text.encode())
        file.commit()
    finally:
        file.abort()
