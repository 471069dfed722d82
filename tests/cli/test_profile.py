"""``rowid profile``: what stands in each column."""

import json

import pyarrow as pa
import pyarrow.parquet as pq


def test_every_column_has_its_type_nulls_distinct_values_and_examples(rowid, folder):
    (folder / "in.csv").write_text("name,n\nada,1\n,1\nemmy,2\n")
    answer = rowid("profile", "in.csv")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("in.csv: CSV, ")
    assert lines[0].endswith("3 rows, 2 columns")
    assert [line.split() for line in lines[2:]] == [
        ["column", "type", "nulls", "distinct", "examples"],
        ["name", "string", "1", "2", "ada,", "emmy"],
        ["n", "int64", "0", "2", "1,", "2"],
    ]


def test_what_was_not_guessed_is_noted(rowid, folder):
    (folder / "in.csv").write_text("zip\n00501\n")
    answer = rowid("profile", "in.csv")
    assert "note" in answer.out
    assert "leading zero" in answer.out


def test_json_holds_the_same(rowid, folder):
    (folder / "in.csv").write_text("name;n\nada;1\n;1\n")
    profile = json.loads(rowid("profile", "in.csv", "--json").out)
    assert (profile["source"], profile["format"], profile["rows"]) == ("in.csv", "CSV", 2)
    column = profile["columns"][0]
    expected = {"name": "name", "type": "string", "nulls": 1, "distinct": 1, "examples": ["ada"], "note": ""}
    assert {name: column[name] for name in expected} == expected


def test_the_reading_options_reach_the_source(rowid, folder):
    (folder / "in.csv").write_text("a;b\nc;d\n")
    profile = json.loads(rowid("profile", "in.csv", "--delimiter", ",", "--no-header", "--json").out)
    assert (profile["rows"], len(profile["columns"])) == (2, 1)


def test_a_value_that_looks_like_markup_or_steers_terminals_is_shown_as_it_is(rowid, folder):
    pq.write_table(pa.table({"a": ["[bold]x[/bold]", "\x1b[31mred"]}), folder / "in.parquet")
    out = rowid("profile", "in.parquet").out
    assert "[bold]x[/bold]" in out
    assert "\\x1b[31mred" in out
    assert "\x1b" not in out


def test_what_cannot_be_read_is_exit_code_3(rowid):
    assert rowid("profile", "nowhere.csv").code == 3
