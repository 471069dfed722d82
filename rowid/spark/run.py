"""A run on Spark: rows of Parquet files or of a table get their IDs on the executors; all appear, or none."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from rowid.audit import Audit
from rowid.errors import SinkError, SourceError
from rowid.model import AuditTrail, ColumnInfo, Receipt, SourceInfo
from rowid.pipeline import new_run_id
from rowid.pipeline.counting import free_name
from rowid.ports import Observer
from rowid.recipe import Recipe
from rowid.spark.failures import told
from rowid.spark.jobs import ended_with
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
    audit = Audit(new_run_id(), source.name, output, recipe, observers)
    one = _Run(source, recipe, output, audit)
    return audit.told(lambda: one.go(replace=replace, force=force))


class _Run:
    def __init__(self, source: SparkTable, recipe: Recipe, output: str, audit: Audit) -> None:
        self._source, self._recipe, self._output, self._audit = source, recipe, output, audit

    def go(self, *, replace: bool, force: bool) -> AuditTrail:
        session = self._source.session
        with told(self._output, SinkError):
            place = target(session, self._output, force=force)
        with ExitStack() as undo:
            undo.callback(_quietly, place)
            with ended_with(session, self._audit.run_id), told(self._output, SinkError):
                written = self._write(place, replace)
                found = _look(place.written(), self._recipe.id_column)
                if any(found[name] != written[name] for name in _SUMS):
                    what = f"{written['rows']:,} rows were given, and what was written ({found['rows']:,}) differs"
                    raise SinkError(what, where=self._output)
                place.appear()
                self._audit.placed()
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
        rows, distinct = counts["rows"], counts["distinct"]
        null_ids = rows - counts["ids"]
        return AuditTrail(
            **self._audit.elsewhere("spark", {"spark": self._source.session.version}),
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
            advice="Spark's own interface shows what its tasks wait for.",
        )


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
