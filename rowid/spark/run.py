"""A run on Spark: rows of Parquet files or of a table get their IDs on the executors; all appear, or none."""

import logging
import platform
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import rowid
from rowid.errors import Cancelled, RowIdError, SinkError, SourceError
from rowid.events import Event, RunFailed, RunFinished, RunStarted
from rowid.model import AuditTrail, ColumnInfo, Receipt, SourceInfo
from rowid.pipeline import new_run_id
from rowid.pipeline.counting import free_name
from rowid.ports import Observer
from rowid.recipe import SPEC, Recipe
from rowid.spark.failures import told
from rowid.spark.kernel import refuse, with_row_ids
from rowid.spark.places import Target, read, target

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SUMS = ("rows", "ids", "checksum")
_PRIME = 1_000_000_007  # sums of remainders by it fit into 64 bits for nine thousand million rows

log = logging.getLogger("rowid")


class SparkTable:
    """The rows at a place that Spark reads; ``frame`` is its DataFrame.

    Raises:
        SourceError: there is nothing that Spark can read.
    """

    def __init__(self, session: "SparkSession", uri: str) -> None:
        self.session, self.name = session, uri
        with told(uri, SourceError):
            self.frame: DataFrame = read(session, uri)

    def info(self) -> SourceInfo:
        """Its columns; nobody counts its rows before they are read."""
        columns = tuple(ColumnInfo(field.name, field.dataType.simpleString()) for field in self.frame.schema.fields)
        return SourceInfo(self.name, "Spark", columns, None)


def run(
    source: SparkTable,
    recipe: Recipe,
    output: str,
    *,
    observers: Sequence[Observer] = (),
    replace: bool = False,
    force: bool = False,
) -> AuditTrail:
    """Gives every row its ID and writes the rows to a folder of Parquet files or a table; ``replace`` as in a run.

    Spark counts what was written: rows, distinct IDs, IDs that are null. It knows no order of rows, so the trail has no
    fingerprint of the source or the output.

    Raises:
        RowIdError: whatever its tree names; nothing has appeared.
    """
    refuse(recipe)
    one = _Run(source, recipe, output, observers)
    try:
        trail = one.go(replace=replace, force=force)
    except BaseException as error:
        one.failed(error)
        raise
    one.finished(trail)
    return trail


class _Run:
    def __init__(self, source: SparkTable, recipe: Recipe, output: str, observers: Sequence[Observer]) -> None:
        self._id, self._source, self._recipe, self._output = new_run_id(), source, recipe, output
        self._observers = observers
        self._started, self._started_at = time.perf_counter(), datetime.now(UTC)
        plain, fingerprint = recipe.to_dict(), recipe.fingerprint
        self._tell(RunStarted(self._id, self._started_at, source.name, output, plain, fingerprint, None))

    def go(self, *, replace: bool, force: bool) -> AuditTrail:
        session = self._source.session
        with told(self._output, SinkError):
            place = target(session, self._output, force=force)
        with ExitStack() as undo:
            undo.callback(_quietly, place)
            written = self._write(place, replace)
            with told(self._output, SinkError):
                found = _look(place.written(), self._recipe.id_column)
                if any(found[name] != written[name] for name in _SUMS):
                    what = f"{written['rows']:,} rows were given, and what was written ({found['rows']:,}) differs"
                    raise SinkError(what, where=self._output)
                place.appear()
            undo.pop_all()  # a table that was renamed may keep its files where they are
        return self._trail(found, written["rows_with_null"])

    def _write(self, place: Target, replace: bool) -> dict[str, int]:
        """Writes the rows; counts them, and those with a null in the key, on their way."""
        from pyspark.sql import Observation
        from pyspark.sql import functions as sql

        frame = self._source.frame
        nulls = free_name([*frame.columns, self._recipe.id_column])
        with told(self._output, SinkError):
            made = with_row_ids(frame, self._recipe, replace=replace, counts=nulls)
            seen = Observation()
            rows_with_null = sql.sum(made[nulls]).alias("rows_with_null")
            watched = made.observe(seen, *_sums(_quoted(self._recipe.id_column)), rows_with_null)
            place.write(watched.drop(nulls))
            return {name: value or 0 for name, value in seen.get.items()}

    def _trail(self, counts: dict[str, int], rows_with_null: int) -> AuditTrail:
        elapsed_s = time.perf_counter() - self._started
        rows, distinct = counts["rows"], counts["distinct"]
        null_ids = rows - counts["ids"]
        return AuditTrail(
            run_id=self._id,
            started_at=self._started_at.isoformat(),
            elapsed_s=elapsed_s,
            recipe=self._recipe.to_dict(),
            recipe_fingerprint=self._recipe.fingerprint,
            source=self._source.name,
            source_fingerprint="",
            sink=self._output,
            output_fingerprint="",
            rows_in=rows,
            rows_out=rows,
            distinct_ids=distinct,
            duplicate_rows=rows - null_ids - distinct,
            null_ids=null_ids,
            rows_with_null=rows_with_null,
            receipt=Receipt(rows, inserted=rows, verified=True),
            collisions=0,
            strategy="spark",
            strategy_reason="asked for",
            slice_rows=0,
            phases={"spark": elapsed_s},
            bottleneck="spark",
            bottleneck_share=1.0,
            advice="Spark's own interface shows what its tasks wait for.",
            versions={
                "rowid": rowid.__version__,
                "spec": SPEC,
                "python": platform.python_version(),
                "pyarrow": pa.__version__,
                "spark": self._source.session.version,
            },
        )

    def finished(self, trail: AuditTrail) -> None:
        self._tell(
            RunFinished(
                self._id, datetime.now(UTC), trail.rows_out, trail.distinct_ids, trail.duplicate_rows, trail.null_ids,
                "", trail.elapsed_s, trail.phases, trail.strategy, trail.strategy_reason,
            )
        )  # fmt: skip

    def failed(self, error: BaseException) -> None:
        if isinstance(error, KeyboardInterrupt):
            error = Cancelled("interrupted; nothing was written")
        message = str(error) if isinstance(error, RowIdError) else "see the program's own report"
        elapsed_s = time.perf_counter() - self._started
        self._tell(RunFailed(self._id, datetime.now(UTC), type(error).__name__, message, 0, elapsed_s))

    def _tell(self, event: Event) -> None:
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                log.warning("an observer failed at %s of run %s", type(event).__name__, self._id, exc_info=True)


def _sums(id_column: str) -> list[Any]:
    """What must be the same of the rows that are given and of those that were written."""
    from pyspark.sql import functions as sql

    ids = sql.col(id_column)
    sums = (sql.count(sql.lit(1)), sql.count(ids), sql.sum(sql.xxhash64(ids) % _PRIME))
    return [one.alias(name) for one, name in zip(sums, _SUMS, strict=True)]


def _look(written: "DataFrame", id_column: str) -> dict[str, int]:
    """What was written: the same sums, and how many IDs are distinct."""
    from pyspark.sql import functions as sql

    name = _quoted(id_column)
    row: Any = written.select(*_sums(name), sql.count_distinct(sql.col(name)).alias("distinct")).head()
    return {name: value or 0 for name, value in row.asDict().items()}


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _quietly(place: Target) -> None:
    """Takes back what was written and did not appear; what fails then must not hide why."""
    try:
        place.abort()
    except Exception:
        log.warning("what was written beside %s could not be removed", place.name, exc_info=True)
