"""Parquet files that lie in one folder, or match one pattern, as one table: in the order of their names."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from rowid.errors import SourceError
from rowid.model import ColumnInfo, SourceInfo
from rowid.sources.columns import named
from rowid.sources.files import InputFile
from rowid.sources.parquet import ParquetSource
from rowid.stream import reader

_ENDINGS = (".parquet", ".pq")
_WILD = "*?["


def parquet_files(path: str) -> list[str] | None:
    """The Parquet files that a folder or a pattern means, sorted by name; None where it is the path of one file.

    A file whose name begins with a dot or an underscore is none of the table's; a folder's folders are not entered.

    Raises:
        SourceError: it means no file, or one that is no Parquet file.
    """
    place = Path(path)
    try:
        if place.is_dir():
            found = sorted(str(file) for file in place.iterdir() if _belongs(file))
            if not found:
                hint = "Name one file in it, or a folder of Parquet files."
                raise SourceError("it is a directory without Parquet files", where=place.name or path, hint=hint)
            return found
        if not set(_WILD) & set(path) or place.exists():
            return None
    except (OSError, ValueError):  # no path that a file can have, or none that may be looked at: InputFile says which
        return None
    found = sorted(file for file in glob.glob(path, recursive=True) if not Path(file).is_dir())  # noqa: PTH207  any path
    if not found:
        raise SourceError("no file matches this", where=path, hint="Check the pattern.")
    other = next((file for file in found if not _belongs(Path(file))), None)
    if other:
        what = f"only Parquet files are read together, and it matches {Path(other).name}"
        raise SourceError(what, where=path, hint="Narrow the pattern, for example to *.parquet.")
    return found


def _belongs(file: Path) -> bool:
    return file.suffix.lower() in _ENDINGS and not file.name.startswith((".", "_")) and file.is_file()


class ParquetFolder:
    """Several Parquet files of the same columns, one after the other.

    Where their types differ, they are read as the type that Arrow promotes them to, and a value that would not survive
    that is refused.
    """

    def __init__(self, path: str, files: Sequence[str]) -> None:
        self.name = path if set(_WILD) & set(path) else Path(path).name or path
        self._parts = [ParquetSource(InputFile(file)) for file in files]
        self._schema: pa.Schema | None = None

    def info(self) -> SourceInfo:
        """What the files' metadata say: the columns of all of them, and the sum of their rows."""
        infos = [part.info() for part in self._parts]
        columns = tuple(ColumnInfo(field.name, str(field.type)) for field in self._whole())
        details = {"files": f"{len(infos):,}"}
        return SourceInfo(self.name, "Parquet", columns, sum(info.rows or 0 for info in infos), details)

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader."""
        return reader(self._whole(), self._batches(self._whole()))

    def _whole(self) -> pa.Schema:
        if self._schema is None:
            schemas = [part.schema() for part in self._parts]
            metadata = schemas[0].metadata if all(one.metadata == schemas[0].metadata for one in schemas) else None
            for part, schema in zip(self._parts, schemas, strict=True):
                self._require_names(part, schema, schemas[0])
            self._schema = pa.schema([self._field(field, schemas) for field in schemas[0]], metadata)
        return self._schema

    def _require_names(self, part: ParquetSource, schema: pa.Schema, first: pa.Schema) -> None:
        named(schema.names, part.name)
        lacking = [name for name in first.names if name not in schema.names]
        surplus = [name for name in schema.names if name not in first.names]
        if lacking or surplus:
            one = f"lacks the column {lacking[0]!r} of" if lacking else f"has a column {surplus[0]!r} that is not in"
            hint = "Files that are read together have the same columns."
            raise SourceError(f"it {one} {self._parts[0].name}", where=part.name, hint=hint)

    def _field(self, field: pa.Field, schemas: Sequence[pa.Schema]) -> pa.Field:
        """The field that holds what all files have in theirs of this name."""
        type_ = field.type
        for part, schema in zip(self._parts, schemas, strict=True):
            theirs = schema.field(field.name).type
            if theirs == type_:
                continue
            both = [pa.schema([(field.name, _plain(one))]) for one in (type_, theirs)]
            try:
                type_ = pa.unify_schemas(both, promote_options="permissive").field(0).type
            except pa.ArrowException:
                what = f"its column {field.name!r} is {theirs}, and in {self._parts[0].name} {type_}"
                raise SourceError(what, where=part.name, hint="Write the files with the same types.") from None
        return pa.field(field.name, type_, metadata=field.metadata)

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for part in self._parts:
            for batch in part.open():
                columns = [_promoted(batch.column(field.name), field, part.name) for field in schema]
                yield pa.record_batch(columns, schema=schema)


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _promoted(array: pa.Array, field: pa.Field, where: str) -> pa.Array:
    if array.type == field.type:
        return array
    try:
        return array.cast(field.type)
    except pa.ArrowException:  # its text would quote the value
        what = f"its column {field.name!r} holds a value of {array.type} that {field.type} does not hold"
        raise SourceError(what, where=where, hint="Write the files with the same types.") from None
