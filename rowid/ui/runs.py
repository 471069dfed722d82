"""Runs as the app starts them: what one will do, the run in its thread, and the same job elsewhere."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rowid import bootstrap, pipeline
from rowid.errors import UsageError
from rowid.model import AuditTrail, KeyVerdict, ReadOptions
from rowid.recipe import Recipe
from rowid.settings import Settings
from rowid.ui import problems, questions
from rowid.ui.jobs import Job, process
from rowid.ui.numbers import count
from rowid.ui.text import escape, names
from rowid.ui.workspace import Run, Table, Workspace

OUTPUTS = {"Parquet": ".parquet", "CSV": ".csv"}
FORMS = {
    "hex": ("Hexadecimal", "64 digits, the whole SHA-256"),
    "uuid": ("UUID", "version 8, 122 bits of the SHA-256"),
    "int64": ("64-bit integer", "signed, 64 bits of the SHA-256"),
    "binary": ("Binary", "32 bytes, the whole SHA-256"),
}
DUPLICATES = {
    "keep": ("Keep", "repeated rows share their ID"),
    "number": ("Number", "each repetition gets an ID of its own"),
    "reject": ("Reject", "the run stops if a row repeats"),
}
NULLS = {
    "hash": ("Hash", "a null is part of the content"),
    "null": ("Null", "no ID where all key columns are null"),
    "reject": ("Reject", "the run stops if a key column holds a null"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that could be started. ``replace``: the ID goes into a column that the table has already."""

    table: Table
    recipe: Recipe
    output: str
    replace: bool = False

    @property
    def file(self) -> str:
        """The name of the result."""
        if self.table.uri:  # a table's name has no ending
            return f"{self.table.name}.row_id{OUTPUTS[self.output]}"
        return result_name(self.table.name, self.output)

    def sentences(self, rows: int | None, verdict: KeyVerdict | None) -> list[str]:
        """What the run will do, in Markdown."""
        recipe, column = self.recipe, escape(self.recipe.id_column)
        size = count(rows, "row") if rows is not None else "all rows"
        place = f"replace column **{column}**" if self.replace else f"add column **{column}**"
        said = [
            f"Read {size} of **{escape(self.table.name)}** and {place}, made of {names(recipe.columns)}.",
            f"Form of the ID: {FORMS[recipe.form][0]} ({FORMS[recipe.form][1]}).",
            f"Repeats and nulls: {DUPLICATES[recipe.duplicates][1]}; {NULLS[recipe.nulls][1]}.",
            f"Write **{escape(self.file)}** for you to download. Your table stays as it is.",
        ]
        if recipe.duplicates == "reject" and verdict and verdict.surplus_rows:
            said.append(f"**It will stop:** {count(verdict.surplus_rows, 'row')} repeat another one.")
        if recipe.nulls == "reject" and verdict and verdict.rows_with_null:
            said.append(f"**It will stop:** {count(verdict.rows_with_null, 'row')} have a null in the key.")
        return said


def result_name(name: str, output: str) -> str:
    """The name of the file with IDs made of the file ``name``: ``flights.csv.gz`` gives ``flights.row_id.parquet``."""
    stem = name
    for ending in (".gz", ".gzip", ".zst", ".zstd"):
        stem = stem.removesuffix(ending)
    stem = Path(stem).stem or stem
    return f"{stem}.row_id{OUTPUTS[output]}"


def start(plan: Plan, settings: Settings) -> Run:
    """Starts the run in a thread of this process, and returns what is known of it."""
    keeper = Workspace(settings)
    run, path = keeper.new_run(plan.table, plan.recipe.to_dict(), plan.file, replace=plan.replace)

    def work(job: Job[AuditTrail]) -> AuditTrail:
        try:
            trail = pipeline.run(
                questions.source(plan.table),
                plan.recipe,
                bootstrap.open_sink(str(path)),
                observers=bootstrap.observers(settings),
                progress=job.report,
                should_stop=job.should_stop,
                replace=plan.replace,
                run_id=run.id,
                limits=bootstrap.limits(settings),
            )
        except Exception as error:
            keeper.fail(run.id, problems.facts(error))
            raise
        keeper.finish(run.id, trail.to_dict())
        return trail

    process().jobs.ask(("run", run.id, plan.table.id, plan.table.name), work)
    return run


def job(run: Run) -> Job[AuditTrail] | None:
    """The job of a run, while this process remembers it."""
    return process().jobs.get(("run", run.id, run.table_id, run.source))


def running(table_id: str | None) -> list[tuple[str, str, Job[AuditTrail]]]:
    """Run ID, table's name and job of the runs under way on a table."""
    jobs = process().jobs.running("run")
    return [(str(key[1]), str(key[3]), job) for key, job in jobs if isinstance(key, tuple) and key[2] == table_id]


def address(run: Run) -> str:
    """The path from which the server gives out the result."""
    return f"/results/{run.id}/{quote(run.file)}"


def recipe_file(run: Run) -> str:
    """The name of the recipe's file."""
    return f"{run.file.removesuffix(Path(run.file).suffix)}.recipe.yaml"


def command_line(run: Run) -> str:
    """The same job as a command."""
    recipe = Recipe.from_dict(run.recipe)
    parts = ["rowid", "run", run.uri or run.source, "-o", run.file]
    if set(run.recipe) - {"types", "normalise", "decimals"} == set(run.recipe):
        parts += ["--columns", ",".join(_quoted(name) for name in recipe.columns)]
        for option, value, default in (
            ("--id-column", recipe.id_column, "row_id"),
            ("--form", recipe.form, "hex"),
            ("--duplicates", recipe.duplicates, "keep"),
            ("--nulls", recipe.nulls, "hash"),
            ("--key-env", recipe.key_env, None),
        ):
            parts += [option, str(value)] if value != default else []
    else:  # what the options cannot say, the recipe does
        parts += ["--recipe", recipe_file(run)]
    parts += ["--replace-id"] if run.replace else []
    parts += _reading(run.options)
    return shlex.join(parts)


def python(run: Run) -> str:
    """The same job in Python."""
    given = {key: value for key, value in _given(run.options).items() if value is not None}
    options = f", ReadOptions({', '.join(f'{key}={value!r}' for key, value in given.items())})" if given else ""
    more = ", replace=True" if run.replace else ""
    return "\n".join(
        [
            "from rowid import Recipe, bootstrap, pipeline",
            *(["from rowid.model import ReadOptions"] if given else []),
            "",
            f"recipe = Recipe.load({recipe_file(run)!r})",
            f"source = bootstrap.open_source({(run.uri or run.source)!r}{options})",
            f"sink = bootstrap.open_sink({run.file!r})",
            f"trail = pipeline.run(source, recipe, sink{more})",
            'print(f"{trail.rows_out:,} rows, {trail.distinct_ids:,} distinct IDs")',
        ]
    )


def receipt_json(run: Run) -> str:
    """The audit trail as a file."""
    return json.dumps(run.receipt, indent=2, ensure_ascii=False) + "\n"


def policies(run: Run) -> dict[str, str]:
    """What the recipe's policies did in a finished run, in sentences."""
    return pipeline.applied(run.receipt or {})


def result_path(run: Run, settings: Settings) -> Path:
    """Where the result lies. Raises UsageError if it is gone."""
    path = Workspace(settings).result(run.id, run.file)
    if path is None:
        raise UsageError("the result is no longer there", where=run.file, hint="Run it again.")
    return path


def _given(options: ReadOptions) -> dict[str, object]:
    """The reading options that decide what a file's rows are. Text columns are in the recipe where they matter."""
    return {
        "delimiter": options.delimiter,
        "quote": options.quote,
        "encoding": options.encoding,
        "header": options.header,
        "sheet": options.sheet,
    }


def _reading(options: ReadOptions) -> Sequence[str]:
    parts: list[str] = []
    for key, value in _given(options).items():
        if key == "header" and value is not None:
            parts.append("--header" if value else "--no-header")
        elif value is not None:
            parts += [f"--{key}", "tab" if value == "\t" else str(value)]
    return parts


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(char in name for char in ',"\n') else name
