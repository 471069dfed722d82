"""A file that appears whole or not at all: written beside its place under another name, then renamed."""

import errno
import io
import os
import secrets
import stat
import sys
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from rowid.errors import SinkError, in_place

_AHEAD = 1 << 24  # bytes after which those that are written begin to go to disk
_BEGIN = 2  # SYNC_FILE_RANGE_WRITE of Linux's sync_file_range(2)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raises SinkError if the file is there and may not be replaced, or if it could never be written."""
    try:
        _refuse(path, Path(os.path.realpath(path)), force=force)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _refused(path, error) from None


def _refuse(path: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise SinkError("it is a directory", where=str(path), hint="Name a file in it.")
    if not target.parent.is_dir():
        hint = f"Create {str(target.parent)!r} first, or choose another place."
        raise SinkError("its directory does not exist", where=str(path), hint=hint)
    if target.exists():
        if not target.is_file():
            raise SinkError("it is not a regular file", where=str(path), hint="Write to - for standard output.")
        if not force:
            raise SinkError("the file exists", where=str(path), hint="Choose another name, or force replacing it.")


class AtomicFile(io.RawIOBase):
    """A binary file that takes its name at ``commit``; ``abort`` leaves no trace. Every failure is a SinkError.

    A target that exists keeps its mode; a symbolic link stays, and the file it points to is replaced.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        super().__init__()
        refuse_existing(path, force=force)
        self._path, self._force = path, force
        self._target = Path(os.path.realpath(path))
        self._temporary = self._target.with_name(f".{self._target.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}.part")
        self._file: BinaryIO | None = None
        self._waiting = 0  # bytes that have not begun to go to disk
        self._aborted = False
        try:
            mode = stat.S_IMODE(self._target.stat().st_mode) if self._target.exists() else None
            handle = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
            self._file = os.fdopen(handle, "wb", buffering=1 << 20)
            if mode is not None:
                self._temporary.chmod(mode)
        except OSError as error:
            self.abort()
            raise _refused(self._path, error) from None

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Takes all of the bytes."""
        if self._aborted:  # compressors and Arrow's writers write once more when they are thrown away
            return memoryview(data).nbytes
        if self._file is None:
            raise SinkError("it is closed", where=str(self._path))
        try:
            written = self._file.write(memoryview(data))
        except OSError as error:
            raise _refused(self._path, error) from None
        self._waiting += written
        if self._waiting >= _AHEAD:
            begin_to_disk(self._file.fileno())
            self._waiting = 0
        return written

    def commit(self) -> None:
        """Makes the file appear under its name, safe on disk.

        Raises:
            SinkError: it cannot; nothing has appeared.
            Cancelled: it was interrupted when the file had its name already.
        """
        if self._file is None:
            raise SinkError("it is closed", where=str(self._path))
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._rename()
            _sync_directory(self._target.parent)
        except OSError as error:
            self.abort()
            raise _refused(self._path, error) from None
        except KeyboardInterrupt:
            if self._is_in_place():
                raise in_place(str(self._path)) from None
            raise

    def abort(self) -> None:
        """Removes what was written; harmless after ``commit`` and when called twice."""
        self._aborted = True
        if self._file is not None:
            try:
                self._file.close()
            except OSError:  # a full disk again, while flushing what is thrown away
                self._file.raw.close()  # type: ignore[attr-defined]
            self._file = None
        self._temporary.unlink(missing_ok=True)

    def _is_in_place(self) -> bool:
        """Whether it has its name; for a moment it may have both."""
        return not self._temporary.exists() or (self._target.exists() and self._target.samefile(self._temporary))

    def _rename(self) -> None:
        if not self._force:
            try:
                self._target.hardlink_to(self._temporary)  # unlike a rename, it never replaces a file
                self._temporary.unlink()
                return
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                if self._target.exists():
                    raise FileExistsError(errno.EEXIST, "file exists") from None
        self._temporary.replace(self._target)


class StandardOutput(io.RawIOBase):
    """Standard output, as it comes; what is written is gone, so ``abort`` cannot take it back."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Takes all of the bytes."""
        rest = memoryview(data)
        size = rest.nbytes
        try:
            while rest.nbytes:  # with PYTHONUNBUFFERED set, a write takes what fits into the pipe
                rest = rest[self._stream.write(rest) :]
        except OSError as error:
            raise self._refused(error) from None
        return size

    def commit(self) -> None:
        """Hands over the last bytes."""
        try:
            self._stream.flush()
        except OSError as error:
            raise self._refused(error) from None

    def abort(self) -> None:
        """Does nothing."""

    def _refused(self, error: OSError) -> SinkError:
        _silence(self._stream)
        if isinstance(error, BrokenPipeError):
            return SinkError("whoever read it has stopped reading", where="standard output")
        reason = (error.strerror or type(error).__name__).lower()
        return SinkError(f"it cannot be written: {reason}", where="standard output")


def begin_to_disk(handle: int) -> bool:
    """Has the system begin to write an open file to disk, so that ``fsync`` has less to wait for at the end.

    Waits for nothing, and what fails is told by ``fsync``. False where the system cannot be asked for that.
    """
    ask = _sync_file_range()
    return ask is not None and ask(handle, 0, 0, _BEGIN) == 0


@cache
def _sync_file_range() -> Any:
    if sys.platform != "linux":
        return None
    import ctypes

    ask = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if ask is not None:
        ask.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
    return ask


def _refused(path: Path, error: OSError | ValueError) -> SinkError:
    hints = {
        errno.ENOSPC: ("the disk is full", "Make room, or choose another place."),
        errno.EDQUOT: ("the disk quota is used up", "Make room, or choose another place."),
        errno.EFBIG: ("the file is larger than allowed here", "Choose another place."),
        errno.EACCES: ("its directory may not be written", "Choose another place."),
        errno.EPERM: ("its directory may not be written", "Choose another place."),
        errno.EROFS: ("its directory is read-only", "Choose another place."),
        errno.EEXIST: (
            "the file appeared while it was being written",
            "Choose another name, or force replacing it.",
        ),
        errno.ENAMETOOLONG: ("its name is too long", "Choose a shorter one."),
    }
    reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
    what, hint = hints.get(getattr(error, "errno", None) or 0, (f"it cannot be written: {reason}", ""))
    return SinkError(what, where=str(path), hint=hint)


Target = AtomicFile | StandardOutput


def _silence(stream: BinaryIO) -> None:
    """Sends what is still buffered nowhere, so that the interpreter does not complain when it flushes at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except OSError:
        return  # not a real file: nothing will be flushed into it


def _sync_directory(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows opens no directories; the rename stands
    try:
        os.fsync(handle)
    except OSError:
        return  # some network file systems cannot; the rename stands
    finally:
        os.close(handle)
