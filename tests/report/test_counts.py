"""The report's counts equal those of brute force, under every reading of null."""

from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import report
from rowid.checks import Limits
from rowid.recipe import Recipe
from tests.report.tables import counted, keys, source, tables


@given(tables(), st.lists(st.sampled_from("wvnf"), min_size=1, max_size=3, unique=True))
def test_the_counts_equal_brute_force_under_the_three_readings_of_null(table, columns):
    recipe = Recipe(columns)
    rows = keys(table, recipe)
    known = [row for row in rows if None not in row]
    distinguished = [row if None not in row else at for at, row in enumerate(rows)]  # each null row by itself
    found = report.examine(source(table), recipe)
    expected = [(*counted(rows), 0), (*counted(distinguished), 0), (*counted(known), len(rows) - len(known))]
    assert [
        (one.rows, one.distinct, one.duplicate_groups, one.surplus_rows, one.largest_group, one.refused_rows)
        for one in found.readings
    ] == expected
    for at, column in enumerate(found.key_columns):
        assert column.nulls == sum(row[at] is None for row in rows)
        assert column.blanks == sum(
            isinstance(value, str) and not value.strip() for value in table[column.name].to_pylist()
        )
    assert (found.verdict.answer == "KEY") == (len(set(rows)) == len(rows) and None not in sum(rows, ()))


@given(tables(), st.lists(st.sampled_from("wvnf"), min_size=1, max_size=2, unique=True))
def test_why_rows_repeat_is_counted_over_all_groups(table, columns):
    recipe, others = Recipe(columns), [name for name in "wvnf" if name not in columns]
    groups = defaultdict(list)
    rest = keys(table, Recipe(others))
    for row, other in zip(keys(table, recipe), rest, strict=True):
        groups[row].append(other)
    repeated = [group for group in groups.values() if len(group) > 1]
    found = report.examine(source(table), recipe).diagnosis
    if not repeated:
        assert found is None
        return
    splits = {name: sum(len({row[at] for row in group}) > 1 for group in repeated) for at, name in enumerate(others)}
    assert found.splits == {name: number for name, number in splits.items() if number}
    assert found.true_duplicates == sum(len(set(group)) == 1 for group in repeated)
    assert found.true_duplicates + found.too_small == found.groups == found.groups_in_all == len(repeated)


def test_counts_are_exact_in_a_temporary_file_too():
    """A budget of a few rows makes every count go through the disk, and the diagnosis keep to what memory holds."""
    table = pa.table({"k": [at % 50 for at in range(300)], "v": list(range(300))})
    found = report.examine(source(table), Recipe(["k"]), limits=Limits(memory=4096))
    equal = found.readings[0]
    assert (equal.distinct, equal.duplicate_groups, equal.surplus_rows, equal.largest_group) == (50, 50, 250, 6)
    assert found.diagnosis.groups < found.diagnosis.groups_in_all == 50
    assert "Counted over" in found.diagnosis.sentences[-1]


def test_a_key_with_a_null_is_a_key_if_a_null_counts_as_a_value():
    found = report.examine(source(pa.table({"k": ["a", None, "c"]})), Recipe(["k"]))
    assert str(found.verdict) == "KEY IF a null counts as a value"
    assert [one.unique for one in found.readings] == [True, True, False]


def test_rows_that_repeat_only_where_the_key_is_null_are_a_key_if_nulls_are_not_compared():
    found = report.examine(source(pa.table({"k": ["a", None, None]})), Recipe(["k"]))
    assert str(found.verdict) == "KEY IF a null equals no other null"


def test_a_table_that_was_loaded_twice_is_seen_for_what_it_is():
    once = {"id": list(range(40)), "name": [f"n{at}" for at in range(40)]}
    twice = {name: values * 2 for name, values in once.items()} | {"_loaded_at": ["Monday"] * 40 + ["Tuesday"] * 40}
    found = report.examine(source(pa.table(twice)), Recipe(["id"]))
    assert str(found.verdict) == "KEY IF 40 surplus rows go"
    assert (found.diagnosis.double_loads, found.diagnosis.too_small) == (40, 0)
    assert "Double load: in all 40 groups only _loaded_at differs." in found.diagnosis.sentences[0]


def test_a_near_key_is_told_with_the_rows_that_are_in_the_way():
    amounts = [at + 0.5 for at in range(1000)]
    amounts[700] = amounts[3]
    found = report.examine(source(pa.table({"amount": amounts, "n": list(range(1000))})), Recipe(["amount"]))
    assert str(found.verdict) == "KEY IF 1 row is put right"
    assert found.groups[0].rows.numbers == (4, 701)
    assert found.groups[0].differing == ("n",)
    assert "float" in {risk.kind for risk in found.risks}


def test_rows_that_are_too_many_to_be_mistakes_are_no_near_key():
    amounts = [at + 0.5 for at in range(1000)]
    amounts[700:702] = amounts[3:5]
    found = report.examine(source(pa.table({"amount": amounts, "n": list(range(1000))})), Recipe(["amount"]))
    assert str(found.verdict) == "NOT A KEY"


def test_a_table_without_rows_tells_nothing():
    found = report.examine(source(pa.table({"k": pa.array([], pa.string())})), Recipe(["k"]))
    assert (found.verdict.answer, found.readings[0].rows) == ("CANNOT TELL", 0)


@pytest.mark.parametrize(("values", "answer"), [(range(400), "CANNOT TELL"), ([1] * 400, "NOT A KEY")])
def test_what_was_stopped_can_be_disproved_and_not_confirmed(values, answer):
    asked = iter([False, False])
    found = report.examine(
        source(pa.table({"k": list(values)}), chunk=100), Recipe(["k"]), should_stop=lambda: next(asked, True)
    )
    assert (found.verdict.answer, found.evidence.rows_read, found.evidence.exact) == (answer, 200, False)
    assert found.evidence.stopped


def test_a_stop_after_the_count_leaves_the_verdict_and_says_what_is_missing():
    passes = iter([False] * 4)  # the four batches of the first pass
    found = report.examine(
        source(pa.table({"k": list(range(400))}), chunk=100), Recipe(["k"]), should_stop=lambda: next(passes, True)
    )
    assert (found.verdict.answer, found.evidence.exact, found.evidence.stopped) == ("KEY", True, True)
    assert found.collisions is None


def test_the_policies_and_the_secret_of_the_recipe_are_not_asked_for():
    recipe = Recipe(["k"], duplicates="reject", nulls="reject", key_env="ROWID_NO_SUCH_SECRET")
    found = report.examine(source(pa.table({"k": [1, 1, None]})), recipe)
    assert found.readings[0].surplus_rows == 1


def test_columns_of_lists_and_of_broken_years_are_compared_too():
    table = pa.table(
        {
            "k": [1, 1, 2, 2],
            "tags": [["a"], ["a", "b"], ["c"], ["c"]],
            "at": pa.array([9 * 10**18, 1, 2, 3], pa.timestamp("s")),
        }
    )
    found = report.examine(source(table), Recipe(["k"]))
    assert found.diagnosis.splits == {"at": 2, "tags": 1}
