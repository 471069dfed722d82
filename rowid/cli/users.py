"""``rowid users``: who may log in to the web app."""

import sys
from getpass import getpass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer

from rowid.cli.output import out, tell
from rowid.errors import SinkError, UsageError
from rowid.settings import Settings


def users(
    action: Annotated[Literal["add", "remove", "list"], typer.Argument(help="What to do.")],
    name: Annotated[str | None, typer.Argument(help="The user's name.", show_default=False)] = None,
) -> None:
    """Adds, removes and lists those who may log in to the web app."""
    file = Settings.load().users
    if file is None:
        raise UsageError("it is not set", where="ROWID_USERS", hint="Set it to the absolute path of the users file.")
    if find_spec("bcrypt") is None:
        raise UsageError("the web app is not installed (bcrypt is missing)", hint="Run: pip install 'rowid[app]'.")
    if (name is None) != (action == "list"):
        raise UsageError(f"rowid users {action} takes {'no' if action == 'list' else 'a'} name")
    if name is None:
        _list(file)
    else:
        _change(file, name, _new_password(name) if action == "add" else None)


def _list(file: Path) -> None:
    from rowid.gate.users import read_users

    for name in sorted(read_users(file)):
        out(name)


def _change(file: Path, name: str, password: str | None) -> None:
    from rowid.gate.users import change

    try:
        was_there = change(file, name, password)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SinkError(f"it cannot be written: {reason}", where=str(file)) from None
    if password is None and not was_there:
        raise UsageError("there is no such user", where=str(file), hint="See who there is: rowid users list.")
    tell(f"{name}: {'removed' if password is None else 'has a new password' if was_there else 'added'}")


def _new_password(name: str) -> str:
    """The password: asked for twice on a terminal, else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(f"Password of {name}: ")
    if getpass("The same again: ") != password:
        raise UsageError("the two passwords differ", hint="Try again.")
    return password
