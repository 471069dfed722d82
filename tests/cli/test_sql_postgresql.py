"""``rowid sql`` and ``--pushdown`` on a real PostgreSQL, by its catalogue and its adapter."""

import json

import psycopg
import pyarrow.parquet as pq
import pytest

TYPES = (
    "b boolean, i smallint, n numeric(10, 3), m numeric, s character varying(20), t text, x bytea, d date, "
    "h time(3) without time zone, p timestamp(3) without time zone, z timestamp with time zone, u uuid"
)
VALUES = (
    "true, -1, 1.500, 1e-9, 'é', E'a\\tb', '\\x00ff', '0001-01-01', '01:02:03.5', '2024-01-01 00:00:00', "
    "'2024-01-01 00:00:00+05:45', '01234567-89ab-cdef-0123-456789abcdef'"
)


@pytest.fixture
def table(postgres):
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE t ({TYPES}, PRIMARY KEY (i))")
        connection.execute(f"INSERT INTO t VALUES ({VALUES})")
        connection.execute("INSERT INTO t (i) VALUES (2)")
    return postgres


def test_the_statement_and_the_push_down_give_the_ids_of_a_run(rowid, table):
    assert rowid("run", f"{table}?table=t", "-o", "ids.parquet").code == 0
    expected = sorted(pq.read_table("ids.parquet")["row_id"].to_pylist())
    printed = rowid("sql", "--table", f"{table}?table=t")
    assert printed.code == 0, printed.err
    answer = rowid("run", f"{table}?table=t", "-o", f"{table}?table=made", "--pushdown", "--json")
    assert json.loads(answer.out)["rows_out"] == 2
    with psycopg.connect(table) as connection:
        assert sorted(row[-1] for row in connection.execute(printed.out).fetchall()) == expected
        assert sorted(row[0] for row in connection.execute("SELECT row_id FROM made").fetchall()) == expected


@pytest.mark.parametrize(("options", "told"), [
    (["--nulls", "reject"], "a key column holds a null"),
    (["--columns", "b", "--duplicates", "reject"], "1 row repeats another one"),
])  # fmt: skip
def test_a_rejected_push_down_leaves_no_table(rowid, table, options, told):
    with psycopg.connect(table, autocommit=True) as connection:
        connection.execute("INSERT INTO t (i) VALUES (3)")
    answer = rowid("run", f"{table}?table=t", "-o", f"{table}?table=made", "--pushdown", *options)
    assert (answer.code, told in answer.err) == (1, True), answer.err
    with psycopg.connect(table) as connection:
        assert connection.execute("SELECT to_regclass('made')").fetchone() == (None,)


def test_a_year_without_a_text_ends_the_push_down_and_leaves_no_table(rowid, table):
    with psycopg.connect(table, autocommit=True) as connection:
        connection.execute("CREATE TABLE far AS SELECT CAST('infinity' AS date) AS d")
    answer = rowid("run", f"{table}?table=far", "-o", f"{table}?table=made", "--pushdown")
    assert (answer.code, "outside the years 0001 to 9999" in answer.err) == (1, True), answer.err


def test_the_proof_passes(rowid, table):
    found = json.loads(rowid("sql", "--prove", "--table", table, "--json").out)
    assert found["ok"]
    assert found["groups"]["rows as int64"]["passed"] > 80
