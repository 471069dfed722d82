"""A manual choice is judged as brute force judges it, and what cannot be judged is refused helpfully."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import pipeline
from rowid.checks import Limits
from rowid.errors import Cancelled, ColumnError, RecipeError
from rowid.recipe import Recipe
from tests.doubles import Table
from tests.keys import brute
from tests.keys.test_search import tables


def expected(table, chosen):
    """What brute force says: droppable, smaller, completed by, best addition."""
    surplus = brute.surplus(table, chosen)
    rest = {name: tuple(n for n in chosen if n != name) for name in chosen}
    droppable = [name for name in chosen if len(chosen) > 1 and brute.surplus(table, rest[name]) == surplus]
    others = [name for name in table.column_names if name not in chosen]
    left = {name: brute.surplus(table, (*chosen, name)) for name in others} if surplus else {}
    completed = [name for name in others if name in left and not left[name]]
    helps = [name for name in left if left[name] < surplus]
    best = min(helps, key=lambda name: (left[name], name), default=None)
    smaller = brute.minimal_keys(table.select(chosen), 4) - {frozenset(chosen)} if not surplus else set()
    return droppable, smaller, completed, (best, left[best]) if best and not completed else None


@given(tables(), st.data())
def test_a_choice_is_judged_as_by_brute_force(table, data):
    names = table.column_names
    chosen = data.draw(
        st.sampled_from([some for size in range(1, len(names) + 1) for some in combinations(names, size)])
    )
    whole = pipeline.judge_choice(Table(table, chunk=5), chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rowid.pipeline.coding._BLOCK", 4)
        part = pipeline.judge_choice(Table(table, chunk=4), chosen, limits=Limits(memory=0))
    verdict = pipeline.judge(Table(table), Recipe(chosen))
    droppable, smaller, completed, best = expected(table, chosen)
    for answer in (whole, part):
        assert answer.verdict == verdict
        assert list(answer.droppable) == droppable
        assert sorted(answer.completed_by) == sorted(completed)
        assert answer.best_addition == best
    assert {frozenset(one) for one in whole.smaller} == smaller
    assert {frozenset(one) for one in part.smaller} <= smaller


def test_a_smaller_key_is_found_within_many_columns():
    table = pa.table({f"c{at}": [row >> at & 1 for row in range(64)] for at in range(6)} | {"one": [1] * 64})
    judged = pipeline.judge_choice(Table(table), table.column_names)
    assert judged.verdict.is_key
    assert judged.droppable == ("one",)
    assert judged.smaller == (tuple(f"c{at}" for at in range(6)),)


def test_a_recipe_is_judged_with_its_rules_and_its_id_column_helps_nobody():
    table = pa.table({"a": ["x", "X ", "y"], "row_id": ["1", "2", "3"], "b": [1, 2, 2]})
    judged = pipeline.judge_choice(Table(table), Recipe(["a"], normalise={"a": ["lower", "trim"]}))
    assert (judged.verdict.distinct, judged.completed_by) == (2, ("b",))
    assert pipeline.judge_choice(Table(table), ["a"]).verdict.is_key


def test_helpful_errors():
    table = pa.table({"country": [1, 2], "county": [1, 2], "tags": [[1], [2]]})
    with pytest.raises(ColumnError, match=r"column 'contry': no such column\. Did you mean 'country' or 'county'"):
        pipeline.judge_choice(Table(table), ["contry"])
    with pytest.raises(RecipeError, match="columns names 'county' twice"):
        pipeline.judge_choice(Table(table), ["county", "county"])
    with pytest.raises(ColumnError, match=r"column 'tags': its type list<.*> has no canonical text"):
        pipeline.judge_choice(Table(table), ["country", "tags"])
    with pytest.raises(RecipeError, match="columns is empty"):
        pipeline.judge_choice(Table(table), [])


def test_a_judgement_can_be_stopped():
    with pytest.raises(Cancelled):
        pipeline.judge_choice(Table(pa.table({"a": [1]})), ["a"], should_stop=lambda: True)
