"""SQLite: declared types where the values fit, everything else as it is; what is written comes back as it was."""

import sqlite3
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pytest

import rowid
from rowid.databases import Database, TableName
from rowid.engine import HashingEngine
from rowid.errors import ColumnError, DatabaseError, SourceError, UsageError
from tests.databases.tables import connect, create, query, read, uri

ROUND_TRIP = {
    "boolean": pa.array([True, False, None]),
    **{
        f"int{bits}": pa.array([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, None], f"int{bits}")
        for bits in (8, 16, 32, 64)
    },
    **{f"uint{bits}": pa.array([0, 2**bits - 1, None], f"uint{bits}") for bits in (8, 16, 32, 64)},
    "float16": pa.array([0.5, -2.0, None], pa.float16()),
    "float32": pa.array([0.1, 1e30, None], pa.float32()),
    "float64": pa.array([0.1, float("inf"), None]),
    "whole floats": pa.array([1.0, -2.0, None]),
    "decimal": pa.array([Decimal("1.10"), Decimal("-12345678901234567890123456789.01"), None], pa.decimal128(38, 2)),
    "tiny decimal": pa.array([Decimal("1E-30"), Decimal(0), None], pa.decimal256(76, 40)),
    "date": pa.array([date(1, 1, 1), date(9999, 12, 31), None]),
    "seconds": pa.array([-1, 1, None], pa.timestamp("s")),
    "milliseconds": pa.array([-1, 1, None], pa.timestamp("ms")),
    "microseconds": pa.array([datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999), None], pa.timestamp("us")),
    "nanoseconds": pa.array([-1, 1, None], pa.timestamp("ns")),
    "instant": pa.array([-1, 0, None], pa.timestamp("us", "UTC")),
    "instant in nanoseconds": pa.array([-1, 0, None], pa.timestamp("ns", "UTC")),
    "time": pa.array([0, 86_399_999_999, None], pa.time64("us")),
    "time in seconds": pa.array([0, 86_399, None], pa.time32("s")),
    "time in nanoseconds": pa.array([0, 1, None], pa.time64("ns")),
    "text": pa.array(["", "é\0\n", None]),
    "text like numbers": pa.array(["1.50", "007", None]),
    "binary": pa.array([b"", b"\0\xff", None]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x y#.db"


@pytest.fixture
def place(path: Path) -> str:
    return f"sqlite:///{str(path).replace('#', '%23')}"


def test_what_is_written_comes_back_as_it_was(database, place):
    table = pa.table(ROUND_TRIP)
    create(database, "t", table)
    assert read(uri(place, "t")).equals(table)
    assert {one.name: one.type for one in database.columns(TableName("t"))} == {
        field.name: field.type for field in table.schema
    }


def test_another_zone_is_the_same_instant_in_utc(database, place):
    create(database, "t", pa.table({"a": pa.array([0], pa.timestamp("us", "Asia/Kathmandu"))}))
    assert read(uri(place, "t"))["a"].to_pylist()[0].isoformat() == "1970-01-01T00:00:00+00:00"


def test_a_duration_has_no_column_type(database):
    with pytest.raises(ColumnError, match=r"sqlite has no column type for duration\[us\]"):
        database.dialect.type_of(pa.duration("us"))


@pytest.mark.parametrize(
    ("declared", "values", "type_", "texts"),
    [
        ("", [1, 2.5, None], pa.float64(), ["1", "2.5", None]),
        ("", [2**60, 2.5], pa.string(), [str(2**60), "2.5"]),
        ("", [1, "x", b"\xff", None], pa.string(), ["1", "x", "ff", None]),
        ("", [None], pa.string(), [None]),
        ("INTEGER", [None], pa.int64(), [None]),
        ("INTEGER", ["x", 2], pa.string(), ["x", "2"]),
        ("SMALLINT", [2**40], pa.int64(), [str(2**40)]),
        ("VARCHAR(3)", ["abcdef"], pa.string(), ["abcdef"]),
        ("BOOLEAN", [0, 1, None], pa.bool_(), ["false", "true", None]),
        ("BOOLEAN", [0, 2], pa.int64(), ["0", "2"]),
        ("DATE", ["2020-01-01", None], pa.date32(), ["2020-01-01", None]),
        ("DATE", ["2020-01-01", "1.2.2020"], pa.string(), ["2020-01-01", "1.2.2020"]),
        ("DATE", ["2020-01-01", 5], pa.string(), ["2020-01-01", "5"]),
        ("DATETIME", ["2020-01-01", "2020-01-01T12:00"], pa.timestamp("us"), ["2020-01-01", "2020-01-01T12:00:00"]),
        ("TIMESTAMP", ["2020-01-01 00:00:00+01:00"], pa.timestamp("us", "UTC"), ["2019-12-31T23:00:00Z"]),
        ("TIMESTAMP", ["2020-01-01", "2020-01-01 00:00:00Z"], pa.string(), ["2020-01-01", "2020-01-01 00:00:00Z"]),
        ("timestamp with time zone", ["2020-01-01 00:00:00Z"], pa.timestamp("us", "UTC"), ["2020-01-01T00:00:00Z"]),
        ("TIMESTAMP", [1577836800], pa.int64(), ["1577836800"]),
        ("DECIMAL(10, 2)", ["1.10", "2", "1e2"], pa.decimal128(10, 2), ["1.1", "2", "100"]),
        ("NUMERIC(3,1)", [1.25], pa.float64(), ["1.25"]),
        ("NUMERIC", [1, 1.25], pa.float64(), ["1", "1.25"]),
        ("TIME", ["12:00:00.5"], pa.time64("us"), ["12:00:00.5"]),
        ("TIME", ["25:00:00"], pa.string(), ["25:00:00"]),
        ("REAL", [1, 2.5], pa.float64(), ["1", "2.5"]),
        ("BLOB", [b"", "x"], pa.string(), ["", "x"]),
        ("SOMETHING ODD(1,2,3", ["x"], None, None),
    ],
)
def test_a_column_is_what_its_values_are(path, place, declared, values, type_, texts):
    with sqlite3.connect(path) as one:
        if type_ is None:
            with pytest.raises(sqlite3.OperationalError):
                one.execute(f"CREATE TABLE t (a {declared})")
            return
        one.execute(f"CREATE TABLE t (a {declared})")
        one.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
    table = read(uri(place, "t"))
    assert table.schema.field("a").type == type_
    with HashingEngine(rowid.Recipe(["a"])) as engine:
        ids = engine.hash(table.combine_chunks().to_batches()[0]).to_pylist()
    assert ids == [rowid.row_id([text]) for text in texts]


def test_a_value_that_does_not_fit_counts_even_if_it_is_the_last(path, place):
    with sqlite3.connect(path) as one:
        one.execute("CREATE TABLE t (a DATE, b TIMESTAMP)")
        moments = ("2020-01-01", "2020-01-01 00:00:00.5")
        one.executemany("INSERT INTO t VALUES (?, ?)", [*[moments] * 20_000, ("no", "2020-01-01 00:00:00.123456789")])
    table = read(uri(place, "t"))
    assert table.schema.types == [pa.string(), pa.timestamp("ns")]
    assert table["a"].to_pylist()[-2:] == ["2020-01-01", "no"]
    assert table["b"].cast(pa.int64()).to_pylist()[-1] % 10**9 == 123456789


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE t",
        "SELECT 1) AS t; DROP TABLE t; SELECT * FROM (SELECT 1",
        "DROP TABLE t",
        "INSERT INTO t VALUES (7) RETURNING a",
        "PRAGMA writable_schema = 1",
        "ATTACH 'y.db' AS y",
        "nonsense",
    ],
)
def test_a_query_is_one_select(database, place, sql):
    create(database, "t", pa.table({"a": [5]}))
    with pytest.raises(DatabaseError, match="no SQL that SQLite reads") as caught:
        read(query(place, sql))
    assert caught.value.kind == "statement"
    assert sql not in str(caught.value)
    assert read(query(place, "SELECT a, 'x' AS b FROM t -- all")).to_pylist() == [{"a": 5, "b": "x"}]


def test_who_reads_changes_nothing(database, place):
    create(database, "t", pa.table({"a": [1]}))
    reading = connect(place, read_only=True)
    for sql in ("INSERT INTO t VALUES (2)", "DROP TABLE t", "CREATE TABLE u (a)"):
        with pytest.raises(DatabaseError, match="open for reading alone") as caught:
            reading.execute(sql)
        assert caught.value.kind == "permission"
    assert reading.tables() == [TableName("t")]
    reading.close()


def test_what_is_missing_is_said(database, place, tmp_path):
    create(database, "people", pa.table({"a": [1]}))
    with pytest.raises(SourceError, match=r"there is no table peple\. Did you mean people\?"):
        read(uri(place, "peple"))
    for sql in ("SELECT * FROM nowhere", "SELECT b FROM people"):
        with pytest.raises(DatabaseError) as caught:
            read(query(place, sql))
        assert caught.value.kind == "missing"
    with pytest.raises(DatabaseError, match="there is no such database"):
        read(f"sqlite:///{tmp_path}/no.db?table=t")
    assert not (tmp_path / "no.db").exists()
    (tmp_path / "text.db").write_text("no database " * 100)
    with pytest.raises(DatabaseError, match=r"the file is no SQLite database\. Check the path") as caught:
        read(f"sqlite:///{tmp_path}/text.db?table=t")
    assert caught.value.kind == "missing"
    with pytest.raises(UsageError, match="names no file"):
        read("sqlite://?table=t")


def test_a_database_that_someone_writes_to_is_busy(database, path, monkeypatch):
    create(database, "t", pa.table({"a": [1]}))
    database.rows("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match="another program is writing") as caught:
        database.execute("INSERT INTO t VALUES (2)")
    assert caught.value.kind == "busy"
    with pytest.raises(DatabaseError, match="another program is writing"):
        database.begin()
    other.close()
    assert database.execute("INSERT INTO t VALUES (2)") == 1


def test_a_transaction_stands_whole_or_not_at_all_whichever_thread_works(database: Database, place):
    create(database, "t", pa.table({"a": [0], "b": ["y"]}))

    def load() -> None:
        database.begin()
        database.execute('CREATE TEMP TABLE "stage ; x" (a INTEGER, b TEXT)')
        for start in (1, 10):
            database.append(TableName("stage ; x"), pa.record_batch({"b": ["x", None], "a": [start, start + 1]}))

    thread = Thread(target=load)
    thread.start()
    thread.join()
    assert database.execute('INSERT INTO t SELECT * FROM "stage ; x"') == 4
    assert database.execute("UPDATE t SET b = 'z' WHERE b IS NULL") == 2
    assert database.execute("DELETE FROM t WHERE a = ?", (1,)) == 1
    assert read(uri(place, "t")).num_rows == 1
    database.commit()
    assert read(uri(place, "t")).num_rows == 4
    with pytest.raises(DatabaseError, match="more than 64 bits"):
        database.rows("SELECT ?", (2**70,))
    database.begin()
    database.execute("DELETE FROM t")
    database.rollback()
    database.rollback()
    assert database.rows("SELECT count(*) FROM t") == [(4,)]


def test_rows_that_are_refused_leave_nothing_behind(database):
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    with pytest.raises(DatabaseError, match="a constraint of the table refused the rows") as caught:
        database.append(TableName("t"), pa.record_batch({"a": [1, 2, 2]}))
    assert caught.value.kind == "statement"
    assert database.rows("SELECT count(*) FROM t") == [(0,)]
