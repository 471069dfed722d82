"""The policies of a recipe: what they do is in the receipt, and `reject` stops before anything is written."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import pipeline
from rowid.checks import Limits
from rowid.errors import DuplicateRowError, NullKeyError
from rowid.recipe import DUPLICATES, NULLS, Recipe
from tests.doubles import Shelf, Table

ROWS = st.lists(st.tuples(*[st.none() | st.integers(0, 2)] * 2), min_size=1, max_size=9)


def table(rows):
    return pa.table({name: pa.array([row[at] for row in rows], pa.int64()) for at, name in enumerate("ab")})


@given(ROWS, st.sampled_from(["keep", "number"]), st.sampled_from(["hash", "null"]))
def test_the_receipt_counts_what_each_policy_met(rows, duplicates, nulls):
    shelf = Shelf()
    source = Table(table(rows), len(rows), 4)
    trail = pipeline.run(source, Recipe(["a", "b"], duplicates=duplicates, nulls=nulls), shelf)
    empty = sum(row == (None, None) for row in rows) if nulls == "null" else 0
    counted = [row for row in rows if row != (None, None) or nulls == "hash"]
    assert trail.rows_with_null == sum(None in row for row in rows)
    assert trail.null_ids == empty == shelf.committed["row_id"].null_count
    assert trail.duplicate_rows == len(counted) - len(set(counted))
    told = pipeline.applied(trail.to_dict())
    assert told["duplicates"].endswith(f"({duplicates})")
    assert told["nulls"].endswith(f"({nulls})")


@pytest.mark.parametrize(
    ("rows", "policies", "duplicates", "nulls"),
    [
        ([(1, 1)], {}, "no row repeats another (keep)", "no row has a null in the key (hash)"),
        (
            [(1, 1)] * 3,
            {},
            "2 rows repeat an earlier one with the same ID (keep)",
            "no row has a null in the key (hash)",
        ),
        (
            [(1, None)] * 2,
            {"duplicates": "number"},
            "1 row repeats an earlier one and has an ID of its own (number)",
            "2 rows have a null in the key, which counts as a value (hash)",
        ),
        (
            [(1, None), (None, None)],
            {"nulls": "null"},
            "no row repeats another (keep)",
            "2 rows have a null in the key; 1 of them, with nothing else there, has no ID (null)",
        ),
        (
            [(1, None)],
            {"nulls": "null"},
            "no row repeats another (keep)",
            "1 row has a null in the key, and none has nothing else there, so all have IDs (null)",
        ),
        (
            [(1, 1)],
            {"nulls": "reject", "duplicates": "reject"},
            "no row repeats another (reject)",
            "no row has a null in the key (reject)",
        ),
    ],
)
def test_the_receipt_says_in_words_what_each_policy_did(rows, policies, duplicates, nulls):
    trail = pipeline.run(Table(table(rows)), Recipe(["a", "b"], **policies), Shelf())
    assert pipeline.applied(trail.to_dict()) == {"duplicates": duplicates, "nulls": nulls}


@given(ROWS, st.sampled_from(DUPLICATES), st.sampled_from(NULLS))
def test_asking_before_refuses_what_a_run_refuses_and_nothing_else(rows, duplicates, nulls):
    recipe = Recipe(["a", "b"], duplicates=duplicates, nulls=nulls)
    source = Table(table(rows), len(rows), 4)
    failures = []
    for attempt in (
        lambda: pipeline.refuse(source, recipe),
        lambda: pipeline.refuse(source, recipe, limits=Limits(memory=256)),
        lambda: pipeline.run(source, recipe, Shelf()),
    ):
        try:
            attempt()
            failures.append(None)
        except (NullKeyError, DuplicateRowError) as error:
            failures.append(str(error))
    assert failures[0] == failures[1] == failures[2]
    counted = [row for row in rows if nulls != "null" or row != (None, None)]
    null = nulls == "reject" and any(None in row for row in rows)
    repeated = duplicates == "reject" and len({*counted}) < len(counted)
    assert (failures[0] is not None) == (null or repeated)


def test_a_recipe_that_rejects_nothing_is_not_asked():
    class Unread(Table):
        def open(self):
            raise AssertionError("it was read")

    pipeline.refuse(Unread(table([(1, 1)])), Recipe(["a"]))


def test_a_rejected_table_leaves_what_was_there():
    shelf = Shelf()
    with pytest.raises(DuplicateRowError, match="row 3 repeats row 1"):
        pipeline.run(Table(table([(1, 1), (2, 2), (1, 1)])), Recipe(["a"], duplicates="reject"), shelf)
    assert shelf.committed is None
    assert shelf.aborted == 1
