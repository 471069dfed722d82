"""``rowid diff``: the answer on the terminal, as JSON, as rows, as a page and as SQL; exit codes."""

import csv
import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.recipe import Recipe
from tests.disks import files_no_larger_than

BEFORE = "id,name,price\n1,ada,42\n2,blaise,7\n3,emmy,1\n4,x,1\n4,x,2\n"
AFTER = "name,id,price\nada,1,42.0\nBlaise,2,8\nx,4,3\n<b>kurt</b>,5,\n"


@pytest.fixture
def two(folder):
    (folder / "a.csv").write_text(BEFORE)
    (folder / "b.csv").write_text(AFTER)
    return "a.csv", "b.csv", "--columns", "id"


def test_the_counts_the_first_rows_and_the_exit_code(rowid, two):
    answer = rowid("diff", *two)
    assert (answer.code, answer.err) == (1, "")
    head, *lines = answer.out.splitlines()
    assert head == "DIFFERENT: 1 new, 1 gone, 1 changed, 2 and 1 unclear, 1 unchanged"
    assert "b.csv (4 rows) against a.csv (5 rows); key: id; compared: name and price" in lines[0]
    assert any("not unique" in line for line in lines)
    assert [line.split()[0] for line in lines[-4:]] == ["gone", "changed", "unclear", "new"]
    assert "id: 2  name: blaise → Blaise; price: 7 → 8" in " ".join(answer.out.split()).replace("id: 2 ", "id: 2  ")
    fewer = rowid("diff", *two, "--first", "1").out
    assert ("gone" in fewer.splitlines()[-2], fewer.splitlines()[-1]) == (True, "and 3 more (-o FILE has all)")
    assert "kurt" not in fewer


def test_no_difference_is_zero(rowid, two, folder):
    pq.write_table(pa.table({"price": [7.0, 42.0, 1, 2, 1], "id": [2, 1, 3, 4, 4],
                             "name": ["blaise", "ada", "emmy", "x", "x"]}), "a.parquet")  # fmt: skip
    answer = rowid("diff", "a.csv", "a.parquet", "--columns", "id")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "SAME: 5 rows on both sides")


def test_json_has_the_counts_and_no_value(rowid, two):
    answer = rowid("diff", *two, "--json")
    told = json.loads(answer.out)
    assert (told["new"], told["gone"], told["changed"], told["unclear"], told["identical"]) == (1, 1, 1, [2, 1], False)
    assert told["changed_columns"] == {"name": 1, "price": 1}
    assert not {"kurt", "blaise", "Blaise"} & {*answer.out.replace('"', " ").split()}


def test_all_differences_go_to_a_file_and_none_replaces_one_unasked(rowid, two, folder):
    for name in ("d.csv", "d.parquet", "d.jsonl.gz"):
        assert rowid("diff", *two, "-o", name).code == 1
        assert rowid("diff", *two, "-o", name).code == 4
        assert rowid("diff", *two, "-o", name, "--force").code == 1
    rows = pq.read_table("d.parquet").to_pylist()
    assert [row["status"] for row in rows] == ["gone", "changed", "unclear", "new"]
    assert rows[1]["changed"] == "name,price"
    assert [row["status"] for row in csv.DictReader((folder / "d.csv").read_text().splitlines())] == [
        row["status"] for row in rows
    ]


def test_rows_go_to_standard_output_alone(rowid, two):
    answer = rowid("diff", *two, "-o", "-")
    assert answer.out.startswith("status,row_id,id,changed,")
    assert len(answer.out.splitlines()) == 5
    assert answer.err.startswith("DIFFERENT: ")
    assert "blaise" not in answer.err
    with_json = rowid("diff", *two, "-o", "-", "--json")
    assert (with_json.out, json.loads(with_json.err)["new"]) == (answer.out, 1)


def test_the_page_loads_nothing_and_shows_values_as_text(rowid, two, folder):
    assert rowid("diff", *two, "-o", "d.html").code == 1
    page = (folder / "d.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "default-src 'none'" in page
    assert "script-src 'none'" in page
    assert "&lt;b&gt;kurt&lt;/b&gt;" in page
    assert "<b>kurt" not in page
    assert "1 new, 1 gone, 1 changed" in page
    assert rowid("diff", *two, "-o", "d.html").code == 4
    assert rowid("diff", "a.csv", "a.csv", "--columns", "id", "-o", "d.html", "--force").code == 0
    assert "SAME" in (folder / "d.html").read_text()


def test_a_page_that_the_disk_has_no_room_for_is_not_half_there(rowid, two, folder):
    (folder / "d.html").write_text("the one before")
    with files_no_larger_than(1_000):
        answer = rowid("diff", *two, "-o", "d.html", "--force")
    assert (answer.code, "d.html: the file is larger than allowed here" in answer.err) == (4, True)
    assert (folder / "d.html").read_text() == "the one before"
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "b.csv", "d.html"]


def test_a_recipe_is_followed_and_options_override_it(rowid, two, folder):
    (folder / "r.yaml").write_text(Recipe(["name"], normalise={"name": ["lower"]}).to_yaml())
    assert json.loads(rowid("diff", "a.csv", "b.csv", "--recipe", "r.yaml", "--json").out)["key"] == ["name"]
    told = json.loads(rowid("diff", *two, "--recipe", "r.yaml", "--exclude", "price,name", "--json").out)
    assert (told["key"], told["compared"], told["changed"]) == (["id"], [], 0)


def test_what_is_missing_is_said(rowid, two):
    nothing = rowid("diff", "a.csv", "b.csv")
    assert (nothing.code, "--columns" in nothing.err) == (2, True)
    assert rowid("diff", *two, "--exclude", "nmae").code == 1
    assert rowid("diff", "a.csv", "b.csv", "--columns", "idd").code == 1
    assert rowid("diff", "a.csv", "none.csv", "--columns", "id").code == 3
    assert rowid("diff", "a.csv", "b.csv", "--sql").code == 2


@pytest.fixture
def tables(rowid, folder):
    """Two tables with IDs, one of them with hostile names."""
    names = ("row_id", "a", 'b"; DROP TABLE t; --', "status")
    with duckdb.connect("t.duckdb") as connection:
        quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names]
        for table, rows in (
            ("t", [("i1", 1, "x", None), ("i2", 1, "x", None), ("i3", 1, "x", "s"), ("i4", 1, "x", "s")]),
            ('"we""ird.t"', [("i1", 1, "x", None), ("i2", 2, "y", None), ("i4", 1, "x", "s"), ("i4", 1, "x", "s"),
                             ("i5", 1, "x", "s")]),
        ):  # fmt: skip
            connection.execute(f"CREATE TABLE {table} ({', '.join(f'{one} VARCHAR' for one in quoted)})")
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)
    return "duckdb:///t.duckdb?table=t", "duckdb:///t.duckdb?table=%22we%22%22ird.t%22"


def test_the_sql_makes_the_same_comparison_in_the_database(rowid, tables):
    answer = rowid("diff", *tables, "--sql")
    assert (answer.code, answer.err) == (0, "")
    with duckdb.connect("t.duckdb", read_only=True) as connection:
        found = connection.execute(answer.out).fetchall()
        assert connection.execute("SELECT count(*) FROM t").fetchall() == [(4,)]
    assert sorted(found) == [
        ("i2", "changed", 1, 1, 'a,b"; DROP TABLE t; --,'),
        ("i3", "gone", 1, 0, ""),
        ("i4", "unclear", 1, 2, ""),
        ("i5", "new", 0, 1, ""),
    ]
    told = json.loads(rowid("diff", *tables, "--columns", "row_id", "--id-column", "made", "--json").out)
    assert (told["changed"], told["gone"], told["new"], told["unclear"]) == (1, 1, 1, [1, 2])
    assert rowid("diff", *tables, "--sql", "--id-column", "none").code == 1
    assert rowid("diff", *tables, "--sql", "-o", "x.csv").code == 2
    assert rowid("diff", *tables, "--sql", "--id-column", "status", "--exclude", "a").code == 0
    assert '"a"' not in rowid("diff", *tables, "--sql", "--exclude", "a").out
    assert rowid("diff", *tables, "--sql", "--exclude", "none").code == 1
    missing = rowid("diff", tables[0], "duckdb:///t.duckdb?table=tt", "--sql")
    assert (missing.code, "there is no table tt. Did you mean t?" in missing.err) == (3, True)


def test_a_table_and_a_file_are_compared(rowid, tables, folder):
    assert rowid("run", tables[0], "-o", "t.csv", "--columns", "a", "--id-column", "made").code == 0
    answer = rowid("diff", tables[0], "t.csv", "--columns", "row_id", "--id-column", "made")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "SAME: 4 rows on both sides")
