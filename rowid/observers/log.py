"""The log: what happens in a run, as lines of keys and values on standard error."""

import logging
import sys
from dataclasses import asdict
from typing import Any, TextIO

import structlog

from rowid.events import BatchHashed, Event, RunFailed

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Log:
    """An observer that writes each event as one line to ``stream``, for people (``console``) or machines (``json``).

    It has a logger of its own: what the host program configured for logging stays as it is. A run's failure is an
    error, its batches are for debugging, the rest is information.
    """

    def __init__(self, log_format: str = "console", level: str = "info", stream: TextIO | None = None) -> None:
        self._logger = logger(log_format, level, stream)

    def __call__(self, event: Event) -> None:
        """Writes the event's line."""
        if isinstance(event, BatchHashed):
            write = self._logger.debug
        else:
            write = self._logger.error if isinstance(event, RunFailed) else self._logger.info
        facts = asdict(event)
        write(type(event).__name__, **{"at": facts.pop("at").isoformat(), **facts})


def logger(log_format: str, level: str, stream: TextIO | None = None) -> Any:
    """A structlog logger that writes lines from ``level`` up to ``stream``, by default standard error."""
    stream = sys.stderr if stream is None else stream
    line: list[Any] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0, sort_keys=False)]
    )
    return structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[structlog.processors.add_log_level, *line],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        cache_logger_on_first_use=True,
    )
