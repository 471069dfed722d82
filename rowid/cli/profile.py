"""``rowid profile``: what stands in each column."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rowid.cli import options
from rowid.cli.output import as_json, drawn, out, printable

if TYPE_CHECKING:
    import pyarrow as pa

    from rowid.model import Progress, SourceInfo, TableProfile


def profile(
    source: options.Input,
    *,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Shows what stands in each column of a table."""
    reading = options.read_options(delimiter, quote, encoding, header, sheet)

    from rowid import bootstrap, profiler
    from rowid.cli.progress import bar

    with bar(shown=not json) as progress:
        table = bootstrap.open_source(source, reading)
        info = table.info()
        with closing(table.open()) as reader:
            found = profiler.profile(_watched(reader, info.rows, progress))
    out(as_json(_plain(info, found)) if json else _text(info, found))


def _watched(
    reader: "pa.RecordBatchReader", total: int | None, progress: "Callable[[Progress], None] | None"
) -> "pa.RecordBatchReader":
    """The reader, telling how far it is."""
    if progress is None:
        return reader
    import time

    from rowid import stream
    from rowid.model import Progress

    started = time.perf_counter()

    def batches() -> "Iterator[pa.RecordBatch]":
        rows = 0
        for batch in reader:
            yield batch
            rows += batch.num_rows
            progress(Progress(rows, total, time.perf_counter() - started, "profile"))

    return stream.reader(reader.schema, batches())


def _plain(info: "SourceInfo", found: "TableProfile") -> dict[str, Any]:
    notes = {column.name: column.note for column in info.columns}
    columns = [
        {
            **asdict(column),
            "distinct": column.distinct if column.distinct >= 0 else None,
            "note": notes.get(column.name, ""),
        }
        for column in found.columns
    ]
    return {
        "source": info.name,
        "format": info.format,
        "details": dict(info.details),
        "notes": list(info.notes),
        "rows": found.rows,
        "columns": columns,
    }


def _text(info: "SourceInfo", found: "TableProfile") -> str:
    from rich.table import Table
    from rich.text import Text

    notes = {column.name: column.note for column in info.columns}
    table = Table("column", "type", box=None, pad_edge=False, header_style="bold")
    table.add_column("nulls", justify="right")
    table.add_column("distinct", justify="right")
    table.add_column("examples", overflow="fold")
    if any(notes.values()):
        table.add_column("note", overflow="fold")
    for column in found.columns:
        distinct = f"{column.distinct:,}" if column.distinct >= 0 else "not counted"
        cells = [column.name, column.type, f"{column.nulls:,}", distinct, ", ".join(column.examples)]
        cells += [notes.get(column.name, "")] if any(notes.values()) else []
        table.add_row(*(Text(printable(cell)) for cell in cells))  # as Text: a value may look like rich's markup
    details = "".join(f", {name} {value}" for name, value in info.details.items())
    head = f"{info.name}: {info.format}{details}; {found.rows:,} rows, {len(found.columns):,} columns"
    return "\n".join([printable(head), *(f"note: {printable(note)}" for note in info.notes), "", drawn(table)])
