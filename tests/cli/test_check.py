"""``rowid check`` and ``rowid lint``: the answer, its width, its exit code, its files."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

LOADED = "id,name,loaded_at\n" + "".join(f"{at},n{at},2024-01-0{load}\n" for load in (1, 2) for at in range(30))


def test_a_key_is_told_with_exit_code_0_and_the_evidence(rowid, people):
    answer = rowid("check", people, "--columns", "email")
    assert answer.code == 0
    assert answer.out.startswith("KEY\nNo two of the 2 rows agree in email, and none is null.\nExact: all 2 rows")
    assert answer.err == ""


def test_no_line_is_wider_than_a_terminal(rowid, folder):
    lines = "".join(f"{'x' * 70}{at % 3},{'y ' * 60},{at},\u202e\x1b[31m\n" for at in range(9))
    (folder / "wide.csv").write_text("a long name of a column,b,c,d\n" + lines)
    answer = rowid("check", "wide.csv", "--columns", "a long name of a column,b,d")
    assert answer.code == 1
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out


def test_a_double_load_is_a_key_on_a_condition_and_not_0(rowid, folder):
    (folder / "in.csv").write_text(LOADED)
    answer = rowid("check", "in.csv", "--columns", "id")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "KEY IF 30 surplus rows go")
    assert "Double load" in answer.out


def test_rows_that_repeat_are_no_key(rowid, folder):
    (folder / "in.csv").write_text("id,v\n1,a\n1,b\n2,c\n")
    answer = rowid("check", "in.csv", "--columns", "id")
    assert (answer.code, answer.out.splitlines()[0]) == (1, "NOT A KEY")
    assert "row  id  v" in answer.out


def test_a_table_without_rows_tells_nothing(rowid, folder):
    (folder / "in.csv").write_text("id,v\n")
    assert rowid("check", "in.csv").out.splitlines()[0] == "CANNOT TELL"


def test_json_is_one_object_with_the_whole_report(rowid, folder):
    (folder / "in.csv").write_text(LOADED)
    answer = rowid("check", "in.csv", "--columns", "id", "--json")
    told = json.loads(answer.out)
    assert (answer.code, answer.err, told["verdict"]) == (1, "", "KEY IF 30 surplus rows go")
    assert [reading["surplus_rows"] for reading in told["readings"]] == [30, 30, 30]
    assert told["diagnosis"]["double_loads"] == 30
    assert {"choice", "risks", "variants", "collisions", "personal", "comparison", "groups"} <= set(told)


def test_a_recipe_decides_and_its_secret_is_not_asked_for(rowid, people, folder):
    (folder / "r.yaml").write_text("spec: rowid v1\ncolumns: [country]\nkey_env: NO_SUCH\nduplicates: reject\n")
    told = json.loads(rowid("check", people, "--recipe", "r.yaml", "--json").out)
    assert (told["columns"], told["verdict"]) == (["country"], "KEY")


def test_without_columns_all_are_checked_and_that_is_said(rowid, people):
    answer = rowid("check", people)
    assert answer.code == 0
    assert "all of them are checked together (3)" in answer.err


def test_an_earlier_output_is_compared(rowid, people, folder):
    assert rowid("run", people, "-o", "old.csv", "--columns", "email", "--id-column", "my_id").code == 0
    people.write_text(people.read_text() + "emmy@example.com,DE,1882-03-23\n")
    answer = rowid("check", people, "--columns", "email", "--against", "old.csv", "--id-column", "my_id")
    assert "AGAINST old.csv\n  - 2 IDs kept, 1 new, 0 gone." in answer.out


def test_the_html_file_is_written_and_not_replaced_unasked(rowid, people, folder):
    assert rowid("check", people, "--columns", "email", "--html", "r.html").code == 0
    page = (folder / "r.html").read_text()
    assert page.startswith("<!doctype html>")
    again = rowid("check", people, "--columns", "email", "--html", "r.html")
    assert (again.code, "--force" in again.err) == (4, True)
    assert rowid("check", people, "--columns", "born", "--html", "r.html", "--force").code == 0
    assert (folder / "r.html").read_text() != page
    assert rowid("check", people, "--html", "no/r.html").code == 4


def test_an_unknown_column_is_told_with_near_names(rowid, people):
    answer = rowid("check", people, "--columns", "emial")
    assert (answer.code, "Did you mean 'email'?" in answer.err) == (1, True)


@pytest.mark.parametrize("command", ["check", "lint"])
def test_a_list_in_the_key_is_refused_and_one_beside_it_is_not(rowid, command, folder):
    pq.write_table(pa.table({"k": [1, 2], "tags": [["a"], ["b"]]}), "t.parquet")
    assert rowid(command, "t.parquet", "--columns", "k").code == 0
    refused = rowid(command, "t.parquet", "--columns", "tags")
    assert (refused.code, "tags" in refused.err) == (1, True)


def test_lint_shows_the_rows_that_a_joined_key_merges(rowid, folder):
    (folder / "in.csv").write_text("a,b\nx-y,z\nx,y-z\n,1\n_dbt_utils_surrogate_key_null_,1\nq,r\nq,r\n")
    answer = rowid("lint", "in.csv", "--columns", "a,b")
    assert answer.code == 1
    assert answer.out.startswith("MERGED: 2 joined keys are shared by rows that differ (4 of 6 rows)")
    assert "row 1: 'x-y', 'z'" in answer.out
    assert "row 3: null, '1'" in answer.out
    told = json.loads(rowid("lint", "in.csv", "--columns", "a,b", "--json").out)
    assert (told["merged_groups"], told["lost_keys"], told["null_text"]) == (2, 2, "_dbt_utils_surrogate_key_null_")


def test_lint_is_content_with_a_separator_that_no_value_holds(rowid, folder):
    (folder / "in.csv").write_text("a,b\nx-y,z\nx,y-z\n")
    answer = rowid("lint", "in.csv", "--columns", "a,b", "--formula", "concat", "--separator", "|")
    assert (answer.code, answer.out.startswith("OK: all 2 rows")) == (0, True)
    assert rowid("lint", "in.csv", "--columns", "a,b", "--formula", "md5").code == 2
