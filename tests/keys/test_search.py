"""The search for keys: as brute force finds them, whatever the types; exact also where memory holds a part only."""

import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import pipeline
from rowid.checks import Limits
from rowid.errors import Cancelled, UsageError
from rowid.recipe import Rule
from tests.doubles import Table
from tests.keys import brute
from tests.strategies import VALUES_BY_TYPE

TINY = Limits(memory=0)


@st.composite
def tables(draw, most_rows=24, most_columns=6):
    """Tables with few values a column, of any type, with nulls among them."""
    rows = draw(st.integers(2, most_rows))
    columns = {}
    for at in range(draw(st.integers(1, most_columns))):
        type_, values = draw(st.sampled_from(VALUES_BY_TYPE))
        few = draw(st.lists(values, min_size=1, max_size=6)) + draw(st.sampled_from([[], [None]]))
        columns[f"c{at}"] = pa.array(draw(st.lists(st.sampled_from(few), min_size=rows, max_size=rows)), type_)
    return pa.table(columns)


def keys_of(found):
    return {frozenset(candidate.columns) for candidate in found.candidates}


@given(tables(), st.integers(1, 4), st.sampled_from([None, 3]))
def test_the_minimal_keys_are_those_of_brute_force(table, largest, chunk):
    found = pipeline.find_keys(Table(table, chunk=chunk), max_columns=largest)
    repeated = brute.surplus(table, tuple(table.column_names))
    assert (found.rows, found.repeated_rows) == (table.num_rows, repeated)
    assert keys_of(found) == (set() if repeated else brute.minimal_keys(table, largest))
    assert found.not_searched == ()
    texts = brute.rows_of(table)
    for one in [*found.candidates, *found.near]:
        assert one.distinct == table.num_rows - brute.surplus(table, one.columns)
        assert one.rows_with_null == sum(None in row for row in zip(*(texts[n] for n in one.columns), strict=True))
    for one in found.near:
        assert one.surplus_rows == brute.surplus(table, one.columns) > 0
        assert one.surplus_without_null == brute.surplus_without_null(table, one.columns)
        for group in one.groups:
            assert len({tuple(texts[name][row - 1] for name in one.columns) for row in group}) == 1 < len(group)
    if repeated:
        once = brute.without_repeats(table)
        expected = brute.minimal_keys(once, largest) if once.num_rows > 1 else set()
        assert {frozenset(one.columns) for one in found.near} <= expected
        assert len(found.near) == min(10, len(expected))


@given(tables(most_rows=40))
def test_what_memory_cannot_hold_is_counted_and_the_answer_is_the_same(table):
    whole = pipeline.find_keys(Table(table, chunk=4), max_columns=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rowid.pipeline.coding._BLOCK", 4)
        patch.setattr("rowid.pipeline.confirming._ROUNDS", 40)
        part = pipeline.find_keys(Table(table, chunk=4), max_columns=3, limits=TINY)
    assert keys_of(part) == keys_of(whole)
    assert (part.verdict, part.rows, part.repeated_rows) == (whole.verdict, whole.rows, whole.repeated_rows)
    for one in [*part.candidates, *part.near]:
        assert one.distinct == table.num_rows - brute.surplus(table, one.columns)


def test_a_large_table_is_searched_in_a_part_first_and_the_answer_is_that_of_brute_force(monkeypatch):
    rng = random.Random(7)
    monkeypatch.setattr("rowid.keys.minimal._MANY", 100)
    monkeypatch.setattr("rowid.keys.minimal._SAMPLED", 8)
    monkeypatch.setattr("rowid.keys.minimal._LEARNT", 4)
    monkeypatch.setattr("rowid.keys.partition._FIRST", 50)
    for turn in range(6):
        cards = [rng.choice([2, 5, 10, 30, 90]) for _ in range(7)]
        table = pa.table({f"c{at}": [rng.randrange(card) for _ in range(400)] for at, card in enumerate(cards)})
        found = pipeline.find_keys(Table(table))
        assert keys_of(found) == brute.minimal_keys(table, 4), turn


def test_unconfirmed_combinations_are_said_and_not_called_keys(monkeypatch):
    """Only rows far down, which no sample holds, disprove the pairs."""
    monkeypatch.setattr("rowid.pipeline.coding._BLOCK", 64)
    monkeypatch.setattr("rowid.pipeline.confirming._ROUNDS", 1)
    monkeypatch.setattr("rowid.pipeline.confirming._AT_ONCE", 1)
    rng = random.Random(1)
    table = pa.table({f"c{at}": [rng.randrange(500) for _ in range(4000)] for at in range(6)})
    found = pipeline.find_keys(Table(table, chunk=64), max_columns=3, limits=TINY)
    assert keys_of(found) <= brute.minimal_keys(table, 3)
    assert any("not counted on all 4,000" in said for said in found.not_searched)
    assert found.verdict != "KEY"


def test_a_table_without_rows_or_with_one_says_nothing():
    for rows in (0, 1):
        found = pipeline.find_keys(Table(pa.table({"a": pa.array([1] * rows, pa.int8())})))
        assert (found.verdict, found.candidates, found.near, found.rows) == ("CANNOT TELL", (), (), rows)


def test_nested_columns_and_values_without_a_text_are_left_out_and_named():
    table = pa.table({
        "n": [[1], [2], [3]], "year": pa.array([10**18, 1, 2], pa.timestamp("s")), "k": ["a", "b", "c"],
        "bad": pa.array([b"\xff", b"a", b"b"]).view(pa.string()),
    })  # fmt: skip
    found = pipeline.find_keys(Table(table))
    assert keys_of(found) == {frozenset({"k"})}
    assert [said.partition(":")[0] for said in found.not_searched] == ["n", "year", "bad"]


def test_rules_decide_what_is_equal():
    table = pa.table({"a": ["x", "X", "y"], "n": ["1", "1.0", "2"]})
    assert keys_of(pipeline.find_keys(Table(table))) == {frozenset({"a"}), frozenset({"n"})}
    rules = {"a": Rule(normalise=("lower",)), "n": Rule("number")}
    found = pipeline.find_keys(Table(table), rules=rules)
    assert (found.candidates, found.repeated_rows) == ((), 1)
    left = pipeline.find_keys(Table(table), rules={"a": Rule("number")})
    assert left.not_searched[0].startswith("a: it holds values that are not readable as number")


def test_columns_can_be_left_out_and_there_is_at_least_one():
    table = pa.table({"a": [1, 2], "b": [3, 4]})
    assert keys_of(pipeline.find_keys(Table(table), exclude=["a"])) == {frozenset({"b"})}
    with pytest.raises(UsageError, match="max_columns is 0"):
        pipeline.find_keys(Table(table), max_columns=0)


@pytest.mark.parametrize(
    ("phase", "unit"), [("read", "rows"), ("search", "combinations"), ("near keys", "combinations")]
)
def test_a_search_that_is_asked_to_stop_stops(phase, unit):
    rng, seen = random.Random(5), []
    table = pa.table({f"c{at}": [rng.randrange(30) for _ in range(300)] for at in range(8)})
    with pytest.raises(Cancelled, match="it was stopped"):
        pipeline.find_keys(
            Table(table), progress=seen.append, should_stop=lambda: any(one.phase == phase for one in seen)
        )
    assert (seen[-1].phase, seen[-1].unit) == (phase, unit)


def test_near_keys_are_told_as_they_are_tried():
    rng, seen = random.Random(5), []
    table = pa.table({f"c{at}": [rng.randrange(30) for _ in range(300)] for at in range(8)})
    found = pipeline.find_keys(Table(table), max_columns=3, progress=seen.append)
    assert found.near
    phases = [one.phase for one in seen]
    assert phases == sorted(phases, key=["read", "search", "near keys"].index)
    near = [one for one in seen if one.phase == "near keys"]
    assert near[0].rows_done == 0
    assert [one.rows_done for one in near] == sorted(one.rows_done for one in near)
    assert all(one.rows_done < one.rows_total == 12 for one in near)


def test_when_its_time_is_over_a_search_says_what_is_left():
    rng = random.Random(5)
    table = pa.table({f"c{at}": [rng.randrange(40) for _ in range(300)] for at in range(8)})
    found = pipeline.find_keys(Table(table), time_limit_s=0)
    assert found.verdict == "CANNOT TELL"
    assert any("of 8 columns: the search ended before" in said for said in found.not_searched)


def test_too_many_combinations_are_not_begun_and_said(monkeypatch):
    monkeypatch.setattr("rowid.keys.minimal.MOST_COMBINATIONS", 19)
    rng = random.Random(5)
    table = pa.table({f"c{at}": [rng.randrange(4) for _ in range(300)] for at in range(6)})
    assert pipeline.find_keys(Table(table), max_columns=2).not_searched == ()
    found = pipeline.find_keys(Table(table), max_columns=4)
    assert found.not_searched == tuple(
        f"{left} combinations of {size} of 6 columns: too many to look at" for size, left in ((3, 20), (4, 15))
    )


def test_rows_that_disprove_a_key_join_the_sample_and_a_larger_key_is_found(monkeypatch):
    """Only two rows far down, which no sample holds, show that a alone is no key."""
    monkeypatch.setattr("rowid.pipeline.coding._BLOCK", 64)
    values = list(range(4000))
    values[3990] = values[3001]
    table = pa.table({"a": values, "b": [at % 7 for at in range(4000)]})
    assert table["b"][3990] != table["b"][3001]
    found = pipeline.find_keys(Table(table, chunk=64), limits=TINY)
    assert keys_of(found) == {frozenset({"a", "b"})}
    assert [(one.columns, one.surplus_rows, one.groups) for one in found.near] == [(("a",), 1, ((3002, 3991),))]
    assert found.not_searched == ()


def test_a_bounded_number_of_steps_ends_a_search_the_same_way_on_every_machine():
    rng = random.Random(5)
    table = pa.table({f"c{at}": [rng.randrange(40) for _ in range(300)] for at in range(8)})
    found = pipeline.find_keys(Table(table), max_steps=3, time_limit_s=None)
    assert any("the search ended before" in said for said in found.not_searched)
    assert keys_of(found) < brute.minimal_keys(table, 4)


def test_only_the_best_is_looked_for_where_that_is_asked():
    rng = random.Random(5)
    columns = {f"c{at}": [rng.randrange(40) for _ in range(300)] for at in range(6)}
    table = pa.table({"id": [f"x{at}" for at in range(300)], **columns})
    found = pipeline.find_keys(Table(table), only_best=True, near_share=None)
    assert (found.verdict, keys_of(found), found.near) == ("KEY", {frozenset({"id"})}, ())
    assert keys_of(pipeline.find_keys(Table(table))) > {frozenset({"id"})}
