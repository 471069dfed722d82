"""Types of text columns: a column has a type only if none of its cells loses anything in it."""

import math
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid.sources.infer import ColumnGuess
from rowid.stream import CELL_TYPES, cells, values

TEXT = pa.string()


def guess(*texts: str | None) -> ColumnGuess:
    one = ColumnGuess()
    one.add(pa.array(texts, TEXT), 1)
    return one


def read(*texts: str | None) -> list[object]:
    return values(cells(pa.array(texts, TEXT), guess(*texts).type)).to_pylist()


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (["1", "-2", "0", "-0", None], pa.int64()),
        (["9223372036854775807", "-9223372036854775808"], pa.int64()),
        (["9223372036854775808"], TEXT),
        (["1.5", ".5", "5.", "1e5", "1E-7", "-0.0", "-.5", "5.e3", "1.50"], pa.float64()),
        (["0.30000000000000004", "1e-07", "1.7976931348623157e308", "5e-324"], pa.float64()),
        (["0.1000000000000000055"], TEXT),
        (["0.10000000000000001"], TEXT),
        (["1e400"], TEXT),
        (["1e-400"], TEXT),
        (["0e5", "1.5"], pa.float64()),
        (["9007199254740992", "1.5"], pa.float64()),
        (["9007199254740993", "1.5"], TEXT),
        (["9007199254740993", "1"], pa.int64()),
        (["nan", "1"], pa.float64()),
        (["NaN", "inf", "-inf", "Infinity", "-Infinity", "0.5"], pa.float64()),
        (["nan", "inf"], TEXT),
        (["007", "1"], TEXT),
        (["00.5"], TEXT),
        (["+5", "1"], TEXT),
        ([" 5", "1"], TEXT),
        (["5 ", "1"], TEXT),
        (["1,234"], TEXT),
        (["0x1F"], TEXT),
        (["1_000"], TEXT),
        (["."], TEXT),
        (["-"], TEXT),
        (["٣"], TEXT),
        (["1\n"], TEXT),
        (["1", ""], TEXT),
        (["true", "False", "TRUE"], pa.bool_()),
        (["true", "tRue"], TEXT),
        (["true", "1"], TEXT),
        (["yes", "no"], TEXT),
        (["2020-02-29", "0001-01-01", "9999-12-31"], pa.date32()),
        (["2023-02-29"], TEXT),
        (["0000-01-01"], TEXT),
        (["2020-1-1"], TEXT),
        (["2020-04-31", "2020-01-01"], TEXT),
        (["2020-01-01 10:00", "2020-01-01T10:00:01.123456", "0001-01-01"], pa.timestamp("us")),
        (["2020-01-01T10:00:01.1234567", "2020-01-01"], pa.timestamp("ns")),
        (["2020-01-01T10:00:01.1234567", "1600-01-01"], TEXT),
        (["2020-01-01T10:00:01.1234567891"], TEXT),
        (["2020-01-01T24:00"], TEXT),
        (["2020-01-01T23:59:60"], TEXT),
        (["2020-01-01T10"], TEXT),
        (["2020-01-01T10:00Z", "2020-01-01 10:00+02:00", "2020-01-01T10:00-0530"], pa.timestamp("us", "UTC")),
        (["2020-01-01T10:00:00.123456789+01:00"], pa.timestamp("ns", "UTC")),
        (["2020-01-01T10:00Z", "2020-01-01T10:00"], TEXT),
        (["2020-01-01T10:00Z", "2020-01-01"], TEXT),
        (["0001-01-01T00:00+05:00"], TEXT),
        (["9999-12-31T23:00-05:00"], TEXT),
        (["2020-01-01", "5"], TEXT),
        ([None, None], TEXT),
        (["x"], TEXT),
    ],
)  # fmt: skip
def test_a_type_is_given_only_where_nothing_is_lost(texts, type_):
    assert guess(*texts).type == type_
    assert guess(*reversed(texts)).type == type_
    assert type_ == TEXT or type_ in CELL_TYPES


def test_cells_of_every_spelling_have_the_values_they_name():
    assert read("1", "-0", None) == [1, 0, None]
    assert read(".5", "5.", "1e5", "1E-7", "-.5", "5.e3", "-inf", "Infinity") == [
        0.5,
        5,
        1e5,
        1e-7,
        -0.5,
        5e3,
        -math.inf,
        math.inf,
    ]
    assert math.isnan(read("NaN", "1")[0])
    assert read("TRUE", "False") == [True, False]
    assert read("0001-01-01", "9999-12-31") == [date(1, 1, 1), date(9999, 12, 31)]
    assert read("2020-01-01 10:00", "2020-01-02") == [datetime(2020, 1, 1, 10), datetime(2020, 1, 2)]
    assert read("2020-01-01T10:00Z", "2020-01-01 10:00-05:30", "2020-01-01T10:00+02") == [
        datetime(2020, 1, 1, 10, tzinfo=UTC),
        datetime(2020, 1, 1, 15, 30, tzinfo=UTC),
        datetime(2020, 1, 1, 8, tzinfo=UTC),
    ]
    nanoseconds = values(cells(pa.array(["2020-01-01T00:00:00.000000001"]), pa.timestamp("ns")))
    assert nanoseconds.cast(pa.int64())[0].as_py() % 1000 == 1


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["1", "007", "008"], "leading zeros in 2 cells, first in row 2"),
        (["1", None, "+5"], "a plus sign in 1 cell, first in row 3"),
        ([" 5"], "white space around a value in 1 cell, first in row 1"),
        (["1,234", "5"], "commas or points between digits in 1 cell, first in row 1"),
        (["1", "12345678901234567890"], "more digits than a number keeps in 1 cell, first in row 2"),
        (["9007199254740993", "1.5"], "decimals, and whole numbers with more digits than a number keeps"),
        (["2023-02-29", "2023-02-28"], "an impossible date or time in 1 cell, first in row 1"),
        (["1", "2020-01-01"], "a mix of dates and whole numbers"),
        (["2020-01-01T10:00Z", "2020-01-01T10:00"], "a mix of timestamps without a zone and timestamps with a zone"),
        (["1"] * 20 + ["n/a"], "other text in 1 cell, first in row 21"),
        (["nan"], "no number among its infinities or NaNs"),
        (["2020-01-01T10:00:01.1234567", "1600-01-01"], "nanoseconds together with years that they do not reach"),
    ],
)  # fmt: skip
def test_a_column_that_looks_like_more_than_text_is_noted_without_its_values(texts, note):
    assert guess(*texts).note == "kept as text: " + note


@pytest.mark.parametrize("texts", [["a", "b"], ["1", "a", "b"], [None], ["1", "2"]])
def test_plain_text_and_plain_types_have_no_note(texts):
    assert guess(*texts).note == ""


def test_one_odd_cell_among_many_chunks_keeps_a_column_text_and_is_counted_in_its_row():
    one = ColumnGuess()
    for at in range(5):
        one.add(pa.array(["1"] * 5000), at * 5000 + 1)
    one.add(pa.array(["1", None, "01"]), 25_001)
    assert (one.type, one.note) == (TEXT, "kept as text: leading zeros in 1 cell, first in row 25,003")


def test_counting_ends_when_it_is_clear_enough():
    one = ColumnGuess()
    one.add(pa.array(["1"] + ["01"] * 5000), 1)
    one.add(pa.array(["01"] * 5000), 5002)
    assert one.note == "kept as text: leading zeros in 5,000 or more cells, first in row 2"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_floats_written_with_their_shortest_digits_are_read_back_as_they_are(numbers):
    texts = [repr(number) for number in numbers]
    assert guess(*texts).type == pa.float64()
    assert [repr(value) for value in read(*texts)] == texts


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_number_read_as_float64_is_exactly_the_number_written(numbers):
    from decimal import Decimal

    texts = [format(number, "f") for number in numbers]
    if guess(*texts).type == pa.float64():
        assert [Decimal(repr(value)) for value in read(*texts)] == [Decimal(text) for text in texts]


@given(st.lists(st.datetimes(), min_size=1, max_size=20))
def test_timestamps_in_iso_form_are_read_back_as_they_are(times):
    texts = [time.isoformat(" ") for time in times]
    assert read(*texts) == times
