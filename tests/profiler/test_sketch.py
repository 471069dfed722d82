"""The sketch of distinct values, and the hashes that it stands on."""

from decimal import Decimal
from unittest import mock

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid.profiler import counting, payloads
from rowid.profiler.counting import Counts
from rowid.profiler.sketch import DistinctSketch, hashes
from tests.strategies import VALUES_BY_TYPE

MANY = 200_000
COLUMNS = {
    "consecutive integers": pa.array(range(MANY)),
    "integers that end in zeros": pa.array(range(0, MANY << 20, 1 << 20)),
    "floats": pa.array(np.arange(MANY) / 7),
    "texts": pa.array([f"customer-{n}" for n in range(MANY)], pa.large_string()),
    "texts that differ at their beginning": pa.array([f"{n}-of-the-customers" for n in range(MANY)], pa.large_string()),
    "long texts": pa.array(["x" * 600 + str(n) for n in range(20_000)], pa.large_string()),
    "decimals": pa.array([Decimal(n) for n in range(MANY)], pa.decimal128(20, 0)),
    "fixed binaries": pa.array([n.to_bytes(12, "big") for n in range(MANY)], pa.binary(12)),
}


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS.keys())
def test_different_values_have_different_hashes_that_are_uniform(values):
    """Their mean is that of the uniform distribution within four standard errors, and no two are equal."""
    found = hashes(values)
    assert len(np.unique(found)) == len(values)
    mean = (found / 2.0**64).mean()
    assert abs(mean - 0.5) < 4 / np.sqrt(12 * len(values))


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS.keys())
def test_the_estimate_is_within_four_standard_errors(values):
    sketch = DistinctSketch(1_000)
    for at in range(0, len(values), 10_000):
        sketch.add(hashes(values.slice(at, 10_000)))
        assert sketch.kept <= 1_000
    assert abs(sketch.estimate - len(values)) < 4 * sketch.error * len(values)
    assert sketch.error == pytest.approx(1_000**-0.5, rel=0.01)


def test_a_value_and_what_pads_it_are_two():
    for type_ in (pa.large_string(), pa.large_binary()):
        values = pa.array([b"", b"\0", b"\0\0", b"a", b"a\0", b"12345678", b"12345678\0"], pa.large_binary()).cast(
            type_
        )
        assert len(np.unique(hashes(values))) == 7


def test_a_sketch_that_is_not_full_is_exact():
    sketch = DistinctSketch(1_000)
    sketch.add(hashes(pa.array([*range(999), *range(999)])))
    assert (sketch.estimate, sketch.error) == (999, 0.0)


def test_a_sketch_is_blind_to_order_and_repetition():
    first, second = DistinctSketch(500), DistinctSketch(500)
    first.add(hashes(pa.array(range(5_000))))
    for _ in range(2):
        for at in reversed(range(0, 5_000, 700)):
            second.add(hashes(pa.array(range(at, min(5_000, at + 700)))))
    assert first.estimate == second.estimate


@given(st.data())
def test_a_hash_depends_on_the_value_alone(data):
    """Not on where it stands in an array, nor on what stands around it."""
    type_, values = data.draw(st.sampled_from(VALUES_BY_TYPE))
    all_ = payloads.payloads(pa.array(data.draw(st.lists(values, min_size=1, max_size=8)), type_)).drop_null()
    together = hashes(all_)
    for at, value in enumerate(all_):
        assert hashes(all_.slice(at, 1))[0] == together[at]
        assert hashes(pa.array([value.as_py()], all_.type))[0] == together[at]


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=20), max_size=10), st.integers(1, 40))
def test_counts_are_those_of_all_batches_or_say_that_they_are_not(batches_, limit):
    counts = Counts(pa.int64(), limit)
    for batch in batches_:
        counted = pa.array(batch, pa.int64()).value_counts()
        counts.add(counted.field("values"), counted.field("counts").to_numpy())
    everything = [value for batch in batches_ for value in batch]
    assert counts.exact == (len(set(everything)) <= limit)
    assert counts.distinct == len(set(everything))  # the sketch of few values is exact too
    for value, rows in counts.top(50):
        assert rows == everything.count(value)


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=20), min_size=1, max_size=20))
def test_what_remains_of_frequent_values_bounds_their_rows_from_below(batches_):
    """With four counters, a value's rows are short by ``error`` at most, and that is a fifth of all rows at most."""
    counts = Counts(pa.int64(), 3)
    with mock.patch.object(counting, "_HEAVY", 4):
        for batch in batches_:
            counted = pa.array(batch, pa.int64()).value_counts()
            counts.add(counted.field("values"), counted.field("counts").to_numpy())
            counts.settle()
        kept = dict(counts.top(4))
    everything = [value for batch in batches_ for value in batch]
    assert counts.error <= len(everything) / 5
    for value in set(everything):
        assert kept.get(value, 0) <= everything.count(value) <= kept.get(value, 0) + counts.error
