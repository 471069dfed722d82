"""Where digests wait that memory has no room for: limits, and the temporary file."""

import os
import tempfile
from dataclasses import dataclass
from typing import IO, Self

import numpy as np

from rowid.errors import ScratchError

_MOST = 256 * 2**20
_SHARE = 8  # of the free memory, one part in so many


@dataclass(frozen=True, slots=True)
class Limits:
    """What counting may use.

    Args:
        memory: bytes, roughly, before a temporary file is used; by default an eighth of the free memory, 256 MiB at
            most.
        directory: where the temporary file goes; by default where the platform keeps such files (``TMPDIR``).
    """

    memory: int | None = None
    directory: str | os.PathLike[str] | None = None

    def bytes(self) -> int:
        """The budget in bytes."""
        if self.memory is not None:
            return self.memory
        import psutil

        return min(_MOST, psutil.virtual_memory().available // _SHARE)


class Scratch:
    """A temporary file of arrays. It has no name where the platform allows that: whatever ends the process removes it.

    Raises ScratchError wherever the disk does not do what is asked.
    """

    def __init__(self, directory: str | os.PathLike[str] | None) -> None:
        self._where = os.fspath(directory or tempfile.gettempdir())
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115 (closed by close)
                buffering=0, prefix="rowid-", dir=directory
            )
        except OSError as error:
            raise self._failed(error) from error
        self.size = 0

    def append(self, array: np.ndarray) -> int:
        """Writes an array at the end; returns where it begins."""
        at = self.size
        self.write(at, array)
        return at

    def reserve(self, size: int) -> int:
        """Makes room at the end that reads as zeros; returns where it begins."""
        at, self.size = self.size, self.size + size
        try:
            self._file.truncate(self.size)
        except OSError as error:
            raise self._failed(error) from error
        return at

    def write(self, at: int, array: np.ndarray) -> None:
        """Writes an array at a place."""
        rest = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        self.size = max(self.size, at + len(rest))
        try:
            self._file.seek(at)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise self._failed(error) from error

    def read(self, at: int, into: np.ndarray) -> np.ndarray:
        """Fills a contiguous array from a place, and returns it."""
        rest = into.reshape(-1).view(np.uint8).data
        try:
            self._file.seek(at)
            while rest:
                done = self._file.readinto(rest)  # type: ignore[attr-defined]
                if not done:
                    raise OSError("it is shorter than what was written")
                rest = rest[done:]
        except OSError as error:
            raise self._failed(error) from error
        return into

    def close(self) -> None:
        """Gives the space back; harmless when called twice."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _failed(self, error: OSError) -> ScratchError:
        return ScratchError(
            f"a temporary file failed: {error.strerror or error}",
            where=self._where,
            hint="Free some space there (counting takes about 40 bytes a row), or point TMPDIR to a larger disk.",
        )


class Spilling:
    """What may outgrow the memory that it may use into a temporary file, and gives both back at the end."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._scratch: Scratch | None = None

    def close(self) -> None:
        """Gives the disk back; harmless when called twice."""
        if self._scratch:
            self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
