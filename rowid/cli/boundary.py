"""Where an error becomes what a user sees: one message, never a traceback, and an exit code.

0    done
1    the data were refused, or IDs that were verified differ
2    the request makes no sense
3    the input cannot be read
4    the output cannot be written
5    a database refused, or is out of reach
70   an error nobody foresaw; its details are in a file
130  interrupted (Ctrl-C); 143 terminated, 129 hung up
141  whoever read standard output went away
"""

import logging
import os
import re
import secrets
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import typer

from rowid.cli.output import as_json, out, tell
from rowid.cli.signals import SignalReceived
from rowid.errors import Cancelled, CanonicalError, DatabaseError, RowIdError
from rowid.settings import Settings

UNFORESEEN = 70
BROKEN_PIPE = 128 + 13
_OPTIONS = {
    "or force replacing it": "or replace it with --force",
    "Choose another name for the ID column, or ask for the existing one to be replaced": "Choose another name with "
    "--id-column, or replace the existing one with --replace-id",
    "say that nothing is quoted": 'say that nothing is quoted (--quote "")',
    "Say how to write to it: append, replace or merge": "Say how to write to it: --write append, replace or merge",
    "replace all rows by force": "replace all rows: --write replace --force",
    "use duplicates: number": "use --duplicates number",
}
_TO_STDOUT = re.compile(r"-[a-z]*o-|--output=-")
_OPTION_OUTPUT = re.compile(r"-[a-z]*o|--output")


@dataclass(frozen=True, slots=True)
class Invocation:
    """How a command line asked to be answered. Known before it is parsed: it may be the parser that complains."""

    json: bool = False
    json_to_stderr: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, args: Sequence[str]) -> Self:
        """What ``args`` ask for: ``--json``, rows on standard output (which leaves none for JSON), ``-v``."""
        options = list(args[: list(args).index("--")] if "--" in args else args)
        rows_on_stdout = any(_TO_STDOUT.fullmatch(one) for one in options) or any(
            _OPTION_OUTPUT.fullmatch(one) and value == "-" for one, value in pairwise(options)
        )
        return cls("--json" in options, rows_on_stdout, any(one in {"-v", "--verbose"} for one in options))


def report(error: BaseException, how: Invocation) -> int:
    """Tells the user about ``error`` in the way they asked for, and returns the exit code."""
    if _is_broken_pipe(error):
        _give_up_stdout()
        return BROKEN_PIPE
    kind, message, hint, code = _described(error, how)
    if how.json:
        text = as_json({"error": {"type": kind, "message": message, "hint": hint, "exit_code": code}})
        if how.json_to_stderr:
            tell(text)
        else:
            _out_if_possible(text)
        return code
    tell("error: " + " ".join(part for part in (message, hint) if part))
    if isinstance(error, CanonicalError) and sys.stderr.isatty():  # the user's own eyes, and no log
        for row, value in error.examples:
            tell(f"  row {row:,}: {value}")
    if isinstance(error, DatabaseError) and error.detail and sys.stderr.isatty():
        tell(f"  it says: {error.detail}")
    return code


@contextmanager
def warnings_shown() -> Iterator[None]:
    """While it lasts, what rowid logs as a warning or worse is told in one line, without a traceback."""
    logger, handler = logging.getLogger("rowid"), _OneLine(logging.WARNING)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


class _OneLine(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        detail = f": {cause if isinstance(cause, RowIdError) else type(cause).__name__}" if cause else ""
        tell(f"{record.levelname.lower()}: {record.getMessage()}{detail}")


def _described(error: BaseException, how: Invocation) -> tuple[str, str, str, int]:
    """The error's kind, message, hint and exit code."""
    if isinstance(error, RowIdError):
        message = str(RowIdError(error.what, where=error.where))  # without the hint, which has a place of its own
        return type(error).__name__, message, _in_options(error.hint), _exit_code(error)
    if isinstance(error, KeyboardInterrupt):
        received = error if isinstance(error, SignalReceived) else SignalReceived(signal.SIGINT)
        word = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}.get(
            signal.Signals(received.number), "hung up"
        )
        left = "the output was in place already" if received.done else "nothing was written"
        return "Cancelled", f"{word}; {left}", "", 128 + received.number
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "rowid"
        return "UsageError", error.format_message().rstrip(".") + ".", f"See {command} --help.", 2
    return type(error).__name__, *_unforeseen(error, how), UNFORESEEN


def _exit_code(error: RowIdError) -> int:
    """The error's own; of what a signal cancelled, that signal's."""
    cause: BaseException | None = error
    while cause is not None and isinstance(error, Cancelled):
        if isinstance(cause, SignalReceived):
            return 128 + cause.number
        cause = cause.__cause__ or cause.__context__
    return error.exit_code


def _in_options(hint: str) -> str:
    """The hint, naming the option where the engine could only say what there is to ask for."""
    for asked, option in _OPTIONS.items():
        hint = hint.replace(asked, option)
    return hint


def _unforeseen(error: BaseException, how: Invocation) -> tuple[str, str]:
    """The message of an error that nobody foresaw, and where its details went."""
    number = secrets.token_hex(4)
    details = "".join(traceback.format_exception(error))
    if how.verbose:
        tell(details)
    message = f"an error that rowid did not foresee ({type(error).__name__}, id {number})."
    try:
        path = Settings.load().state_dir / "errors" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(details, encoding="utf-8", errors="backslashreplace")
    except (OSError, RowIdError):
        return (
            message,
            "Set ROWID_STATE_DIR to a folder that can be written, and run it again: the details will be there.",
        )
    return message, f"The details are in {path}."


def _is_broken_pipe(error: BaseException | None) -> bool:
    """Whether a pipe that nobody reads any more is at the bottom of it."""
    while error is not None:
        if isinstance(error, BrokenPipeError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _give_up_stdout() -> None:
    """Lets the interpreter's last flush of standard output go nowhere, where it cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # a stream that is no file has no last flush
        pass


def _out_if_possible(text: str) -> None:
    try:
        out(text)
    except (RowIdError, BrokenPipeError) as error:
        _give_up_stdout()
        tell(f"{text}\nerror: {error}")
