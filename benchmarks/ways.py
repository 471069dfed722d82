"""The ways to one SHA-256 per row: ours, and those that people use today.

Each gets the table in the form that was found to be its fastest, made before the clock starts: one Arrow batch for
rowid, a frame of its own in chunks for Polars, Arrow in batches for DuckDB (faster than a table of its own in memory),
a cached frame for Spark. Its result stays in its own form. All may use
the same cores. The others join the columns with a separator (polars-hash's ``hash_rows`` frames them), which is less
work than a framing and can be forged; they are here for speed alone.
"""

import hashlib
import os
import shutil
import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import rowid
from benchmarks.tables import Case

Prepare = Callable[[Case, ExitStack], Callable[[], Any]]
"""Not timed: gives the call that is; what is to be put away afterwards goes onto the stack."""

SEPARATOR = "|"
CHUNK = 50_000
"""Rows of a chunk where a peer gets chunks: with one chunk its threads are not evenly busy."""


@dataclass(frozen=True)
class Way:
    """One way, what it does (a line of the report), and how to look at its result."""

    name: str
    what: str
    prepare: Prepare
    texts: Callable[[Any], Any]  # its result -> Arrow array of text, for the check; not timed
    needs: tuple[str, ...] = ()  # modules
    ours: bool = False
    frame: bool = False  # a pandas frame goes in, and one with IDs comes out
    share: int = 1  # measured on one of so many rows, and counted up

    def missing(self) -> str | None:
        """What is not installed, or None."""
        absent = [name for name in self.needs if find_spec(name) is None]
        if "pyspark" in self.needs and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
            absent.append("java")
        return f"{' and '.join(absent)} not installed" if absent else None

    def rows(self, case: Case) -> int:
        """The rows that it is given."""
        return max(1, case.rows // self.share)


def _rowid(case: Case, _: ExitStack) -> Callable[[], pa.Array]:
    recipe = rowid.Recipe(case.columns)
    return lambda: rowid.HashingEngine(recipe).hash(case.batch)


def _frame(case: Case, rows: int) -> Any:
    """As pandas holds such a table: NumPy's numbers and dates, its own strings."""
    return case.table.slice(0, rows).to_pandas(date_as_object=False)


def _rowid_pandas(case: Case, _: ExitStack) -> Callable[[], Any]:
    frame, columns = _frame(case, case.rows), case.columns
    return lambda: rowid.generate_unique_row_ids(frame, columns)


def _pandas(case: Case, _: ExitStack) -> Callable[[], Any]:
    frame = _frame(case, PANDAS.rows(case))

    def run() -> Any:
        joined = frame.astype(str).fillna("").agg(SEPARATOR.join, axis=1)
        return frame.assign(row_id=joined.map(lambda text: hashlib.sha256(text.encode()).hexdigest()))

    return run


def _polars_frame(case: Case) -> Any:
    import polars as pl

    chunks = [pl.DataFrame(case.table.slice(at, CHUNK)) for at in range(0, case.rows, CHUNK)]
    return pl.concat(chunks, rechunk=False).lazy()


def _polars_hash(case: Case, _: ExitStack) -> Callable[[], Any]:
    import polars as pl
    import polars_hash as plh

    query = _polars_frame(case).select(plh.hash_rows(pl.all()).chash.sha2_256().alias("row_id"))
    return lambda: query.collect(engine="streaming")


def _polars_concat(case: Case, _: ExitStack) -> Callable[[], Any]:
    import polars as pl
    import polars_hash as plh

    texts = pl.all().cast(pl.String).fill_null("")
    query = _polars_frame(case).select(plh.concat_str(texts, separator=SEPARATOR).chash.sha2_256().alias("row_id"))
    return lambda: query.collect(engine="streaming")


def _duckdb(case: Case, stack: ExitStack) -> Callable[[], Any]:
    import duckdb

    connection = stack.enter_context(duckdb.connect())
    connection.execute(f"set threads = {cores()}")
    connection.register("given", pa.Table.from_batches(case.table.to_batches(max_chunksize=CHUNK)))
    query = f"select sha256({concat_ws(case.columns)}) as row_id from given"
    return lambda: connection.sql(query).to_arrow_table()


def _spark(case: Case, stack: ExitStack) -> Callable[[], Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of pandas 3, which has no part in this
        session = _spark_session(case)
    from pyspark.sql import functions as sql

    stack.callback(session.stop)
    frame = session.read.parquet(str(case.parquet)).cache()
    frame.count()
    fields = [sql.coalesce(sql.col(name).cast("string"), sql.lit("")) for name in case.columns]
    hashed = frame.select(sql.sha2(sql.concat_ws(SEPARATOR, *fields), 256).alias("row_id"))

    def run() -> Any:
        hashed.write.format("noop").mode("overwrite").save()  # computes every row, keeps none
        return hashed, case.place / "spark-ids"

    return run


def _spark_session(case: Case) -> Any:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(case.place),
        "spark.sql.warehouse.dir": str(case.place / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master(f"local[{cores()}]")
    return builder.config(map=settings).getOrCreate()


def _spark_texts(result: Any) -> pa.Array:
    hashed, place = result
    hashed.write.mode("overwrite").parquet(str(place))
    try:
        return pq.read_table(place)["row_id"]
    finally:
        shutil.rmtree(place)


def _ready_made(case: Case, _: ExitStack) -> Callable[[], list[str]]:
    fields = [pc.fill_null(case.table[name].cast(pa.large_string()), "") for name in case.columns]
    texts = pc.binary_join_element_wise(*fields, pa.scalar(SEPARATOR, pa.large_string())).to_pylist()
    return lambda: [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def concat_ws(columns: list[str]) -> str:
    """The SQL that people write to join columns."""
    names = ", ".join('"{}"'.format(name.replace('"', '""')) for name in columns)
    return f"concat_ws('{SEPARATOR}', {names})"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


PANDAS = Way(
    "pandas + hashlib",
    "the usual code, `astype(str)`, `agg('|'.join, axis=1)`, hashlib; on a hundredth of the rows and counted up",
    _pandas,
    lambda frame: pa.array(frame["row_id"]),
    needs=("pandas",),
    frame=True,
    share=100,
)
WAYS = (
    Way(
        "rowid",
        "`HashingEngine(recipe).hash(batch)`: an Arrow batch in, hexadecimal IDs as an Arrow array out",
        _rowid,
        lambda ids: ids,
        ours=True,
    ),
    Way(
        "polars-hash hash_rows",
        "`hash_rows(pl.all()).chash.sha2_256()`, Polars' streaming engine",
        _polars_hash,
        lambda frame: frame["row_id"].to_arrow(),
        needs=("polars", "polars_hash"),
    ),
    Way(
        "Polars concat_str",
        "`concat_str` of the columns as text, polars-hash's `sha2_256`, Polars' streaming engine",
        _polars_concat,
        lambda frame: frame["row_id"].to_arrow(),
        needs=("polars", "polars_hash"),
    ),
    Way(
        "DuckDB",
        "`sha256(concat_ws('|', ...))` over an Arrow table, the result fetched as Arrow",
        _duckdb,
        lambda table: table["row_id"],
        needs=("duckdb",),
    ),
    Way(
        "Spark",
        "`sha2(concat_ws('|', ...), 256)` over a cached frame, local mode, every row computed and none fetched",
        _spark,
        _spark_texts,
        needs=("pyspark",),
    ),
    Way(
        "hashlib, strings ready",
        "hashlib over Python strings that were joined before: no reading of values at all",
        _ready_made,
        pa.array,
    ),
    Way(
        "rowid, pandas",
        "`generate_unique_row_ids(frame, columns)`: a pandas frame in, the frame with IDs out",
        _rowid_pandas,
        lambda frame: pa.array(frame["row_id"]),
        needs=("pandas",),
        ours=True,
        frame=True,
    ),
    PANDAS,
)
