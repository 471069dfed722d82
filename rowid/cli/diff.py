"""``rowid diff``: what changed between two states of a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import options
from rowid.cli.output import as_json, drawn, out, printable, require_place, tell, write_whole
from rowid.cli.recipes import recipe_for
from rowid.errors import UsageError
from rowid.recipe import Recipe
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.model import RowChange, TableDiff

_FILES = "Files"
_CONTENT = "What is compared"
_PAGES = (".html", ".htm")
_IN_PAGE = 500
_IDS = 12  # digits of an ID that a terminal shows


def diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="The earlier state: a file as for `rowid run`, or a table of a database.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The later state.")],
    *,
    columns: options.Columns = None,
    recipe: Annotated[
        Path | None, typer.Option(help="The recipe to follow, YAML or JSON.", rich_help_panel=options.KEY)
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B,...",
            help="Columns that are not compared; may be given several times.",
            rich_help_panel=_CONTENT,
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(help="The ID column, which is not compared; `row_id` if not given.", rich_help_panel=_CONTENT),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="Where all differences go: a CSV, TSV, Parquet or JSON Lines file, `-` for CSV on standard output, or "
            "an HTML page.",
            rich_help_panel=_FILES,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output if it exists.", rich_help_panel=_FILES)
    ] = False,
    first: Annotated[int, typer.Option(metavar="N", help="How many differences to show.", min=0)] = 20,
    sql: Annotated[
        bool,
        typer.Option("--sql", help="Print the SQL that compares two tables of one database by their ID columns."),
    ] = False,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Says what changed between two states of a table."""
    given = {"columns": options.column_names(columns) if columns else None, "id_column": id_column}
    wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    reading = options.read_options(delimiter, quote, encoding, header, sheet)
    left_out = options.column_names(exclude, "--exclude") if exclude else ()
    base = Recipe.load(recipe).to_dict() if recipe else {}

    from rowid import bootstrap, pipeline
    from rowid.cli.progress import bar

    if sql:
        _print_sql(before, after, {**base, **wanted}.get("id_column", "row_id"), left_out, output=output, json=json)
        return
    if "columns" not in {**base, **wanted}:
        hint = "Name the key columns with --columns, or a recipe with --recipe."
        raise UsageError("nothing says which columns identify a row", hint=hint)
    page = Path(output) if output and output.lower().endswith(_PAGES) else None
    if page:
        require_place(page, force=force)
    sink = bootstrap.open_sink(output, force=force) if output and not page else None
    one, other = bootstrap.open_source(before, reading), bootstrap.open_source(after, reading)
    with bar(shown=not json, rows_on_stdout=output == "-") as progress:
        found = pipeline.diff(
            one, other, recipe_for(one, base, wanted), exclude=left_out, sink=sink,
            first=max(first, _IN_PAGE if page else 0), progress=progress, limits=bootstrap.limits(Settings.load()),
        )  # fmt: skip
    if page:
        from rowid.report import changes

        write_whole(page, changes.html(found), force=force)
    _answer(found, first, json=json, rows_on_stdout=output == "-")
    if not found.identical:
        raise typer.Exit(1)


def _print_sql(
    before: str, after: str, id_column: str, exclude: tuple[str, ...], *, output: str | None, json: bool
) -> None:
    from rowid import bootstrap

    if output:
        raise UsageError("--sql prints the statement and compares nothing", where="--output", hint="Leave one out.")
    text = bootstrap.difference_sql(before, after, id_column, exclude)
    out(as_json({"sql": text}) if json else text)


def _answer(found: "TableDiff", first: int, *, json: bool, rows_on_stdout: bool) -> None:
    say = tell if rows_on_stdout else out
    if json:
        say(as_json(found.to_dict()))
        return
    from rowid.report import changes

    lines = [changes.answer(found), changes.basis(found), *changes.remarks(found)]
    say("\n".join(map(printable, lines)))
    if found.first[:first] and not rows_on_stdout:
        out("\n" + _table(found, found.first[:first]))
        more = found.differences - len(found.first[:first])
        if more:
            out(f"and {more:,} more (-o FILE has all)")


def _table(found: "TableDiff", shown: "tuple[RowChange, ...]") -> str:
    import sys

    from rich.table import Table
    from rich.text import Text

    from rowid.report import changes

    drawing = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("status", "ID"):
        drawing.add_column(name, no_wrap=True)
    for name in ("key", "what changed"):
        drawing.add_column(name, overflow="fold")
    for one in shown:
        id_ = "null" if one.id is None else one.id
        id_ = id_[:_IDS] + "…" if sys.stdout.isatty() and len(id_) > _IDS else id_
        cells = (one.status, id_, changes.key_text(found, one), changes.change_text(one))
        drawing.add_row(*(Text(printable(cell)) for cell in cells))
    return drawn(drawing)
