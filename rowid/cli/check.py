"""``rowid check``: are these columns a key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import options
from rowid.cli.output import as_json, out, require_place, tell, write_whole
from rowid.cli.recipes import recipe_for
from rowid.recipe import Recipe
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.report import QualityReport

_MORE = "What else"


def check(
    source: options.Input,
    *,
    columns: options.Columns = None,
    recipe: Annotated[
        Path | None, typer.Option(help="The recipe whose key is checked, YAML or JSON.", rich_help_panel=options.KEY)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Where to write the report as one HTML file.", rich_help_panel=_MORE)
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the HTML file if it exists.", rich_help_panel=_MORE)
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="An earlier output of the same recipe: tells which IDs are kept, new and gone.",
            rich_help_panel=_MORE,
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(help="The ID column of that file; `row_id` if not given.", rich_help_panel=_MORE),
    ] = None,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Says whether columns are a key."""
    given = {"columns": options.column_names(columns) if columns else None, "id_column": id_column}
    wanted: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    reading = options.read_options(delimiter, quote, encoding, header, sheet)
    if html is not None:
        require_place(html, force=force)

    from rowid import bootstrap, report
    from rowid.cli.progress import bar

    base = Recipe.load(recipe).to_dict() if recipe else {}
    table = bootstrap.open_source(source, reading)
    chosen = recipe_for(table, base, wanted)
    if not json and not {"columns"} & {*base, *wanted}:
        tell(f"no columns were named: all of them are checked together ({len(chosen.columns):,})")
    previous = bootstrap.open_source(against) if against else None
    with bar(shown=not json) as progress:
        limits = bootstrap.limits(Settings.load())
        found = report.examine(table, chosen, previous=previous, progress=progress, limits=limits)
    if html is not None:
        write_whole(html, report.html(found), force=force)
    _answer(found, json=json)
    if found.verdict.answer != "KEY":
        raise typer.Exit(1)


def _answer(found: "QualityReport", *, json: bool) -> None:
    if json:
        out(as_json(found.to_dict()))
    else:
        from rowid.report import text

        out(text(found))
