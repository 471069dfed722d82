"""Runs as the app starts them: what one will do, the run in its thread, and the same job elsewhere."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rowid import bootstrap, pipeline
from rowid.databases import Address
from rowid.errors import UsageError
from rowid.model import AuditTrail, KeyVerdict
from rowid.ports import Observer, Sink
from rowid.recipe import Recipe
from rowid.settings import Settings
from rowid.ui import databases, keyed, problems, questions, retention
from rowid.ui.jobs import Job, process
from rowid.ui.nouns import Run, Table, Target
from rowid.ui.numbers import count
from rowid.ui.text import escape, names
from rowid.ui.workspace import Workspace

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


WRITES = {
    "merge": ("Merge", "rows with a new ID are added, those of a known one are updated where they differ"),
    "append": ("Append", "rows with a new ID are added, those of a known one are left as they are"),
    "replace": ("Replace", "the table holds exactly these rows afterwards"),
}
MISSING = {
    "report": ("Count them", "they stay as they are"),
    "mark": ("Mark them", "the time goes into their column row_gone_at"),
    "delete": ("Delete them", "they are removed from the table"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that could be started, into a file or into the table ``target``.

    ``replace``: the ID goes into a column that the table has already.
    """

    table: Table
    recipe: Recipe
    output: str
    replace: bool = False
    target: Target | None = None

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
            *self._written(),
        ]
        if recipe.duplicates == "reject" and verdict and verdict.surplus_rows:
            said.append(f"**It will stop:** {count(verdict.surplus_rows, 'row')} repeat another one.")
        merged = self.target is not None and self.target.write == "merge" and recipe.duplicates == "keep"
        if merged and verdict and verdict.surplus_rows:
            said.append(
                f"**It will stop:** {count(verdict.surplus_rows, 'row')} would share an ID with another one, and a "
                "merge takes an ID for one row."
            )
        if recipe.nulls == "reject" and verdict and verdict.rows_with_null:
            said.append(f"**It will stop:** {count(verdict.rows_with_null, 'row')} have a null in the key.")
        return said

    def _written(self) -> list[str]:
        if self.target is None:
            return [f"Write **{escape(self.file)}** for you to download. Your table stays as it is."]
        told = escape(self.target.shown)
        if self.target.write is None:
            return [f"Make the new table **{told}** of all rows: whole, or not at all."]
        label, caption = WRITES[self.target.write]
        said = [f"{label} into **{told}**: {caption}. All of it is done, or nothing."]
        if self.target.write == "merge":
            said.append(f"Rows of that table that are not among these: {MISSING[self.target.missing][1]}.")
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
    run, path = keeper.new_run(plan.table, plan.recipe.to_dict(), plan.file, replace=plan.replace, target=plan.target)

    def work(job: Job[AuditTrail]) -> AuditTrail:
        try:
            trail = _do(plan, job, settings, str(path), bootstrap.observers(settings), run_id=run.id)
        except Exception as error:
            keeper.fail(run.id, problems.facts(error))
            raise
        keeper.finish(run.id, trail.to_dict())
        if plan.target:
            databases.forget_tables(Address.parse(plan.target.uri).host)
        retention.tidy(settings)
        return trail

    key = ("run", run.id, plan.table.id, plan.table.name)
    process().jobs.ask(key, work, about=(run.id, plan.table.id), lane=_lane(plan))
    return run


def dry_run(plan: Plan, settings: Settings) -> Job[AuditTrail]:
    """What the run would do to its table: the receipt's counts and SQL. Nothing is written, and nothing recorded."""

    def work(job: Job[AuditTrail]) -> AuditTrail:
        return _do(plan, job, settings, "", (), dry_run=True)

    return process().jobs.ask(dry_run_key(plan), work, about=(plan.table.id,), lane=_lane(plan))


def dry_run_key(plan: Plan) -> tuple[object, ...]:
    """The key of the job of ``dry_run``."""
    recipe = plan.recipe
    made = (recipe.fingerprint, recipe.key_env, recipe.id_column)
    return ("dry-run", *plan.table.state(), *made, plan.replace, plan.target)


def _do(
    plan: Plan, job: Job[AuditTrail], settings: Settings, path: str, observers: Sequence[Observer], *,
    run_id: str | None = None, dry_run: bool = False,
) -> AuditTrail:  # fmt: skip
    keyed.require_allowed(plan.recipe)
    with closing(_sink(plan, path, dry_run=dry_run)) as sink:
        return pipeline.run(
            questions.source(plan.table),
            plan.recipe,
            sink,
            observers=observers,
            progress=job.report,
            should_stop=job.should_stop,
            replace=plan.replace,
            run_id=run_id,
            limits=bootstrap.limits(settings),
        )


def _sink(plan: Plan, path: str, *, dry_run: bool) -> Sink:
    target = plan.target
    if target is None:
        return bootstrap.open_sink(path)
    databases.require_writable(target.uri)
    return bootstrap.open_sink(target.uri, force=target.force, loading=target.loading(dry_run=dry_run))


def _lane(plan: Plan) -> str:
    """Runs into a database wait for others into the same one, and nobody else waits for it."""
    return f"run {Address.parse(plan.target.uri).host}" if plan.target else ""


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
