"""The pipeline: all of a source's rows or none, told as events, asked and verified."""

import logging
import random
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import rowid
from rowid import digest, pipeline
from rowid.engine import HashingEngine
from rowid.errors import Cancelled, CanonicalError, ColumnError, DataError, DuplicateRowError, SinkError, SourceError
from rowid.events import BatchHashed, RunFailed, RunFinished, RunStarted
from rowid.recipe import Recipe
from tests.doubles import Shelf, Table, kinds

PEOPLE = pa.table({"name": ["Ana", "Bo", "Ana", None, "Ana"], "age": [1, 2, 1, None, 3], "at": [1, 2, 3, 4, 5]})
KEY = Recipe(["name", "age"])


def test_rows_come_out_in_order_with_their_ids_and_the_recipe_beside_them():
    shelf = Shelf()
    trail = pipeline.run(Table(PEOPLE, says=5, chunk=2), KEY, shelf)
    assert shelf.committed.drop_columns("row_id").equals(PEOPLE)
    expected = [rowid.row_id([row["name"], row["age"]]) for row in PEOPLE.to_pylist()]
    assert shelf.committed["row_id"].to_pylist() == expected
    assert Recipe.from_text(shelf.metadata["rowid.recipe"]) == KEY
    assert shelf.metadata["rowid.fingerprint"] == KEY.fingerprint
    assert (trail.rows_in, trail.rows_out, trail.distinct_ids, trail.duplicate_rows) == (5, 5, 4, 1)
    assert (trail.source, trail.sink) == ("table", "shelf")
    assert shelf.aborted == 0


def test_a_run_tells_its_start_its_batches_and_its_end():
    events = []
    trail = pipeline.run(Table(PEOPLE, says=5, chunk=2), KEY, Shelf(), observers=[events.append])
    assert kinds(events) == ["RunStarted", "BatchHashed", "BatchHashed", "BatchHashed", "RunFinished"]
    started, finished = events[0], events[-1]
    assert isinstance(started, RunStarted)
    assert isinstance(finished, RunFinished)
    assert {event.run_id for event in events} == {trail.run_id}
    assert started.recipe == KEY.to_dict()
    assert [event.rows_done for event in events if isinstance(event, BatchHashed)] == [2, 4, 5]
    assert (finished.rows, finished.distinct_ids, finished.duplicate_rows) == (5, 4, 1)
    assert finished.output_fingerprint == trail.output_fingerprint
    with pytest.raises(AttributeError):
        started.source = "other"


def test_no_event_holds_a_value_of_a_row():
    secret = pa.table({"a": ["s3cr3t", "s3cr3t"], "b": pa.array([None, None], pa.string())})
    recipes = [Recipe(["a"]), Recipe(["a"], types={"a": "number"}), Recipe(["a"], duplicates="reject")]
    for recipe in [*recipes, Recipe(["a", "b"], nulls="reject")]:
        events = []
        try:
            pipeline.run(Table(secret), recipe, Shelf(), observers=[events.append])
        except DataError as error:
            assert "s3cr3t" not in str(error)  # noqa: PT017
        assert len(events) > 1
        assert "s3cr3t" not in repr(events)


@pytest.mark.parametrize("step", ["begin", "write", "commit"])
def test_whatever_fails_the_load_is_aborted_and_the_failure_told(step):
    shelf, events = Shelf(fails_at=step), []
    with pytest.raises(OSError, match=f"no {step}"):
        pipeline.run(Table(PEOPLE), KEY, shelf, observers=[events.append])
    assert shelf.committed is None
    assert shelf.aborted == (step != "begin")
    failed = events[-1]
    assert isinstance(failed, RunFailed)
    assert (failed.error, "no " in failed.message) == ("OSError", False)  # a foreign error may quote a row


def test_ctrl_c_aborts_the_load_and_is_told():
    def interrupt(event):
        if isinstance(event, BatchHashed):
            raise KeyboardInterrupt

    shelf, events = Shelf(), []
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(Table(PEOPLE, chunk=2), KEY, shelf, observers=[events.append, interrupt])
    assert (shelf.committed, shelf.aborted) == (None, 1)
    assert (events[-1].error, events[-1].message) == ("Cancelled", "interrupted; nothing was written.")


def test_ctrl_c_when_the_rows_are_in_place_is_not_told_as_if_nothing_was_written(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    shelf, events = Shelf(), []
    monkeypatch.setattr(sys.modules[pipeline.run.__module__], "bottleneck", interrupted)
    with pytest.raises(Cancelled, match="shelf: interrupted; the output was in place already"):
        pipeline.run(Table(PEOPLE), KEY, shelf, observers=[events.append])
    assert shelf.committed.num_rows == 5
    assert kinds(events)[-1] == "RunFailed"
    assert events[-1].message == "shelf: interrupted; the output was in place already."


def test_a_run_that_is_asked_to_stop_stops_between_batches():
    shelf, events = Shelf(), []
    with pytest.raises(Cancelled):
        pipeline.run(Table(PEOPLE, chunk=1), KEY, shelf, observers=[events.append], should_stop=lambda: len(events) > 2)
    assert (shelf.committed, shelf.aborted) == (None, 1)
    assert events[-1].rows_done == 2


def test_an_observer_that_fails_is_logged_and_stops_nothing(caplog):
    def broken(event):
        raise RuntimeError("broken")

    shelf, events = Shelf(), []
    with caplog.at_level(logging.WARNING, "rowid"):
        pipeline.run(Table(PEOPLE), KEY, shelf, observers=[broken, events.append], progress=lambda progress: 1 / 0)
    assert shelf.committed.num_rows == 5
    assert kinds(events) == ["RunStarted", "BatchHashed", "RunFinished"]
    failures = [record.getMessage() for record in caplog.records]
    assert sum("an observer failed at RunStarted" in failure for failure in failures) == 1
    assert sum("an observer failed at BatchHashed" in failure for failure in failures) == 2


def test_an_observer_cannot_change_the_ids():
    quiet, meddled = Shelf(), Shelf()
    pipeline.run(Table(PEOPLE), KEY, quiet)
    pipeline.run(Table(PEOPLE), KEY, meddled, observers=[lambda event: getattr(event, "recipe", {}).clear()])
    assert meddled.committed.equals(quiet.committed)


def test_a_source_that_changed_while_it_was_read_is_refused():
    shelf = Shelf()
    with pytest.raises(SourceError, match="it had 6 rows when it was first read, and now 5"):
        pipeline.run(Table(PEOPLE, says=6), KEY, shelf)
    assert shelf.committed is None


def test_a_sink_that_lost_rows_is_found_out():
    with pytest.raises(SinkError, match="5 rows were given and 4 were written"):
        pipeline.run(Table(PEOPLE), KEY, Shelf(lose=1))


def test_failing_values_are_counted_to_the_end_of_the_source():
    bad = pa.table({"n": ["1", "x", "y"] * 3})
    with pytest.raises(CanonicalError) as caught:
        pipeline.run(Table(bad, chunk=2), Recipe(["n"], types={"n": "number"}), Shelf())
    assert caught.value.count == 6
    assert caught.value.rows == (2,)


def test_an_existing_id_column_is_refused_or_replaced_in_its_place():
    shelf = Shelf()
    there = PEOPLE.add_column(0, "row_id", pa.array(["old"] * 5))
    with pytest.raises(ColumnError, match="has a column of this name already"):
        pipeline.run(Table(there), KEY, shelf)
    assert shelf.committed is None
    pipeline.run(Table(there), KEY, shelf, replace=True)
    assert shelf.committed.column_names == ["row_id", "name", "age", "at"]
    assert shelf.committed["row_id"][1].as_py() == rowid.row_id(["Bo", 2])


def test_a_table_without_rows_gives_a_column_without_rows_and_its_types_are_looked_at():
    shelf = Shelf()
    trail = pipeline.run(Table(PEOPLE.slice(0, 0), says=0), KEY, shelf)
    assert (trail.rows_in, trail.distinct_ids) == (0, 0)
    assert shelf.committed.schema.names == ["name", "age", "at", "row_id"]
    nested = pa.table({"l": pa.array([], pa.list_(pa.int8()))})
    with pytest.raises(ColumnError, match="column 'l'"):
        pipeline.run(Table(nested), Recipe(["l"]), Shelf())


def test_duplicates_reject_names_rows_across_batches():
    with pytest.raises(DuplicateRowError, match="row 3 repeats row 1"):
        pipeline.run(Table(PEOPLE, chunk=1), Recipe(["name", "age"], duplicates="reject"), Shelf())


def test_a_form_that_cuts_the_digest_counts_collisions(monkeypatch):
    """64 bits are cut to 4 for this test, so that different rows meet."""
    whole = digest.rendered
    monkeypatch.setattr(digest, "rendered", lambda *given: pc.bit_wise_and(whole(*given), 15))
    table = pa.table({"n": range(100)})
    trail = pipeline.run(Table(table), Recipe(["n"], form="int64"), Shelf())
    assert trail.distinct_ids == 16
    assert trail.collisions == 84
    assert trail.duplicate_rows == 0


def test_judging_a_key_counts_exactly():
    """The verdict equals a count by hand on random tables."""
    rng = random.Random(3)
    for _ in range(30):
        rows = [(rng.choice(["a", "b", None]), rng.choice([1, 2, None])) for _ in range(rng.randrange(12))]
        table = pa.table({"x": [x for x, _ in rows], "y": pa.array([y for _, y in rows], pa.int8())})
        table = table.set_column(0, "x", table["x"].cast(pa.string()))
        verdict = pipeline.judge(Table(table, chunk=3), Recipe(["x", "y"], nulls="reject", duplicates="reject"))
        sizes = [rows.count(row) for row in set(rows)]
        assert (verdict.rows, verdict.distinct) == (len(rows), len(set(rows)))
        assert verdict.surplus_rows == len(rows) - len(set(rows))
        assert verdict.duplicate_groups == sum(size > 1 for size in sizes)
        assert verdict.largest_group == max(sizes, default=0)
        assert verdict.rows_with_null == sum(None in row for row in rows)
        assert verdict.is_key == (len(set(rows)) == len(rows))


def test_duplicate_groups_show_their_rows_and_the_columns_in_which_they_differ():
    table = pa.table({"k": ["a", "b", "a", "c", "b", "a"], "v": [1, 2, 1, 3, 9, 1], "w": [None, 1, 2, 1, 1, None]})
    groups = pipeline.duplicate_groups(Table(table, chunk=2), Recipe(["k"]))
    assert [(group.size, group.rows, group.differing) for group in groups] == [
        (3, (1, 3, 6), ("w",)),
        (2, (2, 5), ("v",)),
    ]
    assert groups[0].sample.equals(table.take([0, 2, 5]).combine_chunks())
    assert len(pipeline.duplicate_groups(Table(table), Recipe(["k"]), limit=1)) == 1
    assert pipeline.duplicate_groups(Table(table), Recipe(["k", "v", "w"])) != ()


@pytest.mark.parametrize("form", ["hex", "binary", "uuid", "int64"])
def test_verifying_finds_a_changed_cell_and_names_its_row(form):
    recipe = Recipe(["name", "age"], form=form)
    shelf = Shelf()
    pipeline.run(Table(PEOPLE), recipe, shelf)
    result = pipeline.verify(Table(shelf.committed, chunk=2), recipe)
    assert (result.ok, result.rows, result.mismatched) == (True, 5, 0)
    changed = shelf.committed.set_column(0, "name", pa.array(["Ana", "Bob", "Ana", None, "ana"]))
    result = pipeline.verify(Table(changed, chunk=2), recipe)
    assert (result.ok, result.mismatched, result.first_rows) == (False, 2, (2, 5))


def test_verifying_counts_a_missing_id_and_refuses_a_missing_column():
    shelf = Shelf()
    pipeline.run(Table(PEOPLE), KEY, shelf)
    ids = shelf.committed["row_id"].to_pylist()
    gap = shelf.committed.set_column(3, "row_id", pa.array([None, *ids[1:]]))
    assert pipeline.verify(Table(gap), KEY).first_rows == (1,)
    with pytest.raises(ColumnError, match="column 'row_id': no such column"):
        pipeline.verify(Table(PEOPLE), KEY)
    with pytest.raises(DataError, match="not IDs of the recipe's form"):
        pipeline.verify(Table(shelf.committed), Recipe(["name", "age"], form="int64"))


def test_verifying_honours_null_ids_and_numbers():
    for recipe in (Recipe(["name", "age"], nulls="null"), Recipe(["name", "age"], duplicates="number")):
        shelf = Shelf()
        pipeline.run(Table(PEOPLE), recipe, shelf)
        assert pipeline.verify(Table(shelf.committed), recipe).ok


def test_a_preview_reads_no_further_than_it_must():
    """The second batch of this source would fail."""

    class Fragile(Table):
        def open(self):
            def batches():
                yield from self.table.to_batches(2)[:1]
                raise AssertionError("read too far")

            return pa.RecordBatchReader.from_batches(self.table.schema, batches())

    shown = pipeline.preview(Fragile(PEOPLE, chunk=2), KEY, rows=2)
    assert shown.to_pylist()[1]["row_id"] == rowid.row_id(["Bo", 2])
    assert shown.num_rows == 2
    assert pipeline.preview(Table(PEOPLE.slice(0, 0)), KEY).num_rows == 0


def test_an_engine_numbers_rows_through_its_batches():
    engine = HashingEngine(Recipe(["n"], types={"n": "number"}))
    engine.hash(pa.record_batch({"n": ["1", "2"]}))
    with pytest.raises(CanonicalError, match=r"\(row 4\)"):
        engine.hash(pa.record_batch({"n": ["3", "x"]}))
    with pytest.raises(ColumnError, match="column 'n'"):
        engine.hash(pa.record_batch({"m": [1]}))
