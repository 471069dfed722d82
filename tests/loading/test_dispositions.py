"""What append, replace and merge make of a table, and what they say that they did."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from rowid import row_id
from rowid.errors import ColumnError, DataError, SinkError
from rowid.recipe import Recipe
from rowid.sinks.recorded import NAME
from tests.loading.databases import Place

BEFORE = pa.table({"k": [1, 2, 3], "v": ["a", "b", None]})
AFTER = pa.table({"k": [1, 2, 4], "v": ["a", "B", "d"]})


def held(place: Place) -> list[tuple[int, str]]:
    return place.rows('SELECT "k", "v" FROM "t" ORDER BY "k", "v"')


def did(receipt) -> tuple[int, int, int, int, int, int]:
    assert receipt.verified
    assert receipt.rows_in == receipt.inserted + receipt.updated + receipt.unchanged + receipt.rejected
    return tuple(getattr(receipt, n) for n in ("inserted", "updated", "unchanged", "rejected", "missing", "removed"))


@pytest.mark.parametrize(
    ("write", "form"), [(None, "hex"), ("append", "uuid"), ("replace", "int64"), ("merge", "binary")]
)
def test_a_new_table_is_made(place, write, form):
    assert did(place.load(BEFORE, write, form=form)) == (3, 0, 0, 0, 0, 0)
    assert held(place) == [(1, "a"), (2, "b"), (3, None)]
    assert place.tables() == [NAME, "t"]
    ids = [bytes(one) if form == "binary" else one for (one,) in place.rows('SELECT "row_id" FROM "t" ORDER BY "k"')]
    assert [str(one) for one in ids] == [str(row_id([k], Recipe(["k"], form=form))) for k in (1, 2, 3)]
    if write:
        assert did(place.load(BEFORE, write, form=form)) == (0, 0, 3, 0, 0, 0)


def test_append_adds_what_is_new_and_leaves_what_is_known(place):
    place.load(BEFORE)
    assert did(place.load(AFTER, "append")) == (1, 0, 2, 0, 0, 0)
    assert held(place) == [(1, "a"), (2, "b"), (3, None), (4, "d")]
    assert did(place.load(AFTER, "append")) == (0, 0, 3, 0, 0, 0)


def test_append_adds_all_repeats_of_one_load_and_none_in_the_next(place):
    place.load(BEFORE)
    rows = pa.table({"k": [9, 9, 1], "v": ["x", "y", "z"]})
    assert did(place.load(rows, "append")) == (2, 0, 1, 0, 0, 0)
    assert did(place.load(rows, "append")) == (0, 0, 3, 0, 0, 0)
    assert held(place)[3:] == [(9, "x"), (9, "y")]


def test_merge_updates_adds_and_counts_what_is_missing(place):
    place.load(BEFORE)
    assert did(place.load(AFTER, "merge")) == (1, 1, 1, 0, 1, 0)
    assert held(place) == [(1, "a"), (2, "B"), (3, None), (4, "d")]
    assert did(place.load(AFTER, "merge")) == (0, 0, 3, 0, 1, 0)


def test_merge_sees_a_null_come_and_go(place):
    place.load(pa.table({"k": [1, 2, 3], "v": ["a", None, None]}))
    assert did(place.load(pa.table({"k": [1, 2, 3], "v": [None, "b", None]}), "merge")) == (0, 2, 1, 0, 0, 0)
    assert held(place) == [(1, None), (2, "b"), (3, None)]


def test_merge_sees_what_somebody_changed_in_the_table(place):
    place.load(BEFORE)
    place.execute('UPDATE "t" SET "v" = \'edited\' WHERE "k" = 2')
    assert did(place.load(BEFORE, "merge")) == (0, 1, 2, 0, 0, 0)
    assert held(place)[1] == (2, "b")


def test_merge_marks_once_and_unmarks_what_comes_back(place):
    place.load(BEFORE)
    assert did(place.load(AFTER, "merge", missing="mark")) == (1, 1, 1, 0, 1, 1)
    since = place.rows('SELECT CAST("row_gone_at" AS VARCHAR) FROM "t" WHERE "k" = 3')
    assert since[0][0].startswith(str(datetime.now().year))
    assert place.rows('SELECT count(*) FROM "t" WHERE "row_gone_at" IS NOT NULL') == [(1,)]
    assert did(place.load(AFTER, "merge", missing="mark")) == (0, 0, 3, 0, 1, 0)
    assert place.rows('SELECT CAST("row_gone_at" AS VARCHAR) FROM "t" WHERE "k" = 3') == since
    assert did(place.load(BEFORE, "merge")) == (0, 2, 1, 0, 1, 0)
    assert place.rows('SELECT count(*) FROM "t" WHERE "row_gone_at" IS NOT NULL') == [(0,)]


def test_replace_unmarks_everything(place):
    place.load(BEFORE)
    place.load(AFTER, "merge", missing="mark")
    assert did(place.load(BEFORE, "replace")) == (0, 2, 1, 0, 1, 1)
    assert place.rows('SELECT count(*), count("row_gone_at") FROM "t"') == [(3, 0)]


def test_merge_deletes_what_is_missing_and_nothing_without_an_id(place):
    place.load(pa.table({"k": [1, 2, None], "v": ["a", "b", "no ID"]}), nulls="null")
    rows = pa.table({"k": [1, None], "v": ["A", "nor this"]})
    assert did(place.load(rows, "merge", missing="delete", nulls="null")) == (0, 1, 0, 1, 1, 1)
    assert place.rows('SELECT "v" FROM "t" ORDER BY "v"') == [("A",), ("no ID",)]


def test_rows_without_an_id_are_rejected_but_replace_holds_them(place):
    rows = pa.table({"k": [1, None, None], "v": ["a", "b", "c"]})
    assert did(place.load(rows, "append", nulls="null")) == (1, 0, 0, 2, 0, 0)
    assert did(place.load(rows, "replace", nulls="null")) == (2, 0, 1, 0, 0, 0)
    assert did(place.load(rows, "replace", nulls="null")) == (0, 0, 3, 0, 0, 0)
    assert did(place.load(rows, "append", nulls="null")) == (0, 0, 1, 2, 0, 0)


def test_replace_holds_exactly_the_rows_and_keeps_the_table(place):
    place.load(BEFORE)
    place.execute('CREATE VIEW "seen" AS SELECT "k" FROM "t"')
    assert did(place.load(AFTER, "replace")) == (1, 1, 1, 0, 1, 1)
    assert held(place) == [(1, "a"), (2, "B"), (4, "d")]
    assert place.rows('SELECT count(*) FROM "seen"') == [(3,)]
    assert did(place.load(AFTER, "replace")) == (0, 0, 3, 0, 0, 0)


def test_replace_counts_repeated_rows_as_often_as_they_are(place):
    place.load(pa.table({"k": [1, 1, 1, 2], "v": ["a", "a", "b", "c"]}))
    rows = pa.table({"k": [1, 1, 3], "v": ["a", "b", "n"]})
    assert did(place.load(rows, "replace")) == (1, 0, 2, 0, 2, 2)
    assert did(place.load(rows, "replace")) == (0, 0, 3, 0, 0, 0)


def test_replace_makes_the_table_anew_for_other_columns(place):
    place.load(BEFORE)
    rows = pa.table({"k": [1], "n": [1.5], "d": pa.array([date(2026, 1, 2)])})
    if not place.dialect.transactional_ddl:  # no transaction could take the old table's end back
        with pytest.raises(ColumnError, match="it lacks 'n', 'd'"):
            place.load(rows, "replace")
        assert held(place) == [(1, "a"), (2, "b"), (3, None)]
        return
    assert did(place.load(rows, "replace")) == (1, 0, 0, 0, 3, 3)
    assert place.rows('SELECT "k", "n" FROM "t"') == [(1, 1.5)]
    with pytest.raises(DataError, match="'n', 'd'"):
        place.load(BEFORE, "merge")


@pytest.mark.parametrize("write", ["append", "replace", "merge"])
def test_no_rows_at_all(place, write):
    nothing = BEFORE.slice(0, 0)
    assert did(place.load(nothing, write)) == (0, 0, 0, 0, 0, 0)
    assert place.rows('SELECT count(*) FROM "t"') == [(0,)]
    assert did(place.load(BEFORE, write)) == (3, 0, 0, 0, 0, 0)
    gone = 0 if write == "append" else 3
    assert did(place.load(nothing, write)) == (0, 0, 0, 0, gone, gone if write == "replace" else 0)


def test_a_table_that_exists_is_not_written_unasked(place):
    place.load(BEFORE)
    with pytest.raises(SinkError, match="the table exists"):
        place.load(AFTER)
    assert held(place) == [(1, "a"), (2, "b"), (3, None)]


@pytest.mark.parametrize("write", ["append", "merge", "replace"])
def test_a_table_of_somebody_else_is_written_too(place, write):
    text, number = place.declared(pa.string()), place.declared(pa.int64())
    place.execute(f'CREATE TABLE "t" ("row_id" {text} PRIMARY KEY, "v" {text} NOT NULL, "k" {number})')
    place.execute(f"INSERT INTO \"t\" VALUES ('{row_id([2])}', 'b', 2)")
    assert did(place.load(AFTER, write))[:3] == ((2, 0, 1) if write == "append" else (2, 1, 0))
    assert did(place.load(AFTER, write))[:3] == (0, 0, 3)


@pytest.mark.parametrize("write", ["append", "merge", "replace"])
def test_a_table_can_be_source_and_target(place, write):
    place.load(BEFORE)
    receipt = place.load(place.uri(), write, replace=True)
    assert did(receipt) == (0, 0, 3, 0, 0, 0)
    assert did(place.load(place.query('SELECT "k", "v" || \'!\' AS "v" FROM "t" WHERE "k" < 3'), "merge"))[:3] == (
        0,
        2,
        0,
    )
    assert held(place) == [(1, "a!"), (2, "b!"), (3, None)]


def test_every_type_comes_back_unchanged(place):
    rows = pa.table(
        {
            "k": [1, 2],
            "text": ["ünï", None],
            "dictionary": pa.array(["x", "y"]).dictionary_encode(),
            "view": pa.array(["x", None], pa.string_view()),
            "large": pa.array(["x", None], pa.large_string()),
            "short": pa.array([1, None], pa.int16()),
            "long": pa.array([2**62, None]),
            "float": pa.array([0.1, None]),
            "yes": pa.array([True, None]),
            "day": pa.array([date(2026, 1, 2), None]),
            "at": pa.array([datetime(2026, 1, 2, 3, 4, 5, 678), None], pa.timestamp("us")),
            "money": pa.array([Decimal("12.50"), None], pa.decimal128(12, 2)),
            "bytes": pa.array([b"\0\xff", None]),
            "nothing": pa.nulls(2),
        }
    )
    assert did(place.load(rows)) == (2, 0, 0, 0, 0, 0)
    for write in ("append", "merge", "replace"):
        assert did(place.load(rows, write)) == (0, 0, 2, 0, 0, 0), write
    assert place.load(place.uri(), table="other", replace=True).inserted == 2
    assert place.load(rows, "merge", table="other").unchanged == 2


def test_the_record_tells_by_which_recipe_and_run(place):
    place.load(BEFORE)
    receipt = place.load(AFTER, "merge")
    recipe = Recipe(["k"])
    [(*known, rows, run)] = place.rows(
        f'SELECT "table_name", "recipe_fingerprint", "recipe", "spec", "id_column", "rows", "run_id" FROM "{NAME}"'
    )
    assert known == ["t", recipe.fingerprint, recipe.to_json(), "rowid v1", "row_id"]
    assert rows == 4
    assert len(run) == 16
    assert receipt.verified


def test_a_dry_run_tells_and_changes_nothing(place):
    place.load(BEFORE)
    told = place.rows(f'SELECT "run_id", "rows" FROM "{NAME}"')
    for write, missing, counts in [
        ("append", "report", (1, 0, 2, 0, 0, 0)),
        ("merge", "report", (1, 1, 1, 0, 1, 0)),
        ("merge", "mark", (1, 1, 1, 0, 1, 1)),
        ("merge", "delete", (1, 1, 1, 0, 1, 1)),
        ("replace", "report", (1, 1, 1, 0, 1, 1)),
    ]:
        receipt = place.load(AFTER, write, missing=missing, dry_run=True)
        assert receipt.verified is None
        names = ("inserted", "updated", "unchanged", "rejected", "missing", "removed")
        assert tuple(getattr(receipt, name) for name in names) == counts
        assert any(sql.startswith("INSERT INTO") for sql in receipt.sql)
        assert held(place) == [(1, "a"), (2, "b"), (3, None)]
        assert place.tables() == [NAME, "t"]
        assert place.rows(f'SELECT "run_id", "rows" FROM "{NAME}"') == told


def test_a_dry_run_of_a_new_table_makes_none(place):
    assert place.load(BEFORE, dry_run=True).inserted == 3
    assert place.tables() == []


def test_many_batches_are_one_load(place):
    n = 100_000
    rows = pa.table({"k": range(n), "v": [str(i % 7) for i in range(n)]})
    assert did(place.load(rows, chunk=7_001)) == (n, 0, 0, 0, 0, 0)
    changed = rows.set_column(1, "v", pa.array([str(i % 7 if i % 10 else "x") for i in range(n)]))
    assert did(place.load(changed.slice(n // 2), "merge", missing="delete", chunk=9_999)) == (
        0, n // 20, n // 2 - n // 20, 0, n // 2, n // 2,
    )  # fmt: skip
