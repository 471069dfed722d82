"""Which rows a joined key merges equals brute force."""

from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowid import report
from rowid.checks import Limits
from rowid.errors import UsageError
from rowid.recipe import Recipe
from rowid.report.lint import DBT_NULL
from tests.report.tables import keys, source, tables

FORMULAS = {"dbt_utils": ("-", DBT_NULL), "concat": ("|", "")}


def expected(rows, separator, null):
    """Joined key to the different rows that have it, and the number of rows, for those with several."""
    held = defaultdict(list)
    for row in rows:
        held[separator.join(null if text is None else text for text in row)].append(row)
    return {joined: rows for joined, rows in held.items() if len(set(rows)) > 1}


def agrees(found, rows, separator, null):
    merged = expected(rows, separator, null)
    assert found.merged_groups == len(merged)
    assert found.rows_in_groups == sum(map(len, merged.values()))
    assert found.lost_keys == sum(len(set(some)) - 1 for some in merged.values())
    for one in found.examples:
        first, second = one.rows.numbers
        assert {rows[first - 1], rows[second - 1]} <= set(merged[one.joined])
        assert one.rows.values == (rows[first - 1], rows[second - 1])
        assert rows[first - 1] != rows[second - 1]


@given(tables(), st.sampled_from(list(FORMULAS)), st.permutations("wvnf"))
@example(pa.table({"w": ["a|b", "a"], "v": ["c", "b|c"], "n": [1, 1], "f": [1.0, 1.0]}), "concat", list("wvnf"))
@example(pa.table({"w": ["a-b", "a"], "v": ["c", "b-c"], "n": [1, 1], "f": [1.0, 1.0]}), "dbt_utils", list("wvnf"))
@example(pa.table({"w": ["", None], "v": ["c", "c"], "n": [1, 1], "f": [1.0, 1.0]}), "concat", list("wv"))
@example(pa.table({"w": [DBT_NULL, None], "v": ["c", "c"], "n": [1, 1], "f": [1.0, 1.0]}), "dbt_utils", list("wv"))
def test_merged_rows_equal_brute_force(table, formula, columns):
    rows = keys(table, Recipe(columns))
    agrees(report.lint(source(table), columns, formula=formula), rows, *FORMULAS[formula])


@given(st.lists(st.tuples(*[st.text("ab-", max_size=3)] * 2), min_size=1, max_size=30))
def test_another_separator_and_a_small_memory_give_the_same(rows):
    table = pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]})
    found = report.lint(source(table), ["a", "b"], formula="concat", separator="b", limits=Limits(memory=512))
    agrees(found, rows, "b", "")


def test_rows_that_are_equal_are_no_merger():
    table = pa.table({"a": ["x", "x"], "b": ["y", "y"]})
    found = report.lint(source(table), ["a", "b"])
    assert (found.merged_groups, found.distinct_rows, found.rows) == (0, 1, 2)


def test_a_formula_that_is_not_known_is_refused():
    with pytest.raises(UsageError, match="dbt_utils, concat"):
        report.lint(source(pa.table({"a": [1]})), ["a"], formula="md5")
