"""Sides of different kinds, sides that move, and the page's own example."""

import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid import bootstrap, pipeline
from rowid.errors import SourceError
from rowid.recipe import Recipe
from tests.doubles import Shelf, Table
from tests.files import write

ROOT = Path(__file__).parent.parent.parent


class Moving(Table):
    """A source that gives other rows at each reading."""

    def __init__(self, *tables):
        super().__init__(tables[0])
        self.tables = list(tables)

    def open(self):
        return (self.tables.pop(0) if len(self.tables) > 1 else self.tables[0]).to_reader()


@pytest.mark.parametrize("later", [{"k": [2, 1, 3], "v": [2, 1, 1]}, {"k": [1, 2], "v": [1, 2]}])
def test_a_source_that_moves_between_the_passes_is_an_error_and_nothing_is_written(later):
    first = pa.table({"k": [1, 2, 3], "v": [1, 2, 1]})
    shelf, moving = Shelf(), Moving(first, first, first, pa.table(later))
    with pytest.raises(SourceError, match="same rows"):
        pipeline.diff(moving, Table(pa.table({"k": [1, 2, 3], "v": [9, 9, 9]})), Recipe(["k"]), sink=shelf)
    assert (shelf.committed, shelf.aborted) == (None, 1)


def test_a_csv_a_parquet_and_a_duckdb_table_of_the_same_rows_do_not_differ(tmp_path, monkeypatch):
    rows = pa.table({
        "k": [3, 1, 2], "text": ["é", "", None], "amount": [1.5, None, 2.0], "on": [True, None, False],
        "day": pa.array([0, 20_000, None], pa.date32()), "at": pa.array([1, None, 3], pa.timestamp("us")),
    })  # fmt: skip
    write(rows, tmp_path / "t.csv")
    write(rows, tmp_path / "t.parquet")
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT * FROM rows ORDER BY k")
        connection.execute("CREATE TABLE u AS SELECT k, text, CASE WHEN k = 1 THEN 9 ELSE amount END AS amount FROM t")
    monkeypatch.chdir(tmp_path)
    uris = ["t.csv", "t.parquet", "duckdb:///t.duckdb?table=t"]
    for one in uris:
        for other in uris:
            found = pipeline.diff(bootstrap.open_source(one), bootstrap.open_source(other), Recipe(["k"]))
            assert found.identical, found
            assert found.unchanged == 3
    changed = pipeline.diff(*map(bootstrap.open_source, (uris[0], uris[2].replace("=t", "=u"))), Recipe(["k"]))
    assert (changed.changed_columns, changed.columns_gone) == ({"amount": 1}, ("on", "day", "at"))


def test_the_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monday.csv").write_text("email,age\na,1\nb,2\n")
    pq.write_table(pa.table({"email": ["a", "b"], "age": [1, 3]}), "tuesday.parquet")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "diff.md").read_text(), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == "False 0 0 1 {'age': 1}\n"
