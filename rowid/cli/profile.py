"""``rowid profile``: what stands in each column, and what changed since an earlier profile."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import options
from rowid.cli.output import as_json, out
from rowid.errors import ColumnError

if TYPE_CHECKING:
    import pyarrow as pa

    from rowid.model import Progress, ReadOptions, SourceInfo, TableProfile


def profile(
    source: options.Input,
    *,
    column: Annotated[list[str] | None, typer.Option(help="Show all of this column; may be given again.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="OTHER", help="Show what changed since OTHER: a table, or a profile saved with `--json`."),
    ] = None,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Shows what stands in each column of a table."""
    reading = options.read_options(delimiter, quote, encoding, header, sheet)

    from rowid import profiler
    from rowid.cli import comparison, portrait
    from rowid.cli.progress import bar

    with bar(shown=not json) as progress:
        before = comparison.earlier(against, lambda: _profiled(against, reading, progress)[1]) if against else None
        info, found = _profiled(source, reading, progress)
    found = _only(found, column or (), info.name)
    if before is not None:
        changes = profiler.compare(_only(before, column or (), ""), found)
        named = {"source": info.name, "against": comparison.name(against)}
        out(as_json({**named, **changes.to_dict()}) if json else comparison.text(changes, **named))
        if changes.drifted:
            raise typer.Exit(1)
    elif json:
        out(as_json(_plain(info, found)))
    else:
        out(portrait.columns(info, found) if column else portrait.table(info, found))


def _profiled(
    uri: str, reading: "ReadOptions", progress: "Callable[[Progress], None] | None"
) -> "tuple[SourceInfo, TableProfile]":
    from rowid import bootstrap, profiler

    table = bootstrap.open_source(uri, reading)
    info = table.info()
    with closing(table.open()) as reader:
        return info, profiler.profile(_watched(reader, info.rows, progress))


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


def _only(found: "TableProfile", names: Sequence[str], where: str) -> "TableProfile":
    """The profile of some columns; of all where none is named. Without ``where``, one may be missing."""
    if not names:
        return found
    from difflib import get_close_matches

    known = [column.name for column in found.columns]
    for name in names:
        if where and name not in known:
            close = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"There are {', '.join(known[:20])}."
            raise ColumnError(f"there is no column {name!r}", where=where, hint=hint)
    return replace(found, columns=tuple(column for column in found.columns if column.name in names))


def _plain(info: "SourceInfo", found: "TableProfile") -> dict[str, Any]:
    notes = {column.name: column.note for column in info.columns}
    plain = found.to_dict()
    plain["columns"] = [{**column, "note": notes.get(column["name"], "")} for column in plain["columns"]]
    from rowid import profiler

    return {
        "source": info.name,
        "format": info.format,
        "details": dict(info.details),
        "notes": list(info.notes),
        "quality_formula": profiler.FORMULA,
        **plain,
    }
