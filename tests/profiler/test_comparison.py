"""Two profiles of a table: what changed, the biggest first."""

import json
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given

from rowid import profiler
from rowid.model import TableProfile
from rowid.profiler import distances
from tests.strategies import batches


def profile(**columns):
    """The profile of a table."""
    return profiler.profile(pa.table(columns).to_reader())


def found(before, after):
    """The findings as kind and column, in their order."""
    return [(finding.kind, finding.column) for finding in profiler.compare(before, after).findings]


def numbers(seed, mean=0.0, rows=5_000):
    """Normal numbers."""
    return np.random.default_rng(seed).normal(mean, 1, rows)


def letters(seed, weights, rows=5_000):
    """Letters, with weights."""
    return np.random.default_rng(seed).choice(list("abcdefgh"[: len(weights)]), rows, p=weights)


@given(batches())
def test_a_profile_survives_json_and_is_like_itself(batch):
    table = profiler.profile(pa.Table.from_batches([batch]).to_reader())
    again = TableProfile.from_dict(json.loads(json.dumps(table.to_dict())))
    assert again.to_dict() == table.to_dict()
    assert again == table
    assert profiler.compare(table, again).same


def test_what_is_no_profile_is_refused():
    with pytest.raises(KeyError):
        TableProfile.from_dict({"columns": []})
    with pytest.raises(TypeError):
        TableProfile.from_dict({"rows": 1, "columns": [{"nulls": 1}]})


def test_a_drift_of_the_schema_is_found():
    comparison = profiler.compare(
        profile(a=[1, 2], b=[1, 2], c=["x", "y"]), profile(a=["1", "2"], c=["x", "y"], d=[1, 2])
    )
    assert (comparison.gone, comparison.new) == (("b",), ("d",))
    assert comparison.retyped == (("a", "int64", "string"),)
    assert [finding.kind for finding in comparison.findings] == ["gone", "type", "new"]


def test_what_carries_a_text_is_no_drift():
    plain = pa.array(["x", "y", "x"])
    for other in (plain.cast(pa.large_string()), plain.cast(pa.string_view()), plain.dictionary_encode()):
        assert profiler.compare(profile(a=plain), profile(a=other)).same


def test_chance_is_no_drift():
    before = profile(n=numbers(1), t=letters(1, [0.5, 0.3, 0.2]))
    assert found(before, profile(n=numbers(2), t=letters(2, [0.5, 0.3, 0.2]))) in ([], [("range", "n")])


def test_numbers_that_moved_are_found_and_how_far():
    comparison = profiler.compare(profile(n=numbers(1)), profile(n=numbers(2, 0.5)))
    assert ("distribution", "n") in [(finding.kind, finding.column) for finding in comparison.findings]
    assert comparison.drift[0].psi == pytest.approx(0.25, abs=0.05)  # of two normals half a deviation apart


def test_texts_that_moved_are_found_and_how_far():
    before, after = profile(t=letters(1, [0.5, 0.3, 0.2])), profile(t=letters(2, [0.2, 0.3, 0.5]))
    comparison = profiler.compare(before, after)
    assert [finding.kind for finding in comparison.findings] == ["distribution"]
    assert comparison.drift[0].distance == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([1, 2, 3] * 50, [1, 2, None] * 50, "nulls"),
        (list(range(300)), [*range(299), 0], "unique"),
        ([1, 2, 3] * 50, [1, 1, 1] * 50, "distinct"),
        (["a", "b", "c"] * 50, ["a", "b", "c", "d"] * 50, "distinct"),
        (list(range(300)), list(range(300, 600)), "range"),
        (["a@example.com"] * 100, ["a@example.com"] * 50 + ["x"] * 50, "pattern"),
        (["a"] * 10, ["a"] * 20, "rows"),
        (["a", "b"] * 10, ["a", " "] * 10, "quality"),
    ],
)
def test_a_change_is_found(before, after, kind):
    assert kind in [name for name, _ in found(profile(a=before), profile(a=after))]
    assert kind not in [name for name, _ in found(profile(a=before), profile(a=before))]


def test_the_biggest_comes_first_and_no_value_is_told():
    before = profile(a=[1, 2, 3, 4] * 25, b=["secret", "hidden"] * 50, c=[777, 778] * 50)
    after = profile(b=["secret", "newcomer"] * 50, c=[777, 999] * 50)
    comparison = profiler.compare(before, after)
    sizes = [finding.size for finding in comparison.findings]
    assert len(sizes) >= 3
    assert sizes == sorted(sizes, reverse=True)
    told = " ".join(finding.text for finding in comparison.findings)
    assert not any(value in told for value in ("secret", "hidden", "newcomer", "777", "778", "999"))


def test_the_index_is_that_of_the_formula():
    """Equal numbers in the deciles before, all in the highest after."""
    before, after = [float(n) for n in range(21)], [100.0 + n for n in range(21)]
    least = 1e-4
    expected = 9 * (least - 0.1) * math.log(least / 0.1) + (1 - 0.1) * math.log(1 / 0.1)
    assert distances.psi(before, after) == pytest.approx(expected)
    assert distances.psi(before, before) == 0
    assert distances.psi([5.0] * 21, [5.0] * 21) == 0
    assert distances.psi([], [1.0]) is None


def test_the_distance_is_that_of_the_formula_where_all_values_are_listed():
    before, after = profile(a=["a"] * 6 + ["b"] * 4).columns[0], profile(a=["a"] * 2 + ["b"] * 4 + ["c"] * 4).columns[0]
    assert distances.total_variation(before, after) == pytest.approx((0.4 + 0 + 0.4) / 2)


def test_what_is_not_listed_is_not_taken_to_be_absent():
    """25 values are equally frequent in both, and each lists those 20 that it saw first."""
    before, after = profile(a=[*range(25)] * 4).columns[0], profile(a=[*range(24, -1, -1)] * 4).columns[0]
    assert distances.total_variation(before, after) == 0


def test_what_gathers_in_one_value_is_seen_whichever_way_one_looks():
    spread, gathered = profile(a=list(range(1_000))).columns[0], profile(a=[*range(500), *[-1] * 500]).columns[0]
    for pair in ((spread, gathered), (gathered, spread)):
        assert distances.total_variation(*pair) == pytest.approx(0.5, abs=0.01)


def test_the_distance_is_a_lower_bound_where_not_all_values_are_listed():
    rng = np.random.default_rng(3)
    first, second = (rng.zipf(1.5, 20_000).clip(max=500) for _ in range(2))
    second = np.where(second == 1, 3, second)
    counts = [np.bincount(one, minlength=501) / len(one) for one in (first, second)]
    true = np.abs(counts[0] - counts[1]).sum() / 2
    bound = distances.total_variation(profile(a=first).columns[0], profile(a=second).columns[0])
    assert 0.8 * true < bound <= true + 1e-12
