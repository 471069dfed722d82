"""``rowid verify``: do the IDs of a file still belong to its rows."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rowid.cli import options
from rowid.cli.output import as_json, out, printable
from rowid.errors import UsageError
from rowid.recipe import Recipe
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.ports import Source


def verify(
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="A file with an ID column, of any format that `rowid run` reads.")
    ],
    *,
    recipe: Annotated[Path | None, typer.Option(help="The recipe the IDs were made with, YAML or JSON.")] = None,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Computes the IDs of a file again and compares."""
    reading = options.read_options(delimiter, quote, encoding, header, sheet)

    from rowid import bootstrap, pipeline
    from rowid.cli.progress import bar

    with bar(shown=not json) as progress:
        table = bootstrap.open_source(source, reading)
        followed = Recipe.load(recipe) if recipe else _kept_recipe(table, source)
        limits = bootstrap.limits(Settings.load())
        found = pipeline.verify(table, followed, progress=progress, limits=limits)
    if json:
        out(as_json({"ok": found.ok, **asdict(found)}))
    elif found.ok:
        out(f"OK: {found.rows:,} rows have the IDs that are theirs (recipe {found.recipe_fingerprint[:12]})")
    else:
        first = ", ".join(f"{row:,}" for row in found.first_rows)
        more = ", ..." if found.mismatched > len(found.first_rows) else ""
        out(f"DIFFERENT: {found.mismatched:,} of {found.rows:,} rows have an ID that is not theirs: row {first}{more}")
    if not found.ok:
        raise typer.Exit(1)


def _kept_recipe(table: "Source", path: str) -> Recipe:
    """The recipe that the file holds, or that stands beside it."""
    from rowid.pipeline import RECIPE_KEY

    with closing(table.open()) as reader:
        held = (reader.schema.metadata or {}).get(RECIPE_KEY.encode())
    if held is not None:
        return Recipe.from_text(held.decode("utf-8", "replace"), where=f"the recipe in {table.name}")
    for beside in (Path(f"{path}.recipe.yaml"), Path(f"{path}.recipe.json")):
        if beside.is_file():
            return Recipe.load(beside)
    raise UsageError(
        f"{printable(table.name)} holds no recipe, and none stands beside it",
        hint="Name the recipe that its IDs were made with: --recipe recipe.yaml.",
    )
