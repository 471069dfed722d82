"""DuckDB as a source: typed rows, exact names, one SELECT and nothing else."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

import rowid
from rowid import bootstrap
from rowid.databases import Address
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError, SourceError, UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(str(tmp_path / "x.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT range AS i, 'é' || range AS s FROM range(100000)")
        con.execute('CREATE TABLE "we""ird.t; DROP TABLE t" AS SELECT 1 AS a')
    return tmp_path


def test_a_table_streams_and_can_be_opened_again(folder: Path) -> None:
    source = bootstrap.open_source("duckdb:///x.duckdb?table=t")
    assert source.info().rows == 100_000
    assert [column.note for column in source.info().columns] == ["BIGINT", "VARCHAR"]
    assert source.open().read_all().equals(source.open().read_all())


def test_a_hostile_name_is_a_name(folder: Path) -> None:
    name = '"we""ird.t; DROP TABLE t"'.replace('"', "%22")
    assert bootstrap.open_source(f"duckdb:///x.duckdb?table={name}").open().read_all().to_pylist() == [{"a": 1}]
    assert bootstrap.open_source("duckdb:///x.duckdb?table=t").info().rows == 100_000


@pytest.mark.parametrize(
    "query",
    ["SELECT 1; DROP TABLE t", "SELECT 1) AS t; DROP TABLE t; SELECT * FROM (SELECT 1", "DROP TABLE t", "nonsense"],
)
def test_a_query_is_one_select(folder: Path, query: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        bootstrap.open_source(f"duckdb:///x.duckdb?query={query}").info()
    assert query not in str(caught.value)
    assert bootstrap.open_source("duckdb:///x.duckdb?table=t").info().rows == 100_000


def test_what_is_missing_is_said(folder: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no table tt\. Did you mean t\?"):
        bootstrap.open_source("duckdb:///x.duckdb?table=tt").info()
    with pytest.raises(DatabaseError, match="there is no such database") as caught:
        bootstrap.open_source("duckdb:///y.duckdb?table=t").info()
    assert caught.value.kind == "missing"
    assert not (folder / "y.duckdb").exists()
    with pytest.raises(UsageError, match="names no table and no query"):
        bootstrap.open_source("duckdb:///x.duckdb")


def test_ids_are_those_of_a_frame(folder: Path) -> None:
    recipe = rowid.Recipe(["i", "s"])
    table = bootstrap.open_source("duckdb:///x.duckdb?table=t").open().read_all()
    with HashingEngine(recipe) as engine:
        assert engine.hash(table.to_batches()[0])[0].as_py() == rowid.row_id([0, "é0"], recipe)


def test_a_table_that_is_not_there_is_no_variable_of_the_program(folder: Path) -> None:
    answer = rowid_rows = duckdb_rows = pa.table({"a": [1]})
    assert answer is rowid_rows is duckdb_rows
    database = bootstrap.connect(Address.parse("duckdb:///x.duckdb"))
    try:
        for name in ("answer", "rowid_rows", "self", "sql"):
            for ask in (database.rows, database.execute, lambda sql: database.stream(sql).read_all()):
                with pytest.raises(DatabaseError) as caught:
                    ask(f"SELECT * FROM {name}")
                assert caught.value.kind == "missing"
    finally:
        database.close()
