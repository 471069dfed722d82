"""``rowid run``: a table in, the same table with IDs out."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import loading, options
from rowid.cli.output import as_json, out, require_place, tell, write_whole
from rowid.cli.pushdown import Pushdown, pushed_down
from rowid.cli.recipes import recipe_for
from rowid.cli.signals import SignalReceived
from rowid.errors import SinkError, UsageError
from rowid.events import Event, RunFinished
from rowid.recipe import DUPLICATES, FORMS, NULLS, Recipe
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.model import AuditTrail, Loading
    from rowid.ports import Observer

_ID, _FILES, _SPARK = "What the ID is like", "Files", "Where the work is done"


def _any_of(allowed: tuple[str, ...]) -> dict[str, Any]:
    """What Typer is to know of an option whose value the recipe checks."""
    return {"metavar": "|".join(allowed), "autocompletion": lambda: list(allowed)}


def run(
    source: options.Input,
    *,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="A CSV, TSV, Parquet or JSON Lines file (CSV, TSV and JSON Lines also as .gz or .zst), a table such "
            "as `duckdb:///people.duckdb?table=people`, or `-`: CSV on standard output.",
            rich_help_panel=_FILES,
        ),
    ],
    columns: options.Columns = None,
    recipe: Annotated[
        Path | None, typer.Option(help="The recipe to follow, YAML or JSON.", rich_help_panel=options.KEY)
    ] = None,
    save_recipe: Annotated[
        Path | None,
        typer.Option(
            help="Where to keep the recipe of this run, as YAML (or JSON, by its ending).", rich_help_panel=_FILES
        ),
    ] = None,
    id_column: Annotated[
        str | None, typer.Option(help="The column that receives the ID; `row_id` if not given.", rich_help_panel=_ID)
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(**_any_of(FORMS), help="How the ID is written; `hex` if not given.", rich_help_panel=_ID),
    ] = None,
    duplicates: Annotated[
        str | None,
        typer.Option(
            **_any_of(DUPLICATES),
            help="What a repeated row gets: the same ID (the default), an ID of its own, or an error.",
            rich_help_panel=_ID,
        ),
    ] = None,
    nulls: Annotated[
        str | None,
        typer.Option(
            **_any_of(NULLS),
            help="A null in a key column: part of the content (the default), no ID where all key columns are null, or "
            "an error.",
            rich_help_panel=_ID,
        ),
    ] = None,
    key_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The environment variable that holds a secret, as base64, for keyed IDs (HMAC).",
            rich_help_panel=_ID,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace files that exist; with `--write replace`, also by another recipe.",
            rich_help_panel=_FILES,
        ),
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(
            **_any_of(("local", "spark")),
            help="What makes the IDs: this process (if not given), or Spark, from and to Parquet files and folders or "
            "tables of its catalogue (`spark:///?table=name`).",
            rich_help_panel=_SPARK,
        ),
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Spark's master, such as `local[4]` or `yarn`; the one that Spark's configuration names if not given.",
            rich_help_panel=_SPARK,
        ),
    ] = None,
    replace_id: Annotated[
        bool,
        typer.Option("--replace-id", help="Replace an ID column that the input has already.", rich_help_panel=_ID),
    ] = False,
    write: loading.Write = None,
    missing: loading.Missing = None,
    dry_run: loading.DryRun = False,
    pushdown: Pushdown = False,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> None:
    """Reads a table, gives every row its ID, and writes it."""
    given = {
        "columns": options.column_names(columns) if columns else None,
        "id_column": id_column,
        "form": form,
        "duplicates": duplicates,
        "nulls": nulls,
        "key_env": key_env,
    }
    wanted = {field: value for field, value in given.items() if value is not None}
    reading = options.read_options(delimiter, quote, encoding, header, sheet)
    how = loading.loading(write, missing, dry_run=dry_run, output=output)
    _require_place(save_recipe, output, force=force)

    from rowid.cli.listen import observers

    tables_alone = {"--write": write, "--missing": missing, "--dry-run": dry_run, "--pushdown": pushdown}
    on_spark = options.on_spark(engine, master, tables_alone)
    written = _Written()
    listeners: list[Observer] = [written, *observers(verbose=verbose, recorded=not dry_run)]
    base = Recipe.load(recipe).to_dict() if recipe else {}
    try:
        if on_spark:
            from rowid.cli.spark import run_on_spark

            trail = run_on_spark(
                source, output, base, wanted, master=master, force=force, replace=replace_id, json=json,
                observers=listeners, told_how_to_read=[delimiter, quote, encoding, header, sheet] != [None] * 5,
            )  # fmt: skip
            chosen = Recipe.from_dict(trail.recipe)
        elif pushdown:
            trail, chosen = pushed_down(
                source, output, base, wanted, how, observers=listeners, force=force, replace=replace_id
            )
        else:
            from rowid import bootstrap, pipeline
            from rowid.cli.progress import bar

            with closing(bootstrap.open_sink(output, force=force, loading=how)) as sink:
                table = bootstrap.open_source(source, reading)
                chosen = recipe_for(table, base, wanted)
                if not json and not {"columns"} & {*base, *wanted}:
                    tell(f"no columns were named: all of them make the ID, sorted by name ({len(chosen.columns):,})")
                with bar(shown=not (json or verbose), rows_on_stdout=output == "-") as progress:
                    limits = bootstrap.limits(Settings.load())
                    if output == "-":  # what a pipe has been given cannot be taken back
                        pipeline.refuse(table, chosen, progress=progress, limits=limits)
                    trail = pipeline.run(
                        table, chosen, sink, observers=listeners, progress=progress, replace=replace_id, limits=limits
                    )
        if save_recipe and not dry_run:
            _save(chosen, save_recipe, force=force)
        _answer(trail, how, json=json, rows_on_stdout=output == "-")
    except SignalReceived as stop:
        stop.done = written.yes and not dry_run
        raise


class _Written:
    """Hears that the output is in place: who is interrupted after that must not be told that nothing was written."""

    yes = False

    def __call__(self, event: Event) -> None:
        self.yes = self.yes or isinstance(event, RunFinished)


def _answer(trail: "AuditTrail", how: "Loading", *, json: bool, rows_on_stdout: bool) -> None:
    if how.dry_run:
        loading.answer_dry_run(trail, json=json)
    elif not json:
        from rowid.cli.receipt import receipt

        tell(receipt(trail, how.missing))
    elif rows_on_stdout:
        tell(as_json(trail.to_dict()))
    else:
        out(as_json(trail.to_dict()))


def _require_place(save_recipe: Path | None, output: str, *, force: bool) -> None:
    """Finds out before the work, not after it, that the recipe could not be kept."""
    if save_recipe is None:
        return
    if output != "-" and save_recipe.absolute() == Path(output).absolute():
        raise UsageError("the recipe and the rows cannot go to the same file", where="--save-recipe")
    require_place(save_recipe, force=force)


def _save(recipe: Recipe, path: Path, *, force: bool) -> None:
    text = recipe.to_json() if path.suffix.lower() == ".json" else recipe.to_yaml()
    try:
        write_whole(path, text, force=force)
    except SinkError as error:
        what = f"the rows are written, but the recipe is not: {error.what}"
        hint = "Run again with another place for it, and --force."
        raise SinkError(what, where=error.where, hint=hint) from None
