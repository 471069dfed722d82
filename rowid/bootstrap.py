"""What is wired to what: the one place that knows which name stands for which source, sink or observer.

Everything is imported where it is asked for: whoever reads a file does not wait for a database's driver.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rowid.errors import UsageError
from rowid.model import ReadOptions
from rowid.ports import Observer, Sink, Source
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.checks import Limits
    from rowid.observers.ledger import Ledger

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: C:// is a drive


def open_source(uri: str, options: ReadOptions = ReadOptions()) -> Source:  # noqa: B008  it is frozen
    """The source that ``uri`` names: a file's path, ``file://``, or ``-`` for standard input.

    Raises:
        UsageError: the scheme is not a known one.
        SourceError: the file cannot be read.
    """
    from rowid.sources import file_source

    return file_source(_path(uri), options)


def open_sink(uri: str, *, force: bool = False) -> Sink:
    """The sink that ``uri`` names: a file's path, ``file://``, or ``-`` for standard output; ``force`` replaces a file.

    Raises:
        UsageError: the scheme is not a known one.
        SinkError: the file cannot be written.
    """
    from rowid.sinks import file_sink

    return file_sink(_path(uri), force=force)


def observers(settings: Settings) -> tuple[Observer, ...]:
    """Who listens to every run of this installation: the log and the ledger."""
    from rowid.observers.log import Log

    return (Log(settings.log_format, settings.log_level), ledger(settings))


def limits(settings: Settings) -> "Limits":
    """What counting may use in this installation."""
    from rowid.checks import Limits

    return Limits(memory=None if settings.memory_mb is None else settings.memory_mb * 2**20)


def ledger(settings: Settings) -> "Ledger":
    """The ledger of this installation's runs."""
    from rowid.observers.ledger import Ledger

    return Ledger(settings.state_dir / "runs.sqlite3")


def _path(uri: str) -> str:
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return uri
    if scheme[1].lower() != "file":  # the rest of a URI may hold a password, so only the scheme is shown
        raise UsageError(
            f"{scheme[1]}:// is not a scheme that is known here",
            hint="Known: a file's path, file://, and - for standard input or output.",
        )
    return url2pathname(urlsplit(uri).path)
