"""What a named connection is asked: whether it answers, a table's URI, the first rows, nothing beside its database."""

from pathlib import Path

import duckdb
import pytest

from rowid import bootstrap
from rowid.databases import Address, TableName, answer_ms
from rowid.errors import DatabaseError, SourceError


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT range AS a FROM range(100)")
        con.execute(f"COPY t TO '{tmp_path}/t.parquet'")
        con.execute(f"CREATE VIEW beside AS SELECT * FROM '{tmp_path}/t.parquet'")
    made = tmp_path / "c.toml"
    made.write_text(f'[x]\nurl = "duckdb:///{tmp_path}/x.duckdb"\n')
    made.chmod(0o600)
    monkeypatch.setenv("ROWID_CONNECTIONS", str(made))
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path / "none"))
    return made


@pytest.mark.parametrize("name", ["t", "a.b", 'a"b', "ü/?&=#%", "s;DROP"])
def test_the_uri_of_a_table_names_that_table(file: Path, name: str) -> None:
    table = TableName(name, "s", "c")
    assert Address.parse(bootstrap.connections()["x"].uri(table)).table == table


def test_the_uri_of_a_query_holds_the_query(file: Path) -> None:
    query = "SELECT '50%' AS a, 1 + 1 AS b -- #?&"
    assert Address.parse(bootstrap.connections()["x"].uri(query=query)).query == query


@pytest.mark.parametrize("query", ["SELECT * FROM '{0}/t.parquet'", "SELECT * FROM read_text('{0}/c.toml')"])
def test_a_named_duckdb_reads_no_other_file(file: Path, query: str) -> None:
    source = bootstrap.open_source(bootstrap.connections()["x"].uri(query=query.format(file.parent)))
    with pytest.raises(DatabaseError) as caught:
        source.info()
    assert caught.value.kind in ("permission", "missing")
    assert str(file.parent) not in str(caught.value)


def test_its_url_may_say_that_it_does(file: Path) -> None:
    with pytest.raises(DatabaseError, match="may not do this"):
        bootstrap.open_source("connection://x?table=beside").open().read_all()
    file.write_text(file.read_text().replace('x.duckdb"', 'x.duckdb?enable_external_access=true"'))
    assert bootstrap.open_source("connection://x?table=beside").open().read_all().num_rows == 100


def test_an_option_that_duckdb_does_not_know_is_told(file: Path) -> None:
    file.write_text(file.read_text().replace('x.duckdb"', 'x.duckdb?no_such_option=1"'))
    with pytest.raises(DatabaseError, match="DuckDB could not do it"):
        bootstrap.open_database("connection://x")


def test_an_answer_takes_a_time_and_leaves_no_connection(file: Path) -> None:
    opened = []

    def connect():
        opened.append(bootstrap.open_database("connection://x"))
        return opened[0]

    assert 0 < answer_ms(connect) < 60_000
    with pytest.raises(DatabaseError):
        opened[0].rows("SELECT 1")


@pytest.mark.parametrize(("rows", "found"), [(3, 3), (1000, 100), (0, 0)])
def test_the_first_rows_are_at_most_as_many_as_asked_for(file: Path, rows: int, found: int) -> None:
    assert bootstrap.database_source("connection://x?table=t").first(rows).num_rows == found


def test_the_first_rows_of_a_table_that_is_not_there_are_told(file: Path) -> None:
    with pytest.raises(SourceError, match="there is no table tt"):
        bootstrap.database_source("connection://x?table=tt").first(3)


def test_a_query_may_end_in_a_comment(file: Path) -> None:
    source = bootstrap.database_source(bootstrap.connections()["x"].uri(query="SELECT a FROM t -- all"))
    assert source.first(2).num_rows == 2
    assert source.open().read_all().num_rows == 100


def test_a_database_that_this_process_reads_is_busy_for_who_would_write(file: Path) -> None:
    reading = bootstrap.open_database("connection://x")
    with pytest.raises(DatabaseError) as caught:
        bootstrap.open_sink("connection://x?table=new")
    assert caught.value.kind == "busy"
    reading.close()
