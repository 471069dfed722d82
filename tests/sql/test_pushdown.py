"""A push-down is told, interrupted and proved like any other run: on a real DuckDB, which is tampered with."""

import duckdb
import pytest

from rowid import bootstrap
from rowid.databases import Address
from rowid.databases.duckdb import DuckDB
from rowid.errors import Cancelled, SinkError
from rowid.recipe import Recipe
from rowid.sql import DIALECTS
from rowid.sql.pushdown import push_down
from tests.doubles import kinds

ROWS = "(VALUES (1, 'a'), (2, 'a'), (3, NULL), (4, 'b'), (NULL, NULL)) AS rows(i, s)"


class Tampered:
    """A database in which something happens right after a table was made."""

    def __init__(self, database, happens):
        self._database, self._happens = database, happens

    def __getattr__(self, name):
        return getattr(self._database, name)

    def execute(self, sql, parameters=()):
        done = self._database.execute(sql, parameters)
        if "CREATE TABLE" in sql:
            self._happens(self._database)
        return done


@pytest.fixture
def pushed(tmp_path):
    """Pushes a recipe down, and gives the trail; ``tables`` of it says which tables are there."""
    path = tmp_path / "x.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE t AS FROM {ROWS}")
    source, target = (Address.parse(f"duckdb:///{path}?table={name}") for name in ("t", "made"))

    def push(recipe, happens=lambda _: None, observers=()):
        database = bootstrap.connect(target)
        try:
            return push_down(
                Tampered(database, happens), DIALECTS["duckdb"], source, target, recipe, run_id="1", observers=observers
            )
        finally:
            database.close()

    def tables():
        with duckdb.connect(str(path), read_only=True) as connection:
            return [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]

    push.tables = tables
    return push


def test_ctrl_c_is_told_as_a_run_tells_it_and_takes_the_table_back(pushed):
    heard = []

    def interrupted(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pushed(Recipe(["i"]), interrupted, [heard.append])
    assert kinds(heard) == ["RunStarted", "RunFailed"]
    assert (heard[-1].error, heard[-1].message) == ("Cancelled", "interrupted; nothing was written.")
    assert pushed.tables() == ["t"]


def test_ctrl_c_during_the_commit_is_not_told_as_if_nothing_was_written(pushed, monkeypatch):
    heard, commit = [], DuckDB.commit

    def interrupted(database):
        commit(database)
        raise KeyboardInterrupt

    monkeypatch.setattr(DuckDB, "commit", interrupted)
    with pytest.raises(Cancelled, match="made: interrupted while it was committed; it is not known whether"):
        pushed(Recipe(["i"]), observers=[heard.append])
    assert "it is not known whether" in heard[-1].message
    assert sorted(pushed.tables()) == ["made", "t"]


@pytest.mark.parametrize("form", ["hex", "uuid", "int64", "binary"])
@pytest.mark.parametrize(("columns", "nulls"), [("i", "hash"), ("s", "hash"), ("s", "null"), ("is", "null")])
def test_the_receipt_says_that_the_table_was_counted_and_observers_hear_it(pushed, columns, nulls, form):
    heard = []
    trail = pushed(Recipe(list(columns), nulls=nulls, form=form), observers=[heard.append])
    assert (trail.receipt.verified, trail.receipt.inserted, trail.collisions) == (True, 5, 0)
    assert kinds(heard) == ["RunStarted", "RunFinished"]
    assert heard[-1].receipt == trail.receipt.counts()
    assert trail.versions.keys() >= {"rowid", "spec", "python"}


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM made WHERE i = 1",
        "INSERT INTO t VALUES (5, 'c')",
        "INSERT INTO made SELECT * FROM made WHERE i = 1",
        "UPDATE made SET row_id = NULL WHERE i = 1",
        "UPDATE made SET row_id = (SELECT row_id FROM made WHERE i = 2) WHERE i = 1",
        "UPDATE made SET row_id = 'x' WHERE i = 1",
    ],
)
def test_a_table_that_does_not_hold_what_it_should_is_taken_back(pushed, sql):
    recipe = Recipe(["s" if "'x'" in sql else "i"])  # the ID of one of two equal rows is another one
    with pytest.raises(SinkError, match="taken back"):
        pushed(recipe, lambda database: database.execute(sql))
    assert pushed.tables() == ["t"]
