"""The rule: against a naive comparison of dictionaries, and at the edges."""

from collections import Counter, defaultdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rowid
from rowid import pipeline
from rowid.errors import SecretError
from rowid.recipe import Recipe
from tests.diff.comparing import TINY, diff
from tests.doubles import Shelf, Table

KEYS = st.none() | st.sampled_from(["a", "b", "ä", "", "~"])
CELLS = st.none() | st.sampled_from(["1", "1.0", "x", "", "🦉"])
ROWS = st.lists(st.tuples(KEYS, KEYS, CELLS, CELLS), max_size=12)


def table(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip("klvw", columns, strict=True)})


def naive(before, after):
    """Counts and differing IDs by dictionaries of Python's own."""
    sides = []
    for rows in (before, after):
        by_key = defaultdict(list)
        for row in rows:
            by_key[row[:2]].append(row[2:])
        sides.append(by_key)
    counts, found = Counter(), {}
    for key in {*sides[0], *sides[1]}:
        old, new = sides[0].get(key, []), sides[1].get(key, [])
        if Counter(old) == Counter(new):
            counts["unchanged"] += len(new)
        elif len(old) > 1 or len(new) > 1:
            counts["unclear"] += 1
            counts["unclear before"] += len(old)
            counts["unclear after"] += len(new)
            found[key] = ("unclear", len(old), len(new), None)
        elif not new or not old:
            status = "gone" if old else "new"
            counts[status] += 1
            found[key] = (status, len(old), len(new), None)
        else:
            names = [name for name, one, other in zip("vw", old[0], new[0], strict=True) if one != other]
            counts["changed"] += 1
            counts.update(names)
            found[key] = ("changed", 1, 1, ",".join(names))
    return counts, found


@pytest.mark.parametrize("limits", [None, TINY])
@given(before=ROWS, after=ROWS)
def test_it_agrees_with_a_naive_comparison(limits, before, after):
    shelf = Shelf()
    found = diff(table(before), table(after), "kl", sink=shelf, limits=limits, first=100)
    counts, different = naive(before, after)
    assert (found.new, found.gone, found.changed) == (counts["new"], counts["gone"], counts["changed"])
    assert found.unchanged == counts["unchanged"]
    assert found.unclear == (counts["unclear before"], counts["unclear after"])
    assert found.differences == len(different) == len(found.first)
    assert found.changed_columns == {name: counts[name] for name in "vw" if counts[name]}
    assert found.identical == (not different)
    rows = shelf.committed.to_pylist()
    listed = {
        (row["k"], row["l"]): (row["status"], row["rows_before"], row["rows_after"], row["changed"]) for row in rows
    }
    assert listed == different
    assert len(rows) == len(different)
    values = [{row[:2]: row[2:] for row in side} for side in (before, after)]
    recipe = Recipe(["k", "l"])
    for row, noun in zip(rows, found.first, strict=True):
        key = (row["k"], row["l"])
        assert row["row_id"] == noun.id == rowid.row_id(key, recipe)
        assert (noun.status, noun.key) == (row["status"], key)
        for at, name in enumerate("vw"):
            shown = (row[f"before_{name}"], row[f"after_{name}"])
            old = values[0][key][at] if row["status"] == "gone" or name in (row["changed"] or "") else None
            new = values[1][key][at] if row["status"] == "new" or name in (row["changed"] or "") else None
            assert shown == (old, new)


def test_the_gone_come_first_in_their_order_then_the_others_in_the_order_of_the_later_side():
    before = pa.table({"k": [5, 4, 3, 2], "v": [1, 1, 1, 1]})
    after = pa.table({"k": [9, 2, 8, 4], "v": [1, 2, 1, 3]})
    found = diff(before, after)
    assert [(one.status, one.key) for one in found.first] == [
        ("gone", ("5",)), ("gone", ("3",)), ("new", ("9",)), ("changed", ("2",)), ("new", ("8",)), ("changed", ("4",)),
    ]  # fmt: skip
    assert [one.values[0].before for one in found.first] == ["1", "1", None, "1", None, "1"]
    assert diff(before, after, first=2).first == found.first[:2]


def test_a_value_counts_and_not_its_type():
    before = pa.table({"k": [1, 2], "v": [42, 7], "t": pa.array([0, 1], pa.date32())})
    after = pa.table({"k": ["2", "1"], "v": [7.0, 42.0], "t": pa.array([86_400, 0], pa.timestamp("s"))})
    assert diff(before, after).identical


@pytest.mark.parametrize("rows", [0, 1])
def test_empty_sides_and_single_rows(rows):
    full, empty = pa.table({"k": [1], "v": ["a"]}), pa.table({"k": [1], "v": ["a"]}).slice(0, 0)
    assert diff(full.slice(0, rows), full.slice(0, rows)).identical
    assert diff(full, empty).gone == diff(empty, full).new == 1
    shelf = Shelf()
    assert diff(empty, empty, sink=shelf).rows == (0, 0)
    assert shelf.committed.num_rows == 0
    assert shelf.committed.column_names[:3] == ["status", "row_id", "k"]


def test_repeated_rows_that_are_the_same_on_both_sides_are_no_difference():
    one = pa.table({"k": [1, 1, 1, 2], "v": ["a", "b", "a", "c"]})
    other = one.take([2, 3, 1, 0])
    found = diff(one, other)
    assert (found.identical, found.unchanged, found.repeated) == (True, 4, (3, 3))
    fewer = diff(one, other.slice(1))
    assert (fewer.unclear, fewer.differences, fewer.first[0].rows) == ((3, 2), 1, (3, 2))
    swapped = diff(one, pa.table({"k": [1, 1, 1, 2], "v": ["b", "b", "a", "c"]}))
    assert swapped.unclear == (3, 3)
    keys_alone = diff(pa.table({"k": [1, 1]}), pa.table({"k": [1]}))
    assert (keys_alone.unclear, keys_alone.unchanged) == ((2, 1), 0)


@pytest.mark.parametrize(("form", "duplicates", "nulls"), [("uuid", "number", "null"), ("int64", "reject", "reject")])
def test_the_policies_stop_at_nothing_and_ids_are_those_of_a_run(form, duplicates, nulls):
    recipe = Recipe(["k"], form=form, duplicates=duplicates, nulls=nulls)
    before, after = pa.table({"k": [1, None, 3], "v": [1, 1, 1]}), pa.table({"k": [1, None, 3, 3], "v": [2, 2, 3, 3]})
    found = pipeline.diff(Table(before), Table(after), recipe)
    assert (found.changed, found.unclear) == (2, (1, 2))
    lenient = Recipe(["k"], form=form, nulls="hash" if nulls == "reject" else nulls)
    assert [one.id for one in found.first] == [
        None if one is None else str(one) for one in (rowid.row_id([value], lenient) for value in (1, None, 3))
    ]


def test_keyed_ids_need_the_secret(monkeypatch):
    one, recipe = Table(pa.table({"k": [1]})), Recipe(["k"], key_env="DIFF_SECRET")
    with pytest.raises(SecretError):
        pipeline.diff(one, one, recipe)
    monkeypatch.setenv("DIFF_SECRET", "c2VjcmV0")
    assert pipeline.diff(one, one, recipe).identical
