"""Hypothesis strategies for values of every kind, with the Arrow type that carries them."""

from datetime import UTC, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["", "~", "0:", "1:a", "a|b"])

VALUES_BY_TYPE: list[tuple[pa.DataType, st.SearchStrategy]] = [
    (pa.string(), TEXTS),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float64(), st.floats(width=64)),
    (pa.bool_(), st.booleans()),
    (pa.date32(), st.dates()),
    (pa.timestamp("us"), st.datetimes()),
    (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(UTC))),
    (pa.time64("us"), st.times()),
    (pa.duration("us"), st.timedeltas(timedelta(-100_000), timedelta(100_000))),
    (pa.binary(), st.binary(max_size=12)),
    (pa.decimal128(38, 9), st.decimals(Decimal(-(10**28)), Decimal(10**28), places=9, allow_nan=False)),
]

SIMPLE = st.none() | TEXTS | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.times()
"""Python values of a mixed column."""


@st.composite
def columns(draw: st.DrawFn, rows: int) -> pa.Array:
    """An Arrow array of ``rows`` values of one type, nulls among them."""
    type_, values = draw(st.sampled_from(VALUES_BY_TYPE))
    return pa.array(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), type_)


@st.composite
def batches(draw: st.DrawFn, max_rows: int = 8, max_columns: int = 4) -> pa.RecordBatch:
    """A record batch of at least one row and one column, c0, c1, ..."""
    rows = draw(st.integers(1, max_rows))
    arrays = [draw(columns(rows)) for _ in range(draw(st.integers(1, max_columns)))]
    return pa.record_batch(arrays, [f"c{at}" for at in range(len(arrays))])
