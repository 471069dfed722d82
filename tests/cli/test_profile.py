"""``rowid profile``: what stands in each column."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def test_every_column_has_its_type_nulls_distinct_values_and_examples(rowid, folder):
    (folder / "in.csv").write_text("name,n\nada,1\n,1\nemmy,2\n")
    answer = rowid("profile", "in.csv")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("in.csv: CSV, ")
    assert lines[0].endswith("3 rows, 2 columns")
    assert lines[1].startswith("quality: 0.83 = completeness 0.83 × validity 1.00 × tidiness 1.00 × variety 1.00")
    assert [line.split() for line in lines[3:]] == [
        ["column", "type", "nulls", "distinct", "quality", "looks", "examples"],
        ["name", "string", "1", "2", "0.67", "ada,", "emmy"],
        ["n", "int64", "0", "2", "1.00", "1,", "2"],
    ]


def test_what_was_not_guessed_is_noted(rowid, folder):
    (folder / "in.csv").write_text("zip\n00501\n")
    answer = rowid("profile", "in.csv")
    assert answer.out.splitlines()[-1].startswith("kept as text: leading zeros")
    assert answer.out.splitlines()[-1].endswith("(zip)")


def test_what_deserves_a_second_look_stands_below(rowid, folder):
    pq.write_table(pa.table({"a": ["1", "2"], "b": [1.0, None]}), folder / "in.parquet")
    assert rowid("profile", "in.parquet").out.splitlines()[-2:] == [
        "number would fit: all texts read as numbers (a)",
        "int64 would fit: whole numbers only with gaps, carried as floats (b)",
    ]


def test_a_column_is_shown_in_full(rowid, folder):
    (folder / "in.csv").write_text("mail,n\nada@example.com,1\nada@example.com,\nblaise@example.com,3\n")
    out = rowid("profile", "in.csv", "--column", "mail").out
    assert [line.split(maxsplit=1) for line in out.splitlines()[3:]] == [
        ["nulls", "0"],
        ["blanks", "0"],
        ["distinct", "2, 66.7 % of 3 values"],
        ["range", "ada@example.com to blaise@example.com"],
        ["length", "15 to 18, 16.0 on average"],
        ["entropy", "0.92 bits"],
        ["patterns", "e-mail 100 %"],
        ["looks", "personal: by its name, an e-mail address"],
        ["quality", "1.00 = completeness 1.00 × validity 1.00 × tidiness 1.00 × variety 1.00"],
        ["top", "values            2   66.7 %  ████████████████████  ada@example.com"],
        ["1", "33.3 %  ██████████            blaise@example.com"],
    ]
    both = rowid("profile", "in.csv", "--column", "mail", "--column", "n").out
    assert "\nmail: string\n" in both
    assert "\nn: int64\n" in both


def test_a_column_that_is_not_there_is_told_with_the_near_names(rowid, folder):
    (folder / "in.csv").write_text("mail,n\na,1\n")
    answer = rowid("profile", "in.csv", "--column", "mial")
    assert answer.code == 1
    assert answer.err == "error: in.csv: there is no column 'mial'. Did you mean 'mail'?\n"


@pytest.fixture
def states(folder):
    """A table in two states."""
    then, now = [f"{n},{n % 3},x" for n in range(100)], [f"{n},{n % 2 + 5},x" for n in range(100)]
    (folder / "then.csv").write_text("\n".join(["id,kind,gone", *then]) + "\n")
    (folder / "now.csv").write_text("\n".join(["id,kind,new", *now]) + "\n")


def test_two_states_of_a_table_are_compared_the_biggest_change_first(rowid, states):
    answer = rowid("profile", "now.csv", "--against", "then.csv")
    out = answer.out.splitlines()
    assert answer.code == 1
    assert out[0] == "now.csv against then.csv: 100 rows then, 100 now"
    assert [line.split()[:2] for line in out[3:6]] == [["1.00", "gone"], ["1.00", "kind"], ["0.80", "new"]]


def test_a_saved_profile_serves_like_the_table_it_is_of(rowid, states, folder):
    (folder / "then.json").write_text(rowid("profile", "then.csv", "--json").out)
    of_table = json.loads(rowid("profile", "now.csv", "--against", "then.csv", "--json").out)
    of_profile = json.loads(rowid("profile", "now.csv", "--against", "then.json", "--json").out)
    assert (of_table.pop("against"), of_profile.pop("against")) == ("then.csv", "then.json")
    assert of_profile == of_table
    assert of_profile["gone"] == ["gone"]
    same = rowid("profile", "then.csv", "--against", "then.json").out
    assert same == "then.csv against then.json: 100 rows then, 100 now; nothing changed that matters\n"


@pytest.mark.parametrize(("rows", "code", "last"), [
    (100, 0, "100 rows then, 100 now; nothing changed that matters"),
    (134, 1, "DRIFT: 1 of 1 changes is of size 0.25 or more"),
    (133, 0, "0.25  (the table)  100 rows then, 133 now (+33)"),
])  # fmt: skip
def test_the_exit_code_is_1_where_a_change_is_of_a_quarter_or_more(rowid, folder, rows, code, last):
    (folder / "then.csv").write_text("a\n" + "x\n" * 100)
    (folder / "now.csv").write_text("a\n" + "x\n" * rows)
    answer = rowid("profile", "now.csv", "--against", "then.csv")
    assert answer.code == code
    assert answer.out.splitlines()[-1].endswith(last)
    told = rowid("profile", "now.csv", "--against", "then.csv", "--json")
    assert (told.code, json.loads(told.out)["drifted"]) == (code, bool(code))


def test_a_damaged_profile_is_told(rowid, states, folder):
    (folder / "old.json").write_text('{"rows": 3, "columns": [1]}')
    answer = rowid("profile", "now.csv", "--against", "old.json")
    assert answer.code == 3
    assert answer.err.startswith("error: old.json: it is no profile.")


def test_what_to_compare_with_must_be_there(rowid, states):
    assert rowid("profile", "now.csv", "--against", "nowhere.csv").code == 3


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
