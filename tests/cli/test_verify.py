"""``rowid verify``: a changed cell is found and its row named."""

import json

import pytest


@pytest.fixture
def with_ids(rowid, folder):
    """A CSV file with IDs, and its recipe apart."""
    (folder / "in.csv").write_text("a,b\nx,1\ny,2\nz,3\n")
    rowid("run", "in.csv", "-o", "out.csv", "--save-recipe", "r.yaml")
    return folder / "out.csv"


def test_ids_that_hold_are_ok(rowid, with_ids):
    answer = rowid("verify", with_ids, "--recipe", "r.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("OK: 3 rows")


def test_a_changed_cell_is_found_and_its_row_named(rowid, with_ids):
    with_ids.write_text(with_ids.read_text().replace("y,2,", "y,20,"))
    answer = rowid("verify", with_ids, "--recipe", "r.yaml")
    assert answer.code == 1
    assert answer.out == "DIFFERENT: 1 of 3 rows have an ID that is not theirs: row 2\n"
    found = json.loads(rowid("verify", with_ids, "--recipe", "r.yaml", "--json").out)
    assert (found["ok"], found["mismatched"], found["first_rows"]) == (False, 1, [2])


def test_the_recipe_may_stand_beside_the_file(rowid, with_ids, folder):
    assert rowid("verify", with_ids).code == 2
    (folder / "r.yaml").rename(folder / "out.csv.recipe.yaml")
    assert rowid("verify", with_ids).code == 0


def test_a_parquet_file_holds_its_recipe(rowid, folder):
    (folder / "in.csv").write_text("a,b\nx,1\n")
    rowid("run", "in.csv", "-o", "out.parquet", "--columns", "b", "--form", "binary")
    assert rowid("verify", "out.parquet").code == 0


def test_a_file_without_a_recipe_is_a_usage_error_that_says_what_to_do(rowid, people):
    answer = rowid("verify", people)
    assert answer.code == 2
    assert "--recipe" in answer.err


def test_a_file_without_an_id_column_is_refused(rowid, with_ids, folder):
    answer = rowid("verify", "in.csv", "--recipe", "r.yaml")
    assert answer.code == 1
    assert "row_id" in answer.err
