"""A file as a sink: its format and compression by its ending."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from rowid.errors import SinkError, UsageError
from rowid.ports import Load, Sink
from rowid.sinks import csv, jsonl
from rowid.sinks.atomic import AtomicFile, StandardOutput, Target, refuse_existing
from rowid.sinks.parquet import ParquetLoad
from rowid.sinks.rows import TextLoad

_FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_COMPRESSIONS = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}


def file_sink(path: str, *, force: bool = False) -> Sink:
    """A sink that writes a file, CSV to standard output for ``-``. ``force`` replaces a file that exists.

    Endings: .csv, .tsv and .jsonl or .ndjson, each also with .gz or .zst behind; .parquet.

    Raises:
        SinkError: if the file exists already, or its directory does not.
        UsageError: if its ending tells no format.
    """
    if path == "-":
        return _FileSink(None, "csv", "", force=force)
    target = Path(path)
    suffixes = [suffix.lower() for suffix in target.suffixes]
    compression = _COMPRESSIONS.get(suffixes[-1], "") if suffixes else ""
    format_ = _FORMATS.get("".join(suffixes[-2:-1] if compression else suffixes[-1:]), "")
    if not format_ or (compression and format_ == "parquet"):
        hint = (
            "Use .csv, .tsv or .jsonl (with .gz or .zst behind if you like), or .parquet, which is compressed anyway."
        )
        raise UsageError("the ending of its name tells no format", where=target.name, hint=hint)
    refuse_existing(target, force=force)
    return _FileSink(target, format_, compression, force=force)


class _FileSink:
    def __init__(self, path: Path | None, format_: str, compression: str, *, force: bool) -> None:
        self._path, self._format, self._compression, self._force = path, format_, compression, force

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name if self._path else "standard output"

    def begin(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Load:
        """Starts the file; only Parquet keeps the metadata."""
        if self._format in ("csv", "tsv"):
            csv.refuse_nested(schema)
            delimiter = "," if self._format == "csv" else "\t"
            return TextLoad(self._target(), self._compression, csv.lines(delimiter), csv.header(schema, delimiter))
        if self._format == "jsonl":
            return TextLoad(self._target(), self._compression, jsonl.lines(schema.names))
        return ParquetLoad(self._file(), schema, metadata)

    def close(self) -> None:
        """Holds nothing open."""

    def _target(self) -> Target:
        return StandardOutput(sys.stdout.buffer) if self._path is None else self._file()

    def _file(self) -> AtomicFile:
        if self._path is None:
            raise SinkError("only CSV can be written to it", where=self.name)
        return AtomicFile(self._path, force=self._force)
