"""A run says which phase it waited for, and what would help."""

from importlib import import_module

import pyarrow as pa
import pytest

from rowid import bootstrap, hashing, pipeline
from rowid.model import Loading
from rowid.pipeline import batches
from rowid.pipeline.bottleneck import advice, bottleneck
from rowid.recipe import Recipe
from tests.doubles import Shelf, Table

PLAIN = Recipe(["a"])


def test_the_bottleneck_is_the_phase_that_was_busy_longest():
    assert bottleneck({"read": 1.0, "hash": 3.0, "write": 2.0}, 4.0) == ("hash", 0.75)
    assert bottleneck({"read": 0.0, "hash": 0.0}, 0.0) == ("read", 0.0)


@pytest.mark.parametrize(
    ("phase", "recipe", "format_", "strategy", "said"),
    [
        ("read", PLAIN, "CSV", "parallel", "CSV has to be parsed"),
        ("read", PLAIN, "Parquet", "parallel", "no faster"),
        ("canonicalise", Recipe(["a", "b"], normalise={"a": ["trim"]}), "CSV", "parallel", "1 key columns"),
        ("hash", PLAIN, "CSV", "parallel", "processors"),
        ("hash", PLAIN, "CSV", "simple", "rowid tune"),
        ("check", PLAIN, "CSV", "parallel", "temporary files"),
        ("check", Recipe(["a"], duplicates="number"), "CSV", "parallel", "numbering"),
        ("write", PLAIN, "CSV", "parallel", "binary"),
        ("write", Recipe(["a"], form="binary"), "CSV", "parallel", "fewer columns"),
    ],
)
def test_the_advice_is_for_what_is_slow(phase, recipe, format_, strategy, said):
    assert said in advice(phase, recipe, source_format=format_, strategy=strategy, into_table=False)


@pytest.mark.parametrize(("form", "binary"), [("hex", True), ("uuid", True), ("binary", False)])
def test_a_table_is_not_told_to_be_a_parquet_file(tmp_path, monkeypatch, form, binary):
    monkeypatch.setattr(import_module("rowid.pipeline.run"), "bottleneck", lambda *_: ("write", 0.9))
    table, recipe = Table(pa.table({"a": [1, 2]})), Recipe(["a"], form=form)
    for dry_run in (True, False):
        sink = bootstrap.open_sink(f"duckdb:///{tmp_path}/x.duckdb?table=t", loading=Loading(dry_run=dry_run))
        said = pipeline.run(table, recipe, sink).advice
        assert ("Parquet" in said, "binary" in said, said.startswith("the database")) == (False, binary, True)
    said = pipeline.run(table, recipe, bootstrap.open_sink(str(tmp_path / "x.csv"))).advice
    assert ("Parquet" in said, "database" in said) == (True, False)


def test_without_numba_the_advice_is_to_install_it(monkeypatch):
    monkeypatch.setattr("rowid.pipeline.bottleneck.find_spec", lambda name: None)
    assert "rowid[fast]" in advice("hash", PLAIN, source_format="CSV", strategy="simple", into_table=False)


def test_the_trail_names_the_bottleneck_and_the_slices(monkeypatch):
    monkeypatch.setattr(batches, "MOST_BYTES", 800)
    trail = pipeline.run(Table(pa.table({"a": range(1000)})), PLAIN, Shelf())
    assert trail.bottleneck == max(trail.phases, key=trail.phases.get)
    assert 0 < trail.bottleneck_share <= 1
    assert trail.advice
    assert trail.slice_rows == 800 // 9  # eight bytes a row, and one for good measure


def test_wide_rows_go_through_in_small_slices():
    """A thousand rows of 100 kB each are not hashed at once."""
    sizes = []
    table = Table(pa.table({"a": ["x" * 100_000] * 1000}))
    pipeline.run(table, PLAIN, Shelf(), progress=lambda progress: sizes.append(progress.rows_done))
    assert sizes[0] < 400


def test_a_table_that_is_large_beside_the_free_memory_streams(monkeypatch):
    monkeypatch.setattr(hashing, "_is_worth_it", lambda *_: (True, "for this test"))
    monkeypatch.setattr(hashing, "_SURELY_SMALL", 0)
    monkeypatch.setattr(hashing, "_SHARE", 1e9)
    shelf = Shelf()
    trail = pipeline.run(Table(pa.table({"a": range(1000)}), says=1000), PLAIN, shelf)
    assert trail.strategy == "stream"
    assert "of the free memory" in trail.strategy_reason
    monkeypatch.setattr(hashing, "_SHARE", 1e-9)
    other = Shelf()
    assert pipeline.run(Table(pa.table({"a": range(1000)}), says=1000), PLAIN, other).strategy in ("parallel", "batch")
    assert shelf.committed.equals(other.committed)
