"""``rowid sql`` prints what a database is to do, and proves it; ``rowid run --pushdown`` has it done."""

import json
from pathlib import Path

import duckdb
import pytest

from rowid.cli import sql as command
from rowid.sql import Certificate
from rowid.sql.proof import Group

TABLE = "duckdb:///x.duckdb?table=t"


@pytest.fixture
def database(folder) -> Path:
    with duckdb.connect(str(folder / "x.duckdb")) as con:
        con.execute(
            "CREATE TABLE t AS SELECT range AS i, CASE WHEN range > 5 THEN 'é' || range % 3 END AS s FROM range(9)"
        )
        con.execute("CREATE TABLE f AS SELECT 0.5::DOUBLE AS f, 'x' AS s")
    return folder / "x.duckdb"


def asked(database: Path, sql: str) -> list:
    with duckdb.connect(str(database)) as con:
        return con.execute(sql).fetchall()


def test_the_statement_gives_the_ids_of_a_run(rowid, database):
    assert rowid("run", TABLE, "-o", "ids.parquet", "--form", "uuid").code == 0
    printed = rowid("sql", "--table", TABLE, "--form", "uuid")
    assert printed.code == 0
    assert "duckdb:" not in printed.out
    assert asked(database, printed.out) == asked(database, "SELECT * FROM 'ids.parquet'")


def test_a_recipe_columns_and_a_name_of_the_table_to_create(rowid, database):
    rowid("run", TABLE, "-o", "ids.parquet", "--columns", "s,i", "--id-column", "k", "--save-recipe", "r.yaml")
    printed = rowid("sql", "--table", TABLE, "--recipe", "r.yaml", "--create", 'main."made; it"')
    asked(database, printed.out)
    assert asked(database, 'FROM "made; it"') == asked(database, "SELECT * FROM 'ids.parquet'")


def test_a_schema_file_takes_no_connection(rowid, folder):
    (folder / "s.yaml").write_text("email: character varying(80)\nborn: date\n")
    (folder / "s.json").write_text('{"email": "VARCHAR", "born": "DATE"}')
    out = rowid("sql", "--dialect", "postgres", "--table", "public.people", "--schema", "s.yaml").out
    assert 'FROM "public"."people"' in out
    answer = rowid(
        "sql", "--dialect", "spark", "--table", "people", "--schema", "s.json", "--columns", "born", "--json"
    )
    found = json.loads(answer.out)
    assert (found["dialect"], "`born`" in found["sql"], len(found["recipe_fingerprint"])) == ("spark", True, 64)


@pytest.mark.parametrize(("args", "told"), [
    (["--table", "t"], "it is no URI of a database"),
    (["--table", "t", "--schema", "s.yaml"], "no dialect is named"),
    (["--table", "t", "--schema", "s.yaml", "--dialect", "oracle"], "one of duckdb, snowflake, postgres, spark"),
    (["--table", "t", "--schema", "no.yaml", "--dialect", "spark"], "no such file"),
    (["--table", "t", "--schema", "list.yaml", "--dialect", "spark"], "it is no schema"),
    (["--table", "t", "--schema", "bad.yaml", "--dialect", "spark"], "neither YAML nor JSON"),
    (["--table", "duckdb:///x.duckdb?table=tt"], "there is no table tt"),
    (["--table", "duckdb:///x.duckdb"], "it names no table"),
    (["--table", TABLE, "--dialect", "spark"], "the database speaks duckdb"),
    (["--table", "sqlite:///x.sqlite?table=t"], "no SHA-256"),
    (["--table", TABLE, "--columns", "j"], "the table has no such column"),
    (["--table", "duckdb:///x.duckdb?table=f"], "no engine writes a float"),
    (["--table", TABLE, "--prove", "--columns", "i"], "bring their own"),
])  # fmt: skip
def test_what_cannot_be_is_said(rowid, database, args, told):
    Path("s.yaml").write_text("i: BIGINT")
    Path("list.yaml").write_text("[1]")
    Path("bad.yaml").write_text("{")
    answer = rowid("sql", *args)
    assert answer.code in (1, 2, 3)
    assert told in answer.err
    assert answer.out == ""


def test_the_proof_is_a_certificate_and_leaves_nothing(rowid, database):
    before = asked(database, "SELECT table_name FROM duckdb_tables() ORDER BY 1")
    answer = rowid("sql", "--prove", "--table", "duckdb:///x.duckdb")
    assert answer.code == 0
    assert answer.out.startswith("PROVED: rowid v1 in duckdb at duckdb:///x.duckdb\n")
    assert "no engine writes a float" in answer.out
    found = json.loads(rowid("sql", "--prove", "--table", "duckdb:///x.duckdb", "--json").out)
    assert found["ok"]
    assert found["groups"]["rows"]["passed"] > 80
    assert asked(database, "SELECT table_name FROM duckdb_tables() ORDER BY 1") == before


def test_a_failed_proof_has_the_exit_code_1(rowid, monkeypatch):
    monkeypatch.setattr("rowid.sql.prove", lambda *_, **__: Certificate("duckdb", {"rows": Group(1, {}, (7,))}))
    answer = rowid("sql", "--prove", "--table", "duckdb://")
    assert (answer.code, answer.out.startswith("FAILED"), "failed of rows: 7" in answer.out) == (1, True, True)
    assert command._text(Certificate("x", {"rows": Group(1)}), "here").startswith("PROVED")


@pytest.mark.parametrize("options", [
    ["--columns", "i"],
    ["--columns", "s", "--form", "int64", "--nulls", "null"],
    ["--columns", "s", "--form", "binary"],
])  # fmt: skip
def test_a_pushed_down_run_is_a_run(rowid, database, options):
    """The same rows, the same IDs, the same counts."""
    read = json.loads(rowid("run", TABLE, "-o", "ids.parquet", "--json", *options).out)
    made = json.loads(rowid("run", TABLE, "-o", "duckdb:///x.duckdb?table=t_ids", "--pushdown", "--json", *options).out)
    assert asked(database, "FROM t_ids") == asked(database, "SELECT * FROM 'ids.parquet'")
    for name in ("rows_in", "rows_out", "distinct_ids", "duplicate_rows", "null_ids", "rows_with_null", "collisions",
                 "recipe_fingerprint", "recipe"):  # fmt: skip
        assert made[name] == read[name], name
    assert made["strategy"] == "pushdown"
    runs = json.loads(rowid("runs", "--json").out)["runs"]
    assert next((run["status"], run["rows"], run["sink"]) for run in runs) == ("finished", 9, made["sink"])


@pytest.mark.parametrize(("source", "target", "options", "code", "told"), [
    (TABLE, TABLE, [], 2, "it is the table that is read"),
    (TABLE, "duckdb:///y.duckdb?table=t", [], 2, "same database"),
    (TABLE, "duckdb:///x.duckdb?table=f", [], 4, "the table exists"),
    (TABLE, "out.csv", [], 2, "it is no URI of a database"),
    (TABLE, "duckdb:///x.duckdb?table=n", ["--dry-run"], 2, "a push-down makes a new table"),
    ("duckdb:///no.duckdb?table=t", "duckdb:///no.duckdb?table=n", [], 5, "there is no such database"),
    ("in.csv", "duckdb:///x.duckdb?table=n", [], 2, "it is no URI of a database"),
    ("duckdb:///x.duckdb?query=SELECT 1", "duckdb:///x.duckdb?table=n", [], 2, "it names no table"),
    ("duckdb:///x.duckdb?table=f", "duckdb:///x.duckdb?table=n", [], 2, "no engine writes a float"),
    (TABLE, "duckdb:///x.duckdb?table=n", ["--columns", "s", "--duplicates", "reject"], 1, "repeat another one"),
    (TABLE, "duckdb:///x.duckdb?table=n", ["--columns", "s", "--nulls", "reject"], 1, "holds a null"),
    (TABLE, "duckdb:///x.duckdb?table=f", ["--force", "--columns", "s", "--nulls", "reject"], 1, "holds a null"),
])  # fmt: skip
def test_a_refused_push_down_leaves_the_database_as_it_was(rowid, database, source, target, options, code, told):
    before = (
        asked(database, "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY 1"),
        asked(database, "FROM f"),
    )
    answer = rowid("run", source, "-o", target, "--pushdown", *options)
    assert (answer.code, told in answer.err) == (code, True), answer.err
    assert asked(database, "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY 1") == before[0]
    assert asked(database, "FROM f") == before[1]
    assert [path.name for path in database.parent.iterdir()] == ["x.duckdb"]


def test_force_replaces_the_table_and_the_ids_column_can_be_replaced(rowid, database):
    assert rowid("run", TABLE, "-o", "duckdb:///x.duckdb?table=f", "--pushdown", "--force", "--columns", "i").code == 0
    again = ["run", "duckdb:///x.duckdb?table=f", "-o", "duckdb:///x.duckdb?table=g", "--pushdown", "--columns", "i"]
    assert "has a column of this name already" in rowid(*again).err
    answer = rowid(*again, "--replace-id", "--save-recipe", "r.yaml")
    assert (answer.code, "fingerprint" in answer.err, Path("r.yaml").exists()) == (0, False, True)
    assert "verified     read back, it has as many rows" in answer.err
    assert asked(database, "FROM g") == asked(database, "FROM f")
