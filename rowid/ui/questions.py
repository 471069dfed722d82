"""What pages ask about a table. Each answer is a job: asked twice, it is worked out once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import pyarrow as pa

from rowid import bootstrap, canonical, pipeline, profiler, stream
from rowid.errors import RowIdError
from rowid.model import Choice, KeySearch, KeyVerdict, Progress, ReadOptions, SourceInfo, TableProfile
from rowid.ports import Source
from rowid.recipe import Recipe, Rule
from rowid.report import QualityReport, examine
from rowid.settings import Settings
from rowid.ui import keyed
from rowid.ui.jobs import Job, Watched, process
from rowid.ui.nouns import Earlier, Table
from rowid.ui.snapshots import Snapshot

HEAD_ROWS = 100
PREVIEW_ROWS = 10
GROUPS = 20
T = TypeVar("T")
_FLOATS = ("halffloat", "float", "double")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A value before and after a column's rule, as canonical text; None is null. ``problem`` is why it has none."""

    before: str | None
    after: str | None
    problem: str = ""


def source(table: Table) -> Source:
    """The table's source. It knows its file already if it was asked about before, and the file has not changed."""
    path, size, changed, options = table.state()
    found = _source(str(path), size, changed, options)
    return Snapshot(found, table.uri) if table.uri else found


@lru_cache(maxsize=32)
def _source(path: str, _size: object, _changed: object, options: Any) -> Source:
    return bootstrap.open_source(path, options if isinstance(options, ReadOptions) else ReadOptions())


def info(table: Table) -> Job[SourceInfo]:
    """What was understood of the table."""
    return _ask(table, ("info", *table.state()), lambda job: source(table).info())


def head(table: Table) -> Job[pa.Table]:
    """The first 100 rows."""
    return _ask(table, ("head", *table.state()), lambda job: _head(source(table)))


def profile(table: Table) -> Job[TableProfile]:
    """The profile of every column."""

    def work(job: Job[TableProfile]) -> TableProfile:
        return profiler.profile(Watched(source(table), job, "profile").open())

    return _ask(table, ("profile", *table.state()), work)


def verdict(table: Table, recipe: Recipe) -> Job[KeyVerdict]:
    """Whether the recipe's key is unique on the table."""

    def work(job: Job[KeyVerdict]) -> KeyVerdict:
        limits = bootstrap.limits(Settings.load())
        return pipeline.judge(source(table), recipe, progress=job.report, should_stop=job.should_stop, limits=limits)

    return _ask(table, verdict_key(table, recipe), work)


def verdict_key(table: Table, recipe: Recipe) -> tuple[object, ...]:
    """The key of the verdict's job."""
    return ("verdict", *table.state(), recipe.fingerprint)


def known_verdict(table: Table, recipe: Recipe) -> KeyVerdict | None:
    """The verdict if it has been worked out already."""
    job = process().jobs.get(verdict_key(table, recipe))
    return job.result if job else None


def find_keys(table: Table, everything: Recipe) -> Job[KeySearch]:
    """The keys among the columns of a recipe, by its rules."""
    rules = {name: everything.rule(name) for name in everything.columns}

    def work(job: Job[KeySearch]) -> KeySearch:
        found = source(table)
        others = [column.name for column in found.info().columns if column.name not in everything.columns]
        return pipeline.find_keys(found, exclude=others, rules=rules, progress=job.report, should_stop=job.should_stop)

    return _ask(table, keys_key(table, everything), work)


def keys_key(table: Table, everything: Recipe) -> tuple[object, ...]:
    """The key of the search's job."""
    return ("keys", *table.state(), everything.fingerprint)


def choice(table: Table, recipe: Recipe) -> Job[Choice]:
    """What could go from a choice of columns, and what would help it."""

    def work(job: Job[Choice]) -> Choice:
        return pipeline.judge_choice(source(table), recipe, progress=job.report, should_stop=job.should_stop)

    return _ask(table, choice_key(table, recipe), work)


def choice_key(table: Table, recipe: Recipe) -> tuple[object, ...]:
    """The key of the job of ``choice``."""
    return ("choice", *table.state(), recipe.fingerprint)


def preview(table: Table, recipe: Recipe) -> Job[pa.Table]:
    """The first rows with their IDs, these as text."""

    def work(job: Job[pa.Table]) -> pa.Table:
        keyed.require_allowed(recipe)
        return _readable(pipeline.preview(source(table), recipe, rows=PREVIEW_ROWS), recipe.id_column)

    key = ("preview", *table.state(), recipe.fingerprint, recipe.id_column, recipe.key_env)
    return _ask(table, key, work)


def report(table: Table, recipe: Recipe, earlier: Earlier | None = None) -> Job[QualityReport]:
    """The quality report; with what became of the IDs of an earlier run, if one is given."""

    def work(job: Job[QualityReport]) -> QualityReport:
        compared = earlier if keyed.has_secret(recipe) else None
        return examine(
            source(table),
            recipe,
            previous=bootstrap.open_source(str(compared.path)) if compared else None,
            previous_ids=compared.id_column if compared else None,
            progress=job.report,
            should_stop=job.should_stop,
            limits=bootstrap.limits(Settings.load()),
            groups=GROUPS,
        )

    key = ("report", *table.state(), recipe.fingerprint, recipe.key_env, earlier)
    return _ask(table, key, work, *([earlier.run_id] if earlier else []))


def spellings(rows: pa.Table, column: str, rule: Rule, *, limit: int = 5) -> list[Spelling]:
    """The first different values of a column as canonical text, without and with a rule."""
    found: list[Spelling] = []
    for at in range(rows.num_rows):
        value = rows.column(column).combine_chunks().slice(at, 1)
        try:
            before = canonical.texts(stream.values(value), column=column)[0].as_py()
        except RowIdError as error:
            before = None
            problem = error.what
        else:
            problem = ""
        try:
            one = Spelling(before, canonical.texts(value, rule, column=column)[0].as_py(), problem)
        except RowIdError:
            one = Spelling(before, None, f"cannot be read as {rule.type or 'text'}")
        if one not in found:
            found.append(one)
        if len(found) == limit:
            break
    return found


def cells(table: Table) -> Job[pa.Table]:
    """The first 100 rows as the engine meets them: a CSV's cells still know their characters."""
    return _ask(table, ("cells", *table.state()), lambda job: _first(source(table)))


def _ask(table: Table, key: tuple[object, ...], work: Callable[[Job[T]], T], *runs: str) -> Job[T]:
    """The job of this key, which is about a table and runs."""
    return process().jobs.ask(key, work, about=(table.id, *runs))


def _first(found: Source) -> pa.Table:
    batches, rows = [], 0
    with found.open() as reader:
        schema = reader.schema
        while rows < HEAD_ROWS:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            batches.append(batch.slice(0, HEAD_ROWS - rows))
            rows += batches[-1].num_rows
    return pa.Table.from_batches(batches, schema=schema)


def _head(found: Source) -> pa.Table:
    first = _first(found)
    return pa.Table.from_batches(
        [stream.decoded(batch) for batch in first.to_batches()], schema=stream.decoded_schema(first.schema)
    )


def _readable(rows: pa.Table, id_column: str) -> pa.Table:
    """The rows with their IDs as text: a browser's numbers have 53 bits, and bytes have no look of their own."""
    ids = [one.hex() if isinstance(one, bytes) else one for one in rows[id_column].to_pylist()]
    text = pa.array([None if one is None else str(one) for one in ids], pa.string())
    return rows.set_column(rows.schema.get_field_index(id_column), id_column, text)


def floats(known: SourceInfo, recipe: Recipe) -> list[str]:
    """The key columns that hold floats which nothing rounds."""
    types = {column.name: column.type for column in known.columns}
    return [
        name
        for name in recipe.columns
        if types.get(name) in _FLOATS and name not in recipe.decimals and recipe.types.get(name) != "text"
    ]


def label(progress: Progress | None, what: str) -> str:
    """How far something is, in words."""
    if progress is None:
        return f"{what} …"
    if progress.rows_total:
        return f"{what}: {progress.rows_done:,} of {progress.rows_total:,} {progress.unit}"
    return f"{what}: {progress.rows_done:,} {progress.unit}"
