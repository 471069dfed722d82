"""What a run, a verdict and a verification say does not depend on the memory that counting may use."""

import hashlib
import random

import pyarrow as pa
import pytest

from rowid import digest, hashing, pipeline
from rowid.checks import Limits
from rowid.engine import HashingEngine
from rowid.errors import Cancelled, DuplicateRowError, ScratchError, SourceError
from rowid.recipe import Recipe
from tests.doubles import Shelf, Table

TIGHT = Limits(memory=640)  # ten rows


def _table(seed, rows=200, kinds=40):
    rng = random.Random(seed)
    values = [rng.choice([None, *range(kinds)]) for _ in range(rows)]
    return pa.table({"n": pa.array(values, pa.int64()), "at": range(rows)})


def _run(source, recipe, **options):
    shelf = Shelf()
    return pipeline.run(source, recipe, shelf, **options), shelf


@pytest.mark.parametrize("form", ["hex", "binary", "uuid", "int64"])
@pytest.mark.parametrize("nulls", ["hash", "null"])
@pytest.mark.parametrize("duplicates", ["keep", "number"])
def test_a_run_in_little_memory_gives_the_same_ids_and_counts(form, nulls, duplicates):
    recipe = Recipe(["n"], form=form, nulls=nulls, duplicates=duplicates)
    table = _table(form)
    trail, shelf = _run(Table(table, says=200), recipe)
    for says in (None, 200):
        tight, tight_shelf = _run(Table(table, says=says, chunk=7), recipe, limits=TIGHT)
        assert tight_shelf.committed["row_id"].to_pylist() == shelf.committed["row_id"].to_pylist()
        for count in ("distinct_ids", "duplicate_rows", "null_ids", "collisions", "source_fingerprint"):
            assert getattr(tight, count) == getattr(trail, count)
    engine, chunks = HashingEngine(recipe), table.to_batches(7)
    assert [one for chunk in chunks for one in engine.hash(chunk).to_pylist()] == shelf.committed["row_id"].to_pylist()
    assert pipeline.verify(Table(shelf.committed, chunk=7), recipe, limits=TIGHT).ok


def test_a_verdict_in_little_memory_is_the_same():
    source = Table(_table(1), chunk=7)
    assert pipeline.judge(source, Recipe(["n"]), limits=TIGHT) == pipeline.judge(source, Recipe(["n"]))
    groups = pipeline.duplicate_groups(source, Recipe(["n"]))
    tight = pipeline.duplicate_groups(source, Recipe(["n"]), limits=TIGHT)
    assert [(one.size, one.rows) for one in tight] == [(one.size, one.rows) for one in groups]
    assert len(groups) == 20


def test_progress_hears_of_both_passes():
    heard = []
    _run(Table(_table(1), chunk=100), Recipe(["n"], duplicates="number"), limits=TIGHT, progress=heard.append)
    assert [(one.phase, one.rows_done) for one in heard] == [
        ("count", 100), ("count", 200), ("hash", 100), ("hash", 200),
    ]  # fmt: skip


def test_repeated_rows_are_rejected_before_anything_is_written():
    shelf = Shelf()
    with pytest.raises(DuplicateRowError, match=r"row (\d+) repeats row \d+, row"):
        pipeline.run(Table(_table(1), chunk=7), Recipe(["n"], duplicates="reject"), shelf, limits=TIGHT)
    assert (shelf.committed, shelf.aborted) == (None, 1)
    engine = HashingEngine(Recipe(["n"], duplicates="reject"))
    engine.hash(pa.record_batch({"n": [1, 2]}))
    engine.finish()
    engine.hash(pa.record_batch({"n": [3, 2]}))
    with pytest.raises(DuplicateRowError, match="row 4 repeats row 2, and"):
        engine.finish()


def test_a_source_that_changes_between_the_passes_is_refused():
    class Moody(Table):
        def open(self):
            self.table = self.table.take(list(range(self.table.num_rows))[::-1])
            return super().open()

    shelf = Shelf()
    with pytest.raises(SourceError, match="not those that were counted"):
        pipeline.run(Moody(_table(1)), Recipe(["n"], duplicates="number"), shelf, limits=TIGHT)
    assert shelf.committed is None


def test_however_a_run_ends_no_temporary_file_stays(tmp_path):
    limits, recipe = Limits(memory=640, directory=tmp_path), Recipe(["n"], form="uuid", duplicates="number")
    asked = []
    _run(Table(_table(1)), recipe, limits=limits)
    with pytest.raises(Cancelled):
        _run(Table(_table(1), chunk=7), recipe, limits=limits, should_stop=lambda: asked.append(1) or len(asked) == 20)
    with pytest.raises(OSError, match="no commit"):
        pipeline.run(Table(_table(1)), recipe, Shelf(fails_at="commit"), limits=limits)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ScratchError, match="nowhere"):
        _run(Table(_table(1)), recipe, limits=Limits(memory=640, directory=tmp_path / "nowhere"))


def test_equal_rows_are_confirmed_by_their_messages():
    result = pipeline.confirm(Table(_table(1), chunk=7), Recipe(["n"], duplicates="reject", nulls="reject"))
    assert (result.ok, result.rows, result.repeated, result.collisions, result.passes) == (True, 200, 159, 0, 2)
    assert pipeline.confirm(Table(_table(1)), Recipe(["at"])).passes == 1


def test_a_collision_of_the_hash_is_told_from_a_repeated_row(monkeypatch):
    """For this test the hash looks at the first three bytes of a message alone."""
    monkeypatch.setattr(digest, "digest", lambda message, key=None: hashlib.sha256(message[:3]).digest())
    monkeypatch.setattr(hashing, "_is_worth_it", lambda *_: (False, "for this test"))
    values = [10, 11, 20, 10, 20, 15, 3, 3, 20]
    table = pa.table({"n": values})
    for limits in (None, TIGHT, Limits(memory=1)):
        result = pipeline.confirm(Table(table, chunk=2), Recipe(["n"]), limits=limits)
        assert (result.ok, result.repeated, result.collisions, result.first_rows) == (False, 6, 2, (2, 6))
        assert result.passes == (4 if limits and limits.memory == 1 else 2)
    groups = pipeline.duplicate_groups(Table(table, chunk=2), Recipe(["n"]))
    assert [(one.size, one.rows, one.collisions) for one in groups] == [
        (4, (1, 2, 4, 6), 2), (3, (3, 5, 9), 0), (2, (7, 8), 0),
    ]  # fmt: skip
