"""What Snowflake makes of rows is told before they are sent, and its history says whose statements they were."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.cli import main
from rowid.databases.snowflake.compatibility import TEXT_DEFAULT
from rowid.recipe import Recipe
from tests.databases.snowflake.fixture import FakeSnowflake

ROWS = pa.table(
    {
        "K": [1, 2],
        "select": ["12.5", "n/a"],
        "WHEN_": pa.array([0, 1], pa.timestamp("us", "Europe/Rome")),
    }
)


@pytest.fixture
def rows(tmp_path: Path) -> str:
    pq.write_table(ROWS, tmp_path / "rows.parquet")
    return str(tmp_path / "rows.parquet")


def tags(snowflake: FakeSnowflake) -> dict[str, dict[str, str]]:
    """The tag of every statement that was sent, by its text."""
    sent = snowflake.gate.statements
    return {
        one["sqlText"]: json.loads(one["parameters"]["QUERY_TAG"])
        for one in sent
        if "QUERY_TAG" in one.get("parameters", {})
    }


def test_a_dry_run_tells_what_snowflake_makes_of_the_columns(snowflake: FakeSnowflake, rows, capsys) -> None:
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K", "--dry-run"]) == 0
    told = capsys.readouterr().err
    assert "changes      column 'WHEN_': the zone Europe/Rome is not kept" in told
    assert "note         column 'select': a reserved word" in told
    assert "note         column 'select': mixed: 1 values are numbers, 1 are other text" in told
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K", "--dry-run", "--json"]) == 0
    caveats = json.loads(capsys.readouterr().out)["caveats"]
    assert {"column": "WHEN_", "severity": "changes"}.items() <= caveats[1].items()
    assert snowflake.sql("SHOW TABLES") == []


def test_a_load_says_what_will_be_read_back_otherwise(snowflake: FakeSnowflake, rows, capsys) -> None:
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K"]) == 0
    told = capsys.readouterr().err
    assert "changes      column 'WHEN_': the zone Europe/Rome is not kept" in told
    assert "reserved" not in told


def test_the_json_of_a_load_has_all_caveats_and_the_history_has_none(snowflake: FakeSnowflake, rows, capsys) -> None:
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["receipt"]["caveats"]
    assert [one["column"] for one in told] == ["select", "WHEN_", "row_id"]
    assert told[1]["severity"] == "changes"
    assert "the zone Europe/Rome is not kept" in told[1]["what"]
    assert main(["runs", "--json"]) == 0
    assert "caveats" not in json.loads(capsys.readouterr().out)["runs"][0]["receipt"]


def test_a_value_that_is_too_large_is_refused_before_any_row_is_sent(
    snowflake: FakeSnowflake, tmp_path, capsys
) -> None:
    pq.write_table(pa.table({"K": [1], "TEXT": ["x" * (TEXT_DEFAULT + 1)]}), tmp_path / "big.parquet")
    assert main(["run", str(tmp_path / "big.parquet"), "-o", snowflake.table("t"), "--columns", "K"]) == 1
    assert "a value of 16,777,217 bytes" in capsys.readouterr().err
    assert not any(sql.startswith(("PUT", "COPY")) for sql in tags(snowflake))
    assert snowflake.sql("SHOW TABLES") == []


def test_the_statements_of_a_load_bear_its_run_and_recipe(snowflake: FakeSnowflake, rows, capsys) -> None:
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    found = {
        tuple(tag.items())
        for sql, tag in tags(snowflake).items()
        if sql.startswith(("PUT", "COPY", "INSERT", "CREATE"))
    }
    assert found == {(("app", "rowid"), ("job", run["run_id"]), ("recipe", Recipe(["K"]).fingerprint))}


def test_the_statement_that_makes_ids_in_snowflake_bears_its_run(snowflake: FakeSnowflake, rows, capsys) -> None:
    assert main(["run", rows, "-o", snowflake.table("t"), "--columns", "K"]) == 0
    snowflake.gate.statements.clear()
    options = ["--columns", "K", "--pushdown", "--replace-id", "--json"]
    capsys.readouterr()
    assert main(["run", snowflake.table("t"), "-o", snowflake.table("made"), *options]) == 0, capsys.readouterr().err
    run = json.loads(capsys.readouterr().out)
    assert {tag["job"] for sql, tag in tags(snowflake).items() if "CREATE TABLE" in sql} == {run["run_id"]}
