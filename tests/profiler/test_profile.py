"""The profile of a table says what plain Python says of its values."""

import math
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import fmean

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import canonical, profiler
from rowid.profiler import tables
from rowid.stream import TextType, cells
from tests.strategies import VALUES_BY_TYPE, batches


def profiled(*values, type_=None, **options):
    """The profile of a column with these values."""
    return of(pa.array(values, type_), **options)


def of(array, **options):
    """The profile of a column."""
    return profiler.profile(pa.table({"a": array}).to_reader(), **options).columns[0]


def shannon(counts):
    """The entropy in bits, by the book."""
    total = sum(counts)
    return -sum(n / total * math.log2(n / total) for n in counts)


@given(st.lists(batches(), min_size=1, max_size=1), st.integers(1, 3))
def test_every_column_is_counted_as_plain_python_counts_its_canonical_texts(tables_, chunk):
    """Nulls, distinct, top, entropy, range, lengths and order, whatever the type and wherever the batches end."""
    table = pa.Table.from_batches(tables_)
    profile = profiler.profile(table.to_reader(max_chunksize=chunk), top=100)
    assert profile.rows == table.num_rows
    for column in profile.columns:
        array = table[column.name].combine_chunks()
        texts = canonical.texts(array).to_pylist()
        counts = Counter(text for text in texts if text is not None)
        assert (column.nulls, column.values) == (texts.count(None), counts.total())
        assert (column.distinct, column.exact, column.distinct_error) == (len(counts), True, 0.0)
        assert {one.value: one.rows for one in column.top} == counts
        assert [one.rows for one in column.top] == sorted(counts.values(), reverse=True)
        assert column.examples == tuple(dict.fromkeys(text for text in texts if text is not None))[:5]
        assert column.uniqueness == (len(counts) / counts.total() if counts else None)
        assert column.entropy == (pytest.approx(shannon(counts.values())) if counts else None)
        values = [value for value, text in zip(array.to_pylist(), texts, strict=True) if text is not None]
        if values:
            assert (column.least, column.most) == tuple(
                canonical.text(plain(one)) for one in (min(values), max(values))
            )
        assert column.monotonic == order(values)
        if values and isinstance(values[0], str | bytes):
            lengths = [len(value) for value in values]
            assert (column.lengths.least, column.lengths.most) == (min(lengths), max(lengths))
            assert column.lengths.mean == pytest.approx(fmean(lengths))


def plain(value):
    """A value whose canonical text is that of its column; -0.0 and 0.0 are one."""
    return value + 0.0 if isinstance(value, float) else value


def order(values):
    """The order of values, by the book."""
    pairs = list(pairwise(values))
    if len(set(values)) < 2:
        return ""
    for word, holds in {
        "strictly increasing": lambda a, b: a < b,
        "increasing": lambda a, b: a <= b,
        "strictly decreasing": lambda a, b: a > b,
        "decreasing": lambda a, b: a >= b,
    }.items():
        if all(holds(a, b) for a, b in pairs):
            return word
    return ""


@given(st.data())
def test_a_profile_is_blind_to_chunking(data):
    """The same rows in batches of any size have the same profile."""
    type_, values = data.draw(st.sampled_from(VALUES_BY_TYPE))
    table = pa.table({"a": pa.array(data.draw(st.lists(st.none() | values, max_size=20)), type_)})
    whole = profiler.profile(table.to_reader())
    parts = profiler.profile(table.to_reader(max_chunksize=data.draw(st.integers(1, 5))))
    assert without_mean(parts) == without_mean(whole)


def without_mean(profile):
    """A profile as plain types; a mean depends on the order of summation."""
    plain_ = profile.to_dict()
    for column in plain_["columns"]:
        del column["mean"]
    return plain_


@pytest.mark.parametrize(
    ("array", "distinct", "nulls"),
    [
        (pa.array([0.0, -0.0, float("nan"), None]), 1, 2),
        (pa.array([1.5, -0.0, 0.0, None], pa.float16()), 2, 1),
        (pa.array([Decimal("1.5"), Decimal("1.5")], pa.decimal32(5, 2)), 1, 0),
        (pa.array([Decimal("1.5"), None, Decimal(0)], pa.decimal256(50, 3)), 2, 1),
        (pa.array([b"ab", b"cd", None], pa.binary(2)), 2, 1),
        (pa.array([b"abc", b"", b""], pa.binary_view()), 2, 0),
        (pa.array(["b", "", "b"], pa.string_view()), 2, 0),
        (pa.array(["a", "b", "a", None]).dictionary_encode(), 2, 1),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["z", None])), 1, 2),
        (pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "b"]), 2, 0),
        (pa.array([b"0" * 16, b"1" * 16], pa.uuid()), 2, 0),
        (pa.array([1, -1500, 1], pa.duration("ms")), 2, 0),
        (pa.array([time(1, 2), None], pa.time64("us")), 1, 1),
        (pa.array([0, 86_399], pa.time32("s")), 2, 0),
        (pa.array([date(1, 1, 1), date(9999, 12, 31)], pa.date64()), 2, 0),
        (pa.array([1, 2], pa.timestamp("ns", "Europe/Berlin")), 2, 0),
        (pa.array([2**62], pa.timestamp("s")), 1, 0),
        (pa.array([1, 2**64 - 1], pa.uint64()), 2, 0),
        (pa.array([b"\xff"]).view(pa.string()), 1, 0),
        (cells(pa.array(["1", "1.0", None]), pa.float64()), 1, 1),
        (pa.ExtensionArray.from_storage(TextType(), pa.array(["1", "x"], pa.large_string())), 2, 0),
        (pa.nulls(3), 0, 3),
        (pa.array([], pa.string()), 0, 0),
        (pa.array([None], pa.float64()), 0, 1),
        (pa.array([[1], None]), -1, 1),
        (pa.array([{"a": 1}, {"a": 2}]), -1, 0),
        (pa.array([[1]], pa.list_(pa.timestamp("ns"))), -1, 0),
        (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), -1, 0),
    ],
    ids=lambda one: str(one.type)[:40] if isinstance(one, pa.Array) else None,
)
def test_no_type_stands_in_the_way(array, distinct, nulls):
    column = of(array)
    assert (column.distinct, column.nulls, column.exact) == (distinct, nulls, True)


def test_a_table_without_columns_has_a_profile():
    assert profiler.profile(pa.table({}).to_reader()).columns == ()


def test_times_before_1970_and_of_long_ago_have_their_texts():
    column = profiled(datetime(1, 1, 1, 0, 0, 0, 1), datetime(1969, 12, 31, 23, 59, 59, 500_000))
    assert (column.least, column.most) == ("0001-01-01T00:00:00.000001", "1969-12-31T23:59:59.5")
    assert profiled(timedelta(seconds=-1.5)).least == "-PT1.5S"


def test_many_different_values_are_estimated_within_four_standard_errors_and_are_not_kept(monkeypatch):
    """What is kept is asserted, batch by batch: never more than the bound and what waits to be merged."""
    kept = []
    fit = tables._fit
    monkeypatch.setattr(
        tables, "_fit", lambda columns, memory: kept.append(columns[0].counts.kept) or fit(columns, memory)
    )
    rows = 400_000

    def stream():
        for first in range(0, rows, 20_000):
            numbers = [(n * 7919) % rows for n in range(first, first + 20_000)]
            yield pa.record_batch({"a": pa.array([f"value {n}" for n in numbers])})

    reader = pa.RecordBatchReader.from_batches(pa.schema([("a", pa.string())]), stream())
    column = profiler.profile(reader, exact_distinct=50_000).columns[0]
    assert not column.exact
    assert 0 < column.distinct_error < 0.01
    assert abs(column.distinct - rows) < 4 * column.distinct_error * rows
    assert column.entropy is None
    assert len(kept) == 20
    assert max(kept) <= 50_000 + 65_536 + 20_000


def test_frequent_values_among_very_many_have_lower_bounds():
    rows = [n if n % 4 else -1 for n in range(200_000)]
    column = profiled(*rows, exact_distinct=10_000)
    assert not column.exact
    assert column.top[0].value == "-1"
    assert 50_000 - column.top_error <= column.top[0].rows <= 50_000
    assert column.top_error <= len(rows) / 8_192


def test_values_in_order_are_counted_exactly_however_many():
    column = profiled(*range(100_000), exact_distinct=1_000)
    assert (column.distinct, column.exact, column.monotonic) == (100_000, True, "strictly increasing")
    column = profiled(*(n // 2 for n in range(100_000)), exact_distinct=1_000)
    assert (column.distinct, column.exact, column.monotonic) == (50_000, True, "increasing")


def test_a_memory_that_is_too_small_makes_estimates_of_the_largest_columns_only():
    table = pa.table({"big": [(n * 7919) % 100_000 for n in range(100_000)], "small": [n % 10 for n in range(100_000)]})
    big, small = profiler.profile(table.to_reader(), memory=500_000).columns
    assert (big.exact, small.exact, small.distinct) == (False, True, 10)


def test_quantiles_are_values_that_occur_and_a_sample_serves_where_counts_are_not_exact():
    exact = profiled(*[0] * 30, *range(71))
    assert (exact.quantiles[0], exact.quantiles[10], exact.quantiles[-1]) == (0.0, 20.0, 70.0)
    sampled = profiled(*((n * 7919) % 100_000 for n in range(100_000)), exact_distinct=1_000)
    assert sampled.quantiles[10] == pytest.approx(50_000, abs=2_500)
    assert (sampled.quantiles[0], sampled.quantiles[-1]) == (0.0, 99_999.0)  # exact all the same


def test_the_sample_of_rows_stays_small_and_takes_few_of_later_rows():
    sample = tables._RowSample(1)
    for first in range(0, 400_000, 50_000):
        picked = sample.pick(first, 50_000)
        sample.keep([picked.astype(float)])
        assert len(sample.floats[0]) <= 2 * tables._SAMPLE
    assert len(picked) < 4_000


def test_of_equally_frequent_values_those_seen_first_are_listed_in_their_order():
    values = [(n * 37) % 100 for n in range(100)]
    often = [n for n in values if n % 3 == 0]
    listed = [int(one.value) for one in profiled(*values, *often, top=100).top]
    assert listed == often + [n for n in values if n % 3]
