"""Files that hold secrets: nobody but their owner is to read or change them."""

import os
import secrets
import stat
from pathlib import Path

from rowid.errors import UsageError

_OTHERS = 0o027  # a group may read: so are secrets mounted into containers


def require_private(path: Path) -> None:
    """Refuses a file that others may read or change.

    Raises:
        UsageError: they may.
        OSError: the file cannot be looked at.
    """
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise UsageError(
            "others may read or change it, and it may hold passwords",
            where=str(path),
            hint="Let nobody else read or change it: chmod 600.",
        )


def write_private(path: Path, content: bytes, *, replace: bool) -> None:
    """Writes a file that its owner alone may read; it appears whole or not at all.

    Raises:
        FileExistsError: the file is there already, and was not to be replaced.
        OSError: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if replace:
            beside.replace(target)
        else:
            target.hardlink_to(beside)  # unlike a rename, it never replaces a file
    finally:
        beside.unlink(missing_ok=True)
