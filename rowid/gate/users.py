"""Who may log in: a YAML file in the format of streamlit-authenticator, which `rowid users` can write.

    credentials:
      usernames:
        ada:
          name: Ada
          password: $2b$12$...     # bcrypt's hash, never the password

Other entries are left alone. A user name is taken in lower case, as streamlit-authenticator takes it.
"""

import logging
import os
import re
import threading
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bcrypt
import yaml

from rowid.errors import UsageError
from rowid.private import require_private, write_private

MOST_BYTES = 72  # bcrypt looks at no more of a password
FEWEST_CHARACTERS = 8
# beyond a cost of 15 a login takes many seconds; the last letter of a salt has two bits
_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
_NOBODY = "$2b$12$" + "." * 53  # what a password is compared with where the file names nobody
_FORMAT = "Its form is: credentials: usernames: NAME: password: HASH. `rowid users add NAME` writes it."

log = logging.getLogger("rowid.gate")


class Users:
    """The users of a file, which is read again when it changes. What cannot be read then lets nobody in.

    Raises:
        UsageError: at the start: the file is missing, open to others, cannot be understood, or names nobody.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._seen = _signature(path)
        self._hashes = read_users(path)
        if not self._hashes:
            raise UsageError("it names no user", where=str(path), hint="Add one: rowid users add NAME.")

    def hash_of(self, name: str) -> str | None:
        """The hash of a user's password, or None if there is no such user (any more)."""
        return self._now().get(name)

    def known(self, name: str) -> str | None:
        """The user that someone means who enters ``name``, or None."""
        name = folded(name)
        return name if name in self._now() else None

    def verify(self, name: str, password: str) -> str | None:
        """The user whose name and password these are, or None. Takes as long whether there is such a user or not.

        For a name that nobody has, the password is compared with some user's hash, always the same one of this
        process, so that it takes as long as if it were somebody's also where hashes differ in cost.
        """
        name, given, hashes = folded(name), _bytes(password), self._now()
        others = list(hashes.values()) or [_NOBODY]
        compared = hashes.get(name) or others[hash(name) % len(others)]
        # a longer one is nobody's, but is not to be told by the time it takes
        matches = bcrypt.checkpw(given[:MOST_BYTES], compared.encode())
        return name if matches and len(given) <= MOST_BYTES and name in hashes else None

    def _now(self) -> Mapping[str, str]:
        with self._lock:
            seen = _signature(self._path)
            if seen != self._seen:
                self._seen = seen
                try:
                    self._hashes = read_users(self._path)
                except UsageError as error:
                    self._hashes = {}
                    log.error("nobody can log in: %s", error)
            return self._hashes


def read_users(path: Path) -> dict[str, str]:
    """The users of a file: hashes of passwords by user name.

    Raises:
        UsageError: the file is missing, open to others, or not understood. It names the user, and never a value.
    """
    found: dict[str, str] = {}
    for name, entry in _names(_read(path), path).items():
        where = f"{path}, user {name!r}"
        require_name(name, where)
        if folded(name) in found:
            raise UsageError("the name is there twice; upper and lower case are the same", where=where)
        found[folded(name)] = _hash(entry, where)
    return found


def change(path: Path, name: str, password: str | None) -> bool:
    """Gives a user a password, adding the user if need be, or removes the user (None). Whether the user was there.

    Raises:
        UsageError: the file is not understood, or the name or the password cannot be one.
        OSError: the file cannot be written.
    """
    require_name(name, "the user's name")
    content = _read(path) if path.exists() else {"credentials": {"usernames": {}}}
    names = _names(content, path)
    there = next((each for each in names if isinstance(each, str) and folded(each) == folded(name)), None)
    if password is None:
        if there is None:
            return False
        del names[there]
    else:
        made = {"password": hashed(password)}
        names[there or folded(name)] = {**names[there], **made} if there else {"name": name, **made}
    content["credentials"]["usernames"] = names
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    write_private(path, text.encode(), replace=True)
    return there is not None


def hashed(password: str) -> str:
    """The hash of a new password. Raises UsageError if it is too short, or longer than bcrypt looks at."""
    if len(password) < FEWEST_CHARACTERS:
        raise UsageError(f"the password has fewer than {FEWEST_CHARACTERS} characters", hint="Take a longer one.")
    if len(_bytes(password)) > MOST_BYTES:
        raise UsageError(f"the password has more than {MOST_BYTES} bytes", hint="Take a shorter one.")
    return bcrypt.hashpw(_bytes(password), bcrypt.gensalt()).decode()


def folded(name: str) -> str:
    """A user name as it is compared: one form of Unicode, lower case."""
    return unicodedata.normalize("NFC", name).strip().lower()


def require_name(name: object, where: str) -> None:
    """Raises UsageError if this can be no user name."""
    if not isinstance(name, str):
        raise UsageError("it is no text", where=where, hint="Write it in quotes.")
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise UsageError("it cannot be a user name", where=where, hint="Take 1 to 100 printable characters.")


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _signature(path: Path) -> tuple[int, ...] | None:
    """What differs when the file, its content or its mode is another; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read(path: Path) -> Any:
    try:
        require_private(path)
        return yaml.safe_load(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or os.strerror(error.errno or 0)).lower()
        hint = "Make it: rowid users add NAME." if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"the users file cannot be read: {reason}", where=str(path), hint=hint) from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise UsageError("it is no YAML", where=where, hint=_FORMAT) from None


def _names(content: Any, path: Path) -> dict[Any, Any]:
    credentials = content.get("credentials") if isinstance(content, dict) else None
    if not isinstance(credentials, dict) or "usernames" not in credentials:
        raise UsageError("it has no users", where=str(path), hint=_FORMAT)
    names = credentials["usernames"]
    if names is not None and not isinstance(names, dict):
        raise UsageError("its users have no names", where=str(path), hint=_FORMAT)
    return names or {}


def _hash(entry: Any, where: str) -> str:
    given = entry.get("password") if isinstance(entry, dict) else None
    if not isinstance(given, str):
        raise UsageError("there is no password", where=where, hint=_FORMAT)
    if _HASH.fullmatch(given):
        return given
    raise UsageError(
        "the password is no hash of bcrypt (of a cost of 15 at most); a password itself has no place in this file",
        where=where,
        hint="Set it anew: rowid users add NAME.",
    )
