"""IDs on Spark's executors, by the same kernel as anywhere else."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from rowid.engine import HashingEngine, require_columns
from rowid.errors import ColumnError, UsageError
from rowid.recipe import Recipe
from rowid.spark.failures import carried
from rowid.spark.session import unwarned

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class AddIds:
    """A function for ``DataFrame.mapInArrow``: batches in, the same batches with their IDs as a column more.

    It is sent to the executors with its recipe and without the secret, which each takes from its own environment.

    Args:
        recipe: how; with ``duplicates: keep``.
        names: the columns' names, for Spark gives them by position.
        counts: the name of one more column, whose sum is the number of rows with a null in the key.
    """

    def __init__(self, recipe: Recipe, names: Iterable[str], counts: str | None = None) -> None:
        self._recipe, self._names, self._counts = recipe, list(names), counts

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches of one partition."""
        with carried():
            engine = HashingEngine(self._recipe, threads=1, counts=False)
            for batch in batches:
                yield self._added(engine, batch.rename_columns(self._names))

    def _added(self, engine: HashingEngine, batch: pa.RecordBatch) -> pa.RecordBatch:
        before = engine.rows_with_null
        ids = engine.hash(batch)
        ids = ids.cast(pa.binary()) if pa.types.is_fixed_size_binary(ids.type) else ids
        names = [name for name in self._names if name != self._recipe.id_column]
        columns = {**{name: batch.column(name) for name in names}, self._recipe.id_column: ids}
        if self._counts is not None:
            sums = [engine.rows_with_null - before, *[0] * (batch.num_rows - 1)][: batch.num_rows]
            columns[self._counts] = pa.array(sums, pa.int64())
        return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def with_row_ids(
    frame: "DataFrame", recipe: Recipe, *, replace: bool = False, counts: str | None = None
) -> "DataFrame":
    """The Spark DataFrame with the ID of each row as its last column; the work is done when Spark is asked for rows.

    ``replace`` leaves out an ID column that is there already; ``counts`` is as in ``AddIds``. An error on an executor
    comes as Spark's; within ``rowid.spark.failures.told`` it is the error that rowid raised.

    Raises:
        UsageError: the recipe's policy for duplicates is not one that Spark's partitions allow.
        ColumnError: a key column is not there, or the ID column is.
    """
    refuse(recipe)
    require_columns(frame.columns, recipe.columns)
    require_columns(frame.columns, frame.columns)
    if recipe.id_column in frame.columns and not replace:
        raise ColumnError(
            "the input has a column of this name already, and the IDs are to go into it",
            where=f"column {recipe.id_column!r}",
            hint="Choose another name for the ID column, or ask for the existing one to be replaced.",
        )
    from pyspark.sql.types import BinaryType, LongType, StringType, StructField, StructType

    types = {"hex": StringType(), "uuid": StringType(), "binary": BinaryType(), "int64": LongType()}
    kept = [field for field in frame.schema.fields if field.name != recipe.id_column]
    fields = [*kept, StructField(recipe.id_column, types[recipe.form])]
    if counts is not None:
        fields.append(StructField(counts, LongType()))
    plain = frame.toDF(*(f"c{at}" for at in range(len(frame.columns))))  # no name is read as a path into a struct
    with unwarned():
        return plain.mapInArrow(AddIds(recipe, frame.columns, counts), StructType(fields))


def refuse(recipe: Recipe) -> None:
    """Raises UsageError if the IDs by this recipe cannot be made in partitions, each without a look at the others."""
    reasons = {
        "number": "the k of a repeated row is its place in the order of all rows, and Spark's rows have none",
        "reject": "a repeated row may lie in another partition, which the executors do not see",
    }
    if recipe.duplicates in reasons:
        raise UsageError(
            f"duplicates: {recipe.duplicates} cannot be followed on Spark: {reasons[recipe.duplicates]}",
            hint="Use duplicates: keep; the receipt says how many rows repeat.",
        )
