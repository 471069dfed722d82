"""Spark, for what outgrows one machine: the engine's own kernel on the executors, and a run from Parquet or a table.

``rowid.spark.with_row_ids`` is all that a Spark job of one's own needs; pyspark is imported when it is called.
"""

from rowid.spark.kernel import AddIds, with_row_ids
from rowid.spark.run import SparkTable, run
from rowid.spark.session import session

__all__ = ["AddIds", "SparkTable", "run", "session", "with_row_ids"]
