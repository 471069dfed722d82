"""What tests of sources and sinks share: bytes to a source, a source to a table, a table to a file."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from rowid.model import ReadOptions
from rowid.ports import Source
from rowid.sinks import file_sink
from rowid.sources import file_source
from rowid.stream import characters, decoded, decoded_schema


def source(folder: Path, content: bytes, name: str = "table.csv", **options: object) -> Source:
    """A source over a file with this content."""
    path = folder / name
    path.write_bytes(content)
    return file_source(str(path), ReadOptions(**options))


def values(one: Source) -> pa.Table:
    """All rows of a source, as values."""
    with one.open() as reader:
        return pa.Table.from_batches([decoded(batch) for batch in reader], decoded_schema(reader.schema))


def cells(one: Source) -> pa.Table:
    """All rows of a source, each cell with its characters; those of a plain whole number are its text."""
    table = one.open().read_all()
    return pa.table([characters(column).cast(pa.string()) for column in table.columns], names=table.column_names)


def types(one: Source) -> list[str]:
    """The types of a source's columns, as it tells them."""
    return [column.type for column in one.info().columns]


def notes(one: Source) -> list[str]:
    """The notes on a source's columns."""
    return [column.note for column in one.info().columns]


def write(table: pa.Table, path: Path, *, metadata: Mapping[str, str] | None = None, force: bool = False) -> int:
    """Writes a table to a file through a sink."""
    load = file_sink(str(path), force=force).begin(table.schema, metadata or {})
    try:
        for batch in table.to_batches(max_chunksize=3):
            load.write(batch)
        return load.commit().rows_in
    finally:
        load.abort()  # harmless after commit


def copy(one: Source, path: Path) -> int:
    """Writes all rows of a source to a file, as a run does."""
    with one.open() as reader:
        load = file_sink(str(path)).begin(reader.schema, {})
        for batch in reader:
            load.write(batch)
    return load.commit().rows_in
