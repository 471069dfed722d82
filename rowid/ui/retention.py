"""How long the app keeps tables and results: what is old goes, and what is oldest where there is too much of it."""

import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rowid.settings import Settings
from rowid.ui.jobs import process

_DAY_S = 86_400
_GONE = ".gone"

log = logging.getLogger("rowid.app")


@dataclass(frozen=True, slots=True)
class _Kept:
    """The folder of a table or of a run: when it was last used, and its size in bytes."""

    folder: Path
    used_at: float
    size: int


def tidy(settings: Settings) -> int:
    """Deletes what the settings no longer keep, and returns how many tables and runs that were.

    The least recently used go first. What was in somebody's hands within a day stays, and so does what a job is about:
    a visitor who left a page open is to find it again. What cannot be deleted is left for the next time.
    """
    parents = [settings.state_dir / name for name in ("tables", "results")]
    for parent in parents:
        for left in parent.glob(f"*{_GONE}"):  # by a process that ended meanwhile
            shutil.rmtree(left, ignore_errors=True)
    found = sorted((kept for parent in parents for kept in _kept(parent)), key=lambda kept: kept.used_at)
    room, now = settings.keep_mb * 1_000_000 - sum(kept.size for kept in found), time.time()
    needed = process().jobs.needed()
    gone = 0
    for kept in found:
        age = now - kept.used_at
        too_much = room < 0 or age > settings.keep_days * _DAY_S
        if too_much and age > _DAY_S and kept.folder.name not in needed and _delete(kept.folder):
            room += kept.size
            gone += 1
    if gone:
        log.info("%d tables and results were deleted, as ROWID_KEEP_DAYS and ROWID_KEEP_MB say", gone)
    return gone


def _kept(parent: Path) -> Iterator[_Kept]:
    for folder in parent.glob("[0-9a-f]*"):
        try:
            size = sum(path.lstat().st_size for path in folder.rglob("*"))
            yield _Kept(folder, folder.stat().st_mtime, size)
        except OSError:
            continue  # another process deletes it, or writes to it


def _delete(folder: Path) -> bool:
    """Takes a folder away, at once and whole for who looks into it."""
    gone = folder.with_name(f".{folder.name}{_GONE}")
    try:
        folder.replace(gone)
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True
