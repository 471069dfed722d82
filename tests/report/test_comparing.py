"""IDs kept, new and gone against an earlier output: exact, whatever the form and the file."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import pipeline, report
from rowid.errors import ColumnError, SecretError
from rowid.recipe import FORMS, Recipe
from rowid.sources import file_source
from tests.doubles import Shelf
from tests.files import write
from tests.report.tables import source

VALUES = st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=12)


def ran(table, recipe):
    """The table with its IDs."""
    shelf = Shelf()
    pipeline.run(source(table), recipe, shelf)
    return shelf.committed.replace_schema_metadata(shelf.metadata)


def table(values):
    return pa.table({"k": pa.array(values, pa.int64())})


@given(VALUES, VALUES, st.sampled_from(["keep", "number"]), st.sampled_from(["hash", "null"]))
def test_kept_new_and_gone_equal_brute_force(now, then, duplicates, nulls):
    recipe = Recipe(["k"], duplicates=duplicates, nulls=nulls)
    old, new = ran(table(then), recipe), ran(table(now), recipe)
    found = report.examine(source(table(now)), recipe, previous=source(old)).comparison
    ids, before = (set(one["row_id"].to_pylist()) - {None} for one in (new, old))
    assert (found.kept, found.new, found.gone) == (len(ids & before), len(ids - before), len(before - ids))
    assert found.note == ""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("file", ["old.csv", "old.parquet", "old.jsonl"])
def test_every_form_is_found_again_in_every_file(form, file, tmp_path):
    recipe = Recipe(["k"], form=form)
    write(ran(table([1, 2, 3]), recipe), tmp_path / file)
    previous = file_source(str(tmp_path / file))
    found = report.examine(source(table([2, 3, 4, 4])), recipe, previous=previous).comparison
    assert (found.against, found.kept, found.new, found.gone) == (file, 2, 1, 1)


def test_a_file_of_another_recipe_is_told():
    old = ran(table([1, 2]), Recipe(["k"], form="uuid"))
    found = report.examine(source(table([1, 2])), Recipe(["k"]), previous=source(old)).comparison
    assert (found.kept, found.new, found.gone) == (0, 2, 2)
    assert "another recipe" in found.note


def test_a_file_without_ids_is_refused():
    with pytest.raises(ColumnError, match="row_id"):
        report.examine(source(table([1])), Recipe(["k"]), previous=source(table([1])))


def test_keyed_ids_are_compared_with_the_secret_only(monkeypatch):
    recipe = Recipe(["k"], key_env="ROWID_TEST_SECRET")
    monkeypatch.setenv("ROWID_TEST_SECRET", "c2VjcmV0")
    old = ran(table([1, 2]), recipe)
    assert report.examine(source(table([1])), recipe, previous=source(old)).comparison.kept == 1
    monkeypatch.delenv("ROWID_TEST_SECRET")
    with pytest.raises(SecretError):
        report.examine(source(table([1])), recipe, previous=source(old))
