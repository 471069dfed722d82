"""``rowid keys``: which columns identify the rows of a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import options
from rowid.cli.output import as_json, drawn, out, printable

if TYPE_CHECKING:
    from rowid.model import Candidate, KeySearch, NearKey

_SHOWN = 20
_FIELDS = ("columns", "distinct", "exact", "score", "reasons", "rows_with_null", "risks", "by_chance")


def keys(
    source: options.Input,
    *,
    max_columns: Annotated[int, typer.Option(metavar="N", help="Columns of a key, at most.", min=1)] = 4,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B,...", help="Columns that are to be left out; may be given several times."),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="SECONDS", help="When to end with what was found; 0: never.", min=0)
    ] = 120.0,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Finds the columns that identify the rows of a table."""
    reading = options.read_options(delimiter, quote, encoding, header, sheet)
    left_out = options.column_names(exclude, "--exclude") if exclude else ()

    from rowid import bootstrap, pipeline
    from rowid.cli.progress import bar
    from rowid.engine import require_columns

    table = bootstrap.open_source(source, reading)
    with bar(shown=not json) as progress:
        require_columns([column.name for column in table.info().columns], left_out)
        found = pipeline.find_keys(
            table, max_columns=max_columns, exclude=left_out, progress=progress, time_limit_s=time_limit or None
        )
    out(as_json(plain(found)) if json else _text(found))


def plain(found: "KeySearch") -> dict[str, Any]:
    """A search as plain types, ready for JSON."""
    near = ("columns", "distinct", "surplus_rows", "groups", "reasons", "rows_with_null", "surplus_without_null")
    return {
        "verdict": found.verdict,
        "rows": found.rows,
        "reasons": list(found.reasons),
        "repeated_rows": found.repeated_rows,
        "candidates": [{name: getattr(one, name) for name in _FIELDS} for one in found.candidates],
        "near": [{name: getattr(one, name) for name in near} for one in found.near],
        "not_searched": list(found.not_searched),
        "elapsed_s": found.elapsed_s,
    }


def _text(found: "KeySearch") -> str:
    lines = [f"{found.verdict}: {'; '.join(map(printable, found.reasons))}"]
    if found.candidates:
        lines += ["", _table("key", [_candidate(one) for one in found.candidates[:_SHOWN]])]
    if len(found.candidates) > _SHOWN:
        lines.append(f"and {len(found.candidates) - _SHOWN:,} more (--json lists all)")
    if found.near:
        lines += ["", _table("near a key", [_near(one) for one in found.near])]
    if found.not_searched:
        lines += ["", *(f"not searched: {printable(one)}" for one in found.not_searched)]
    return "\n".join(lines)


def _candidate(one: "Candidate") -> tuple[str, str, str]:
    return ", ".join(one.columns), f"{one.score:.2f}", "; ".join(one.reasons)


def _near(one: "NearKey") -> tuple[str, str, str]:
    rows = "; ".join(" = ".join(f"{row:,}" for row in group) for group in one.groups)
    return ", ".join(one.columns), f"-{one.surplus_rows:,}", "; ".join([*one.reasons, f"equal rows: {rows}"])


def _table(head: str, rows: "Sequence[tuple[str, str, str]]") -> str:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(head, overflow="fold")
    table.add_column("score" if head == "key" else "rows", justify="right")
    table.add_column("reasons", overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))  # as Text: a name may look like rich's markup
    return drawn(table)
