"""Whatever SQLAlchemy speaks, tried with PostgreSQL by psycopg and with SQLite by pysqlite."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest

import rowid
from rowid.databases import TableName
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError, SourceError, UsageError
from tests.databases.tables import create, query, read, uri
from tests.postgres import GUARDED

ROWS = pa.table(
    {
        "truth": [True, None],
        "number": pa.array([2**40, None], pa.int64()),
        "float": [0.1, None],
        "price": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
        "text": ["'; DROP TABLE t; --", None],
        "bytes": [b"\0\xff", None],
        "day": pa.array([date(2020, 1, 1), None]),
        "moment": pa.array([datetime(2020, 1, 1, 12), None], pa.timestamp("us")),
        "instant": pa.array([datetime(2020, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "clock": pa.array([time(12, 13, 14, 5), None], pa.time64("us")),
    }
)


@pytest.fixture
def postgresql(postgres: str) -> str:
    return postgres.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture(params=["postgresql", "sqlite"])
def place(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite+pysqlite:///{tmp_path}/x.db"
    return request.getfixturevalue("postgresql")


def test_rows_come_back_with_their_ids(database, place):
    """SQLite without its own adapter has numbers and texts alone, so only what they can say comes back the same."""
    create(database, "t", ROWS)
    names = [*ROWS.column_names] if "postgresql" in place else ["number", "float", "price", "text", "bytes", "day"]
    recipe = rowid.Recipe(names)
    with HashingEngine(recipe) as engine:
        expected = engine.hash(ROWS.to_batches()[0])
    with HashingEngine(recipe) as engine:
        assert engine.hash(read(uri(place, "t")).combine_chunks().to_batches()[0]).equals(expected)
    assert [one.name for one in database.columns(TableName("t"))] == ROWS.column_names
    assert database.columns(TableName("T t")) is None


def test_types_are_those_of_all_values(postgresql):
    sql = """SELECT * FROM (VALUES
        (1::numeric, NULL::timestamptz, ARRAY[1], '12:00+01'::timetz, 'NaN'::numeric, 'Infinity'::numeric, 1::int8),
        (1e-5, '2020-01-01Z', NULL, NULL, 2, 1.50, 2)) AS t (a, b, c, d, e, f, g)"""
    table = read(query(postgresql, sql))
    assert table.schema.types == [
        pa.decimal128(38, 5), pa.timestamp("us", "UTC"), pa.list_(pa.int64()), pa.string(), pa.decimal128(38, 0),
        pa.string(), pa.int64(),
    ]  # fmt: skip
    assert table["d"].to_pylist() == ["12:00:00+01:00", None]
    assert table["e"].to_pylist() == [None, Decimal(2)]
    assert table["f"].to_pylist() == ["Infinity", "1.5"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE t",
        "SELECT 1) AS t; DROP TABLE t; SELECT * FROM (SELECT 1",
        "DROP TABLE t",
        "/* SELECT */ DELETE FROM t",
        "WITH gone AS (SELECT 1) DELETE FROM t",
        "nonsense",
    ],
)
def test_a_query_is_one_select_and_changes_nothing(database, place, sql):
    create(database, "t", pa.table({"a": [5]}))
    with pytest.raises(DatabaseError) as caught:
        read(query(place, sql))
    assert sql not in str(caught.value)
    assert read(uri(place, "t"))["a"].to_pylist() == [5]


def test_colons_percents_and_question_marks_are_what_they_are(database, place):
    sql = "SELECT 'a:b %s ?' AS a WHERE 'x:y' LIKE 'x:%' -- ; ?"
    assert read(query(place, sql)).to_pylist() == [{"a": "a:b %s ?"}]
    assert database.rows("SELECT ?, ':p0 ?' WHERE 1 = ?", ("%:x", 1)) == [("%:x", ":p0 ?")]


def test_a_transaction_stands_whole_or_not_at_all(database):
    create(database, "t", pa.table({"a": [1], "b": ["x"]}))
    database.begin()
    database.append(TableName("t"), pa.record_batch({"b": ["y", None], "a": [2, 3]}))
    assert database.execute("UPDATE t SET b = ? WHERE b IS NULL", ("z",)) == 1
    database.rollback()
    database.rollback()
    assert database.rows("SELECT count(*) FROM t") == [(1,)]
    database.append(TableName("t"), pa.record_batch({"a": [2]}))
    database.rollback()
    assert database.rows("SELECT count(*) FROM t WHERE b IS NULL") == [(1,)]


def test_after_a_failure_the_next_statement_is_done(database):
    database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    rows = pa.record_batch({"a": pa.array([1, 1], pa.int64())})
    for fails in (lambda: database.append(TableName("t"), rows), lambda: database.rows("SELECT nothing FROM t")):
        with pytest.raises(DatabaseError):
            fails()
        assert database.rows("SELECT count(*) FROM t") == [(0,)]


def test_two_values_differ_or_not_also_where_one_is_null(database):
    database.execute("CREATE TABLE p (a INTEGER, b INTEGER)")
    database.execute("INSERT INTO p VALUES (1, 1), (1, 2), (1, NULL), (NULL, NULL)")
    differ = database.dialect.differ("a", "b")
    assert database.rows(f"SELECT a, b FROM p WHERE {differ} ORDER BY coalesce(b, 9)") == [(1, 2), (1, None)]


def test_what_cannot_be_proved_is_refused(database):
    with pytest.raises(UsageError, match="cannot be proved"):
        database.dialect.checksums("a", "hex")


def test_what_is_missing_is_said(postgresql, tmp_path):
    with pytest.raises(SourceError, match="there is no table t"):
        read(uri(postgresql, "t"))
    with pytest.raises(DatabaseError, match="does not exist") as caught:
        read(query(postgresql, "SELECT * FROM nowhere"))
    assert caught.value.kind == "missing"
    with pytest.raises(DatabaseError, match="there is no such database"):
        read(f"sqlite+pysqlite:///{tmp_path}/no.db?table=t")
    assert not (tmp_path / "no.db").exists()


def test_a_wrong_password_is_told_and_not_shown(postgresql, postgres_server):
    database = postgresql.rpartition("/")[2]
    with pytest.raises(DatabaseError) as caught:
        read(f"postgresql+psycopg://{GUARDED}:wrongsecret@127.0.0.1:{postgres_server.port}/{database}?table=t")
    assert caught.value.kind == "authentication"
    assert "wrongsecret" not in str(caught.value) + caught.value.detail
    with pytest.raises(DatabaseError) as caught:
        read("postgresql+psycopg://me:secret@127.0.0.1:1/x?table=t")
    assert caught.value.kind == "network"


def test_no_permission_is_told(postgres, postgresql, postgres_server):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE t AS SELECT 1 AS a")
        one.execute("CREATE ROLE nobody_much LOGIN")
    try:
        with pytest.raises(DatabaseError, match="may not do that") as caught:
            read(uri(postgresql.replace("rowid@", "nobody_much@"), "t"))
        assert caught.value.kind == "permission"
    finally:
        with psycopg.connect(postgres, autocommit=True) as one:
            one.execute("DROP ROLE nobody_much")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("mysql://me:secret@host/db", r"its driver MySQLdb is not installed\. Install it: pip install mysqlclient"),
        ("mysql+pymysql://me:secret@host/db", r"its driver pymysql is not installed\. Install it: pip install pymysql"),
        ("nosql://me:secret@host/db", "SQLAlchemy does not speak nosql"),
    ],
)
def test_a_driver_that_is_missing_is_named(place, message):
    with pytest.raises(UsageError, match=message) as caught:
        read(uri(place, "t"))
    assert "secret" not in str(caught.value)
