"""Where the bytes of a file come from: found, spooled, decompressed; and what kind of file they are."""

import io
import os
import shutil
import sys
import tempfile
import weakref
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from rowid.errors import SourceError

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_FORMATS = {
    ".csv": "CSV", ".tsv": "TSV", ".tab": "TSV", ".txt": "CSV",
    ".parquet": "Parquet", ".pq": "Parquet",
    ".jsonl": "JSON Lines", ".ndjson": "JSON Lines", ".json": "JSON Lines",
    ".xlsx": "Excel", ".xlsm": "Excel",
}  # fmt: skip
_MAGIC = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "Excel",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a program",
    b"SQLite format 3\0": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"ARROW1": "an Arrow file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
}
_HINTS = {
    "an old Excel or Word document": "Save it as .xlsx.",
    "a bzip2 archive": "Unpack it first; gzip and zstd are read as they are.",
    "an xz archive": "Unpack it first; gzip and zstd are read as they are.",
}


class InputFile:
    """A file that can be opened again and again; ``-`` is standard input, spooled to disk when this is made.

    Raises SourceError if there is no such file or it may not be read; says which names are near.
    """

    def __init__(self, path: str) -> None:
        if path == "-":
            self.path, self.name = _spooled(sys.stdin.buffer), "standard input"
            weakref.finalize(self, self.path.unlink, missing_ok=True)
        else:
            self.path, self.name = Path(path), Path(path).name
        head = self._head()
        if not head:
            raise SourceError("the file is empty", where=self.name, hint="It has neither a header nor a row.")
        self.compression = next((name for magic, name in COMPRESSIONS.items() if head.startswith(magic)), "")
        self._stamp = self._state()

    def open(self) -> "ByteStream":
        """The file's bytes from the start, decompressed. Raises SourceError if the file is not what it was."""
        self.require_unchanged()
        return ByteStream(self)

    def require_unchanged(self) -> None:
        """Raises SourceError if the file is not what it was."""
        if self._state() != self._stamp:
            hint = "Run again when it is complete."
            raise SourceError("it changed while it was being read", where=self.name, hint=hint)

    def sample(self, size: int) -> tuple[bytes, bool]:
        """Up to ``size`` decompressed bytes from the start, and whether that is all there is."""
        with self.open() as stream:
            found = bytearray()
            while len(found) <= size and (more := stream.read(size + 1 - len(found))):
                found += more
        return bytes(found[:size]), len(found) <= size

    def format(self) -> str:
        """CSV, TSV, Parquet, JSON Lines or Excel: by the ending, else by the first bytes.

        Raises SourceError if the bytes are something else.
        """
        suffixes = [s.lower() for s in Path(self.name).suffixes]
        while suffixes and suffixes[-1] in (".gz", ".gzip", ".zst", ".zstd"):
            suffixes.pop()
        by_name = _FORMATS.get(suffixes[-1] if suffixes else "", "")
        head, _ = self.sample(4096)
        by_bytes = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "")
        readable = by_bytes in _FORMATS.values()
        if by_bytes and (not readable or by_name not in ("", by_bytes)):
            hint = "Give it the ending of what it is." if readable else _HINTS.get(by_bytes, "")
            raise SourceError(f"the file is {_article(by_bytes)}", where=self.name, hint=hint)
        if by_name in ("Parquet", "Excel") and not by_bytes:
            what = f"the file is not {_article(by_name)}"
            raise SourceError(
                what, where=self.name, hint="It may be damaged, or of another format than its ending says."
            )
        if by_bytes and self.compression:
            raise SourceError(
                f"{_article(by_bytes)} inside {self.compression} cannot be read",
                where=self.name,
                hint="Unpack it first.",
            )
        return by_name or by_bytes or ("JSON Lines" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "CSV")

    def _head(self) -> bytes:
        try:
            if self.path.is_dir():
                raise SourceError("it is a directory", where=self.name, hint="Name one file in it.")
            with self.path.open("rb") as file:
                return file.read(16)
        except FileNotFoundError:
            raise SourceError("there is no such file", where=str(self.path), hint=self._nearest()) from None
        except PermissionError:
            hint = "Ask its owner, or copy it to where you may read it."
            raise SourceError("you may not read this file", where=self.name, hint=hint) from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise SourceError(f"it cannot be opened: {_reason(error)}", where=self.name) from None

    def _nearest(self) -> str:
        folder = self.path.parent
        try:
            names = [entry.name for entry in folder.iterdir()]
        except OSError:
            return f"Its directory {str(folder)!r} cannot be read either; check the path."
        close = get_close_matches(self.path.name, names, n=3, cutoff=0.6)
        return f"Did you mean {' or '.join(close)}?" if close else "Check the path."

    def _state(self) -> tuple[int, int]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise SourceError(f"it cannot be opened: {_reason(error)}", where=self.name) from None
        return status.st_size, status.st_mtime_ns


class ByteStream(io.RawIOBase):
    """The decompressed bytes of a file; whatever goes wrong is a SourceError that names the file."""

    def __init__(self, file: InputFile) -> None:
        super().__init__()
        self._name, self._compression = file.name, file.compression
        try:
            raw = pa.OSFile(os.fspath(file.path))
        except OSError as error:
            raise SourceError(f"it cannot be opened: {_reason(error)}", where=file.name) from None
        self._stream = pa.CompressedInputStream(raw, file.compression) if file.compression else raw

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""
        try:
            return self._stream.read(size if size >= 0 else None)
        except OSError as error:
            if "Truncated" in str(error):
                what, hint = (
                    f"the {self._compression} file is cut off",
                    "Copy or download it again; its end is missing.",
                )
            elif self._compression:
                what, hint = f"the {self._compression} file is damaged", "Copy or download it again."
            else:
                what, hint = f"reading failed: {_reason(error)}", ""
            raise SourceError(what, where=self._name, hint=hint) from None

    def close(self) -> None:
        """Closes the file."""
        if not self.closed:
            self._stream.close()
        super().close()


def _spooled(stream: BinaryIO) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="rowid-stdin-")
    except OSError as error:
        raise SourceError(f"it cannot be kept on disk: {_reason(error)}", where="standard input") from None
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            what = f"it cannot be kept on disk: {_reason(error)}"
            raise SourceError(what, where="standard input", hint="Set TMPDIR to a directory with room.") from None
        raise
    return Path(name)


def _article(kind: str) -> str:
    return {"Excel": "an Excel file (or another zip archive)", "Parquet": "a Parquet file"}.get(kind, kind)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
