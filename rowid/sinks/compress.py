"""Compression on the way out, the same bytes for the same input on every run."""

import gzip
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

import pyarrow as pa

from rowid.sinks.atomic import Target


class Writer(Protocol):
    """Takes bytes; ``finish`` writes what is still held back, and leaves the target open."""

    def write(self, data: bytes | memoryview | pa.Buffer) -> object:
        """Takes the next bytes."""
        ...

    def finish(self) -> None:
        """No more bytes will come."""
        ...


class _Plain:
    def __init__(self, target: Target) -> None:
        self.write = target.write

    def finish(self) -> None:
        pass


class _Gzip:
    def __init__(self, target: Target) -> None:
        # No name and no time in the header: the same rows give the same file.
        self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=cast(BinaryIO, target), mtime=0)
        self.write = self._file.write

    def finish(self) -> None:
        self._file.close()


class _Zstd:
    def __init__(self, target: Target) -> None:
        self._file = pa.CompressedOutputStream(_Kept(target), "zstd")
        self.write = self._file.write

    def finish(self) -> None:
        self._file.close()


class _Kept:
    """The target with a ``close`` that does nothing, for Arrow closes what it writes to."""

    closed = False

    def __init__(self, target: Target) -> None:
        self.write = target.write

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def compressed(target: Target, compression: str) -> Writer:
    """A writer into ``target``; ``compression`` is gzip, zstd or empty."""
    writers: dict[str, Callable[[Target], Writer]] = {"gzip": _Gzip, "zstd": _Zstd, "": _Plain}
    return writers[compression](target)
