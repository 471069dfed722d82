"""docs/databases.md: its commands run, its types are those that the tests try; a driver that is missing is named."""

import re
import shlex
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.cli import main
from rowid.databases import Address
from rowid.errors import UsageError
from tests.databases.tables import connect, read
from tests.databases.test_postgresql import OPAQUE, PLAIN

PAGE = (Path(__file__).parents[2] / "docs" / "databases.md").read_text(encoding="utf-8")
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
PEOPLE = [("ada@example.com", "GB"), ("blaise@example.com", "FR"), ("emmy@example.com", None)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs(command, postgres, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROWID_STATE_DIR", str(tmp_path / "state"))
    with closing(sqlite3.connect("shop.db")) as one, one:
        one.execute("CREATE TABLE people (email TEXT, country TEXT)")
        one.executemany("INSERT INTO people VALUES (?, ?)", PEOPLE)
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE people (email text, country text)")
        one.cursor().executemany("INSERT INTO people VALUES (%s, %s)", PEOPLE)
    Path("sales").mkdir()
    for at in range(2):
        columns = [list(column) for column in zip(*PEOPLE, strict=True)]
        pq.write_table(pa.table(columns, ["email", "country"]).slice(at, 2 - at), f"sales/{at}.parquet")
    words = shlex.split(command.replace("postgresql://me@localhost/shop", postgres))
    assert words[0] == "rowid"
    assert main(words[1:]) in {0, 1}  # three rows may be no safe key


def test_every_type_that_is_tried_is_on_the_page():
    for kind in PLAIN:
        assert f"`{kind}`" in PAGE or kind in {
            "numeric(76,3)",
            "numeric(5,-2)",
            "numeric(3,5)",
            "numeric(100,90)",
            "mood",
            "price",
        }
    for kind in OPAQUE:
        assert f"`{kind}`" in PAGE or kind in {"integer[]", "text[]", "int4range", "tstzrange", "point", "pair"}


def test_duckdb_without_a_file_is_in_memory():
    assert "`duckdb://?query=SELECT ...` is one in memory" in PAGE
    assert read("duckdb://?query=SELECT 42 AS a").to_pylist() == [{"a": 42}]


@pytest.mark.parametrize(
    ("place", "package", "module"),
    [
        ("postgresql://me@host/db", "psycopg", "rowid.databases.postgresql"),
        ("postgresql://me@host/db", "adbc_driver_postgresql", "rowid.databases.postgresql"),
        ("oracle://me@host/db", "sqlalchemy", "rowid.databases.generic"),
    ],
)
def test_a_package_that_is_missing_is_named(monkeypatch, place, package, module):
    monkeypatch.setitem(sys.modules, package, None)
    for name in [name for name in sys.modules if name.startswith(f"{module}") or name == f"{package}.dbapi"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(
        UsageError, match=f"{package} is not installed.*pip install 'rowid\\[{Address.parse(place).adapter}"
    ):
        connect(place)
