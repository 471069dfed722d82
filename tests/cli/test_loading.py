"""``rowid run`` into a table of a database: its options, its receipt, its dry run."""

import json
import signal
from pathlib import Path

import duckdb
import pytest

from rowid.cli.signals import SignalReceived
from rowid.databases.duckdb import DuckDB

TABLE = "duckdb:///people.duckdb?table=people"


@pytest.fixture
def twice(rowid, people, folder) -> Path:
    """A table of people, and a file in which one of them has moved, one is gone and one is new."""
    assert rowid("run", people, "-o", TABLE, "--columns", "email").code == 0
    later = folder / "later.csv"
    later.write_text("email,country,born\nada@example.com,FR,1815-12-10\nemmy@example.com,DE,1882-03-23\n")
    return later


def merge(rowid, later, *more):
    return rowid("run", later, "-o", TABLE, "--columns", "email", "--write", "merge", *more)


def held(query="SELECT email, country FROM people ORDER BY 1"):
    with duckdb.connect("people.duckdb") as connection:
        return connection.execute(query).fetchall()


def test_the_receipt_tells_what_became_of_the_rows(rowid, twice):
    lines = dict(line.split(maxsplit=1) for line in merge(rowid, twice).err.splitlines())
    assert lines["written"].startswith(f"2 rows to {TABLE} in ")
    assert lines["rows"] == "1 inserted, 1 updated, 0 unchanged"
    assert lines["missing"] == "1 row of the table is not in the input; it is left as it is"
    assert "the same" in lines["verified"]
    assert held() == [("ada@example.com", "FR"), ("blaise@example.com", "FR"), ("emmy@example.com", "DE")]


def test_json_has_the_receipt_and_a_second_run_changes_nothing(rowid, twice):
    for inserted, updated, unchanged in [(1, 1, 0), (0, 0, 2)]:
        assert json.loads(merge(rowid, twice, "--json").out)["receipt"] == {
            "rows_in": 2,
            "inserted": inserted,
            "updated": updated,
            "unchanged": unchanged,
            "rejected": 0,
            "missing": 1,
            "removed": 0,
            "verified": True,
            "caveats": [],
        }


def test_missing_rows_are_marked_or_deleted_if_asked(rowid, twice):
    assert "1 row of the table is not in the input; 1 marked" in merge(rowid, twice, "--missing", "mark").err
    assert held("SELECT email FROM people WHERE row_gone_at IS NOT NULL") == [("blaise@example.com",)]
    assert "1 row of the table is not in the input; 1 deleted" in merge(rowid, twice, "--missing", "delete").err
    assert len(held()) == 2


def test_rows_without_an_id_are_told(rowid, folder):
    (folder / "in.csv").write_text("a,b\nx,1\n,2\n")
    answer = rowid("run", "in.csv", "-o", TABLE, "--columns", "a", "--nulls", "null", "--write", "append")
    assert "1 inserted, 0 updated, 0 unchanged, 1 rejected (no ID)" in answer.err


def test_a_dry_run_tells_the_plan_and_the_sql_and_does_nothing(rowid, twice, folder):
    before = held()
    answer = merge(rowid, twice, "--dry-run", "--missing", "delete")
    assert answer.code == 0
    plan = dict(line.rsplit(maxsplit=1) for line in answer.err.splitlines()[1:])
    assert plan == {
        "rows in": "2", "insert": "1", "update": "1", "leave": "0", "reject": "0", "remove": "1", "missing": "1"
    }  # fmt: skip
    sql = answer.out.splitlines()
    assert [line.split()[0] for line in sql] == ["CREATE", "UPDATE", "DELETE", "UPDATE", "INSERT"]
    assert all(line.endswith(";") for line in sql)
    assert held() == before
    answer = json.loads(merge(rowid, twice, "--dry-run", "--json").out)
    assert set(answer) == {"plan", "caveats", "sql", "sink", "recipe"}
    assert answer["caveats"] == []
    assert answer["plan"]["insert"] == 1
    assert len(json.loads(rowid("runs", "--json").out)["runs"]) == 1, "only what wrote is remembered"


def test_a_dry_run_makes_no_file(rowid, people, folder):
    answer = rowid("run", people, "-o", "duckdb:///new.duckdb?table=t", "--dry-run", "--save-recipe", "r.yaml")
    assert answer.code == 0
    assert 'CREATE TABLE "t"' in answer.out
    assert sorted(path.name for path in folder.iterdir()) == ["people.csv"]


def test_another_recipe_is_refused_and_only_a_forced_replace_may_have_it(rowid, twice):
    to = ["-o", TABLE, "--columns", "email,born"]
    for more in (["--write", "merge"], ["--write", "merge", "--force"], ["--write", "replace"]):
        answer = rowid("run", twice, *to, *more)
        assert answer.code == 1
        assert "another recipe (columns: email, and now email, born)" in answer.err
        assert "--write replace --force" in answer.err
    assert rowid("run", twice, *to, "--write", "replace", "--force").code == 0
    assert len(held()) == 2


def test_the_runs_remember_their_receipts(rowid, twice):
    merge(rowid, twice)
    newest, first = json.loads(rowid("runs", "--json").out)["runs"]
    assert (newest["receipt"]["updated"], first["receipt"]["inserted"]) == (1, 2)


def test_the_database_can_be_opened_after_a_failure(rowid, people, folder):
    assert rowid("run", people, "-o", TABLE, "--columns", "nope").code == 1
    assert not (folder / "people.duckdb").exists()
    assert rowid("run", folder / "nowhere.csv", "-o", TABLE).code == 3
    assert not (folder / "people.duckdb").exists()
    assert rowid("run", people, "-o", TABLE).code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_during_the_commit_has_its_own_exit_code(rowid, people, monkeypatch, number, code):
    def interrupted(_):
        raise SignalReceived(number)

    monkeypatch.setattr(DuckDB, "commit", interrupted)
    answer = rowid("run", people, "-o", TABLE, "--columns", "email", "--json")
    error = json.loads(answer.out)["error"]
    assert (answer.code, error["exit_code"], error["type"]) == (code, code, "Cancelled")
    assert "it is not known whether the table holds the rows" in error["message"]


def test_a_signal_after_a_dry_run_says_that_nothing_was_written(rowid, people, monkeypatch):
    def interrupted(*_args, **_options):
        raise SignalReceived(signal.SIGTERM)

    monkeypatch.setattr("rowid.cli.run._answer", interrupted)
    answer = rowid("run", people, "-o", TABLE, "--columns", "email", "--dry-run")
    assert (answer.code, answer.err.splitlines()[-1]) == (143, "error: terminated; nothing was written")
