"""Canonical text where the test vectors do not reach: every Arrow type, pandas and NumPy values, refusals."""

import enum
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from rowid import canonical
from rowid.errors import CanonicalError, ColumnError
from rowid.recipe import Rule
from rowid.stream import cells


class Colour(enum.Enum):
    RED = "red"
    SEVEN = 7


BERLIN = "Europe/Berlin"
HUGE = 10**15

ARROW = [
    (pa.array([1.5, None, float("nan")], pa.float32()), ["1.5", None, None]),
    (pa.array(np.array([0.1], "f2")), ["0.0999755859375"]),
    (pa.array([Decimal(12300)], pa.decimal128(5, -2)), ["12300"]),
    (pa.array([Decimal("-0.50")], pa.decimal32(5, 2)), ["-0.5"]),
    (pa.array([Decimal("7.00")], pa.decimal64(12, 2)), ["7"]),
    (pa.array([Decimal(10) ** 60], pa.decimal256(70, 3)), ["1" + "0" * 60]),
    (pa.array([b"\x00\xff", None], pa.binary(2)), ["00ff", None]),
    (pa.array([date(1969, 12, 31), None], pa.date64()), ["1969-12-31", None]),
    (pa.array([3661, None], pa.time32("s")), ["01:01:01", None]),
    (pa.array([1], pa.time32("ms")), ["00:00:00.001"]),
    (pa.array([1], pa.time64("ns")), ["00:00:00.000000001"]),
    (pa.array([-1], pa.timestamp("s")), ["1969-12-31T23:59:59"]),
    (pa.array([-1], pa.timestamp("ms")), ["1969-12-31T23:59:59.999"]),
    (pa.array([1], pa.timestamp("ns")), ["1970-01-01T00:00:00.000000001"]),
    (pa.array([0], pa.timestamp("us", BERLIN)), ["1970-01-01T00:00:00Z"]),
    (pa.array([-1500], pa.duration("ms")), ["-PT1.5S"]),
    (pa.array([1], pa.duration("ns")), ["PT0.000000001S"]),
    (pa.array([True, None, False]), ["true", None, "false"]),
    (pa.nulls(2), [None, None]),
    (pa.array([uuid.UUID(int=1).bytes, None], pa.uuid()), ["00000000-0000-0000-0000-000000000001", None]),
    (pa.array([date(2024, 5, 6)] * 2).dictionary_encode(), ["2024-05-06"] * 2),
    (pa.array([2.0, 3.0]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.float64())), ["2", "3"]),
    (cells(pa.array(["1.50", None]), pa.float64()), ["1.5", None]),
    (cells(pa.array(["2024-01-01 00:00:00"]), pa.timestamp("us")), ["2024-01-01"]),
]


@pytest.mark.parametrize(("array", "texts"), [pytest.param(a, t, id=f"{a.type}{i}") for i, (a, t) in enumerate(ARROW)])
def test_every_arrow_type_of_the_table_has_its_text(array, texts):
    assert canonical.texts(array).to_pylist() == texts
    assert canonical.texts(array.slice(1)).to_pylist() == texts[1:]
    assert canonical.texts(array.slice(0, 0)).to_pylist() == []


PYTHON = [
    (np.int8(-3), "-3"),
    (np.uint64(2**64 - 1), "18446744073709551615"),
    (np.float32(0.1), "0.10000000149011612"),
    (np.float16(2), "2"),
    (np.bool_(True), "true"),
    (np.str_("x"), "x"),
    (np.datetime64("2024-01-01"), "2024-01-01"),
    (np.datetime64("2024-05"), "2024-05-01"),
    (np.datetime64("2024-01-01T00:00:00.5"), "2024-01-01T00:00:00.5"),
    (np.datetime64("NaT"), None),
    (np.timedelta64(3, "m"), "PT180S"),
    (pd.NA, None),
    (pd.NaT, None),
    (pd.Timestamp("2024-01-01 00:00:00.000000001"), "2024-01-01T00:00:00.000000001"),
    (pd.Timestamp("2024-01-01", tz=BERLIN), "2023-12-31T23:00:00Z"),
    (pd.Timedelta("1s 5ns"), "PT1.000000005S"),
    (Decimal("NaN"), None),
    (Decimal("Infinity"), "Infinity"),
    (2**100, "1267650600228229401496703205376"),
    (bytearray(b"\x0f"), "0f"),
    (memoryview(b"\x0f"), "0f"),
    (Colour.RED, "red"),
    (Colour.SEVEN, "7"),
    (True, "true"),
    (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=14))), "2023-12-31T10:00:00Z"),
    (timedelta(microseconds=-1), "-PT0.000001S"),
]


@pytest.mark.parametrize(("value", "text"), [pytest.param(v, t, id=f"{type(v).__name__} {t}") for v, t in PYTHON])
def test_numpy_pandas_and_python_values_have_the_text_of_their_kind(value, text):
    assert canonical.text(value) == text


REFUSED = [
    (1 + 2j, "of the type complex"),
    ([1], "of the type list"),
    ({"a": 1}, "of the type dict"),
    (time(1, tzinfo=UTC), "of the type time with a time zone"),
    ("\ud800", "not valid UTF-8"),
    (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "outside the years 0001 to 9999"),
    (np.datetime64("-0044-03-15"), "outside the years 0001 to 9999"),
    (Decimal("1E+999999"), "too long to write"),
    (np.timedelta64(3, "Y"), "of the type timedelta64[Y]"),
]


@pytest.mark.parametrize(("value", "reason"), [pytest.param(v, r, id=r) for v, r in REFUSED])
def test_a_value_without_text_is_refused_with_the_reason_and_without_the_value(value, reason):
    with pytest.raises(CanonicalError) as caught:
        canonical.text(value, column="c")
    assert reason in str(caught.value)
    assert "column 'c'" in str(caught.value)


UNTEXTED = [
    pa.array([[1]]),
    pa.array([{"a": 1}]),
    pa.array([[(1, 2)]], pa.map_(pa.int8(), pa.int8())),
    pa.array([None], pa.month_day_nano_interval()),
    pa.array([True]).cast(pa.int8()).cast(pa.bool8()) if hasattr(pa, "bool8") else pa.array([[2]]),
]


@pytest.mark.parametrize("array", [pytest.param(array, id=str(array.type)) for array in UNTEXTED])
def test_a_column_of_a_type_without_text_is_an_error_that_names_column_and_type(array):
    with pytest.raises(ColumnError) as caught:
        canonical.texts(array, column="c")
    assert "column 'c'" in str(caught.value)
    assert str(array.type) in str(caught.value)
    assert "Leave it out" in caught.value.hint


def test_an_error_counts_the_values_and_names_the_first_rows_but_not_the_values():
    values = pa.array(["secret", None, "7", *["secret"] * 9])
    with pytest.raises(CanonicalError) as caught:
        canonical.texts(values, Rule("number"), column="c", first_row=100)
    error = caught.value
    assert (error.column, error.count, error.rows) == ("c", 10, (100, 103, 104, 105, 106))
    assert "10 values are not readable as number (rows 100, 103, 104, 105, 106, ...)" in str(error)
    assert "secret" not in str(error)
    assert error.examples[0] == (100, "secret")


def test_bytes_that_are_no_utf8_are_found_by_row():
    raw = pa.array([b"ok", b"\xff", None, b"\xed\xa0\x80"], pa.binary())
    strings = pa.Array.from_buffers(pa.string(), 4, raw.buffers())
    with pytest.raises(CanonicalError, match=r"2 values are not valid UTF-8 \(rows 2, 4\)"):
        canonical.texts(strings)


@pytest.mark.parametrize(
    ("type_", "tick"),
    [(pa.date32(), 2932897), (pa.date32(), -719163), (pa.timestamp("s"), HUGE), (pa.timestamp("us", "UTC"), -(2**62))],
)
def test_a_year_outside_0001_to_9999_is_an_error(type_, tick):
    with pytest.raises(CanonicalError, match="1 value is outside the years 0001 to 9999"):
        canonical.texts(
            pa.array([tick], pa.int64()).cast(pa.int32() if type_ == pa.date32() else pa.int64()).view(type_)
        )


def test_an_unused_category_that_has_no_text_does_no_harm():
    categories = pa.array([date(2024, 1, 1), None]).cast(pa.int32()).fill_null(10**7).view(pa.date32())
    array = pa.DictionaryArray.from_arrays(pa.array([0, 0]), categories)
    assert canonical.texts(array).to_pylist() == ["2024-01-01"] * 2


def test_a_column_of_floats_has_the_texts_of_its_values():
    """A column is written by Arrow, a value by Python: two writers of shortest digits."""
    rng = np.random.default_rng(11)
    ends = [float(f"{digits}e{power}") for digits in (1, -9.999999999999999, 1.25) for power in range(-323, 308)]
    values = np.concatenate(
        [
            rng.integers(0, 2**64, 3_000, dtype=np.uint64).view(np.float64),
            rng.random(3_000) * 10.0 ** rng.integers(-8, 24, 3_000),
            rng.integers(-(2**62), 2**62, 500).astype(float),
            np.arange(-1000.0, 1001.0),
            [0.0, -0.0, np.inf, -np.inf, np.nan],
            ends,
        ]
    )
    assert canonical.texts(pa.array(values)).to_pylist() == [canonical.text(float(value)) for value in values]
    assert canonical.texts(pa.array([0.5, None, 1e22])).to_pylist() == ["0.5", None, "1e+22"]
    assert canonical.texts(pa.array([], pa.float64())).to_pylist() == []


def test_a_declared_type_reads_the_characters_of_a_cell_and_the_plain_form_its_value():
    column = cells(pa.array(["1.50"]), pa.float64())
    assert canonical.texts(column).to_pylist() == ["1.5"]
    assert canonical.texts(column, Rule("text")).to_pylist() == ["1.50"]


DECLARED = [
    ("1E-7", "number", "0.0000001"),
    ("\u2003-.5e1\u00a0", "number", "-5"),
    ("5.", "number", "5"),
    (1e22, "number", "10000000000000000000000"),
    (0.1, "number", "0.1"),
    (" TRUE ", "boolean", "true"),
    (1.0, "boolean", "true"),
    (Decimal("0.0"), "boolean", "false"),
    ("2024-05-06T07:08", "timestamp", "2024-05-06T07:08:00"),
    ("2024-05-06", "timestamp", "2024-05-06"),
    ("2024-05-06T07:08:09.123456789", "timestamp", "2024-05-06T07:08:09.123456789"),
    ("2024-05-06T07:08:09-0530", "timestamp_utc", "2024-05-06T12:38:09Z"),
    ("2024-05-06T00:00:00+00", "timestamp_utc", "2024-05-06T00:00:00Z"),
    (datetime(2024, 1, 1, tzinfo=UTC), "text", "2024-01-01T00:00:00Z"),
    (None, "text", None),
    (Decimal("NaN"), "number", None),
]


@pytest.mark.parametrize(("value", "type_", "text"), DECLARED)
def test_more_values_are_read_as_declared(value, type_, text):
    assert canonical.text(value, Rule(type_)) == text


UNREADABLE = [
    (True, "number"),
    (float("inf"), "number"),
    ("٣", "number"),
    ("1e99999", "number"),
    ("1_000", "number"),
    ("--1", "number"),
    ("2", "boolean"),
    (0.5, "boolean"),
    (date(2024, 1, 1), "number"),
    (datetime(2024, 1, 1, tzinfo=UTC), "date"),
    (datetime(2024, 1, 1, tzinfo=UTC), "timestamp"),
    (datetime(2024, 1, 1), "timestamp_utc"),
    ("2024-1-1", "date"),
    (" 2024-01-01", "date"),
    ("0000-01-01", "date"),
    ("2024-01-01  00:00:00", "timestamp"),
    ("2024-01-01T24:00:00", "timestamp"),
    ("2024-01-01T23:59:60", "timestamp"),
    ("2024-01-01T00:00:00+24:00", "timestamp_utc"),
    ("0001-01-01T00:00:00+01:00", "timestamp_utc"),
]


@pytest.mark.parametrize(("value", "type_"), UNREADABLE)
def test_what_cannot_be_read_as_declared_is_refused(value, type_):
    with pytest.raises(CanonicalError):
        canonical.text(value, Rule(type_))


def test_white_space_is_unicodes_and_not_pythons():
    """U+001C to U+001F are no white space to Unicode, though str.isspace says so."""
    rule = Rule(normalise=("trim", "squeeze"))
    assert canonical.text("\u3000\u1680a\u2028\x85b\x1f", rule) == "a b\x1f"


def test_normalisers_leave_alone_what_is_no_string():
    rule = Rule(normalise=("lower",))
    assert canonical.text(float("inf"), rule) == "Infinity"
    assert canonical.text(datetime(2024, 1, 1, 12), rule) == "2024-01-01T12:00:00"
    assert canonical.text(float("inf"), Rule("text", ("lower",))) == "infinity"


def test_decimals_leave_alone_what_is_no_float_or_decimal():
    rule = Rule(decimals=1)
    assert [canonical.text(value, rule) for value in (7, "1.25", float("inf"), float("nan"), Decimal("1.25"))] == [
        "7", "1.25", "Infinity", None, "1.3",
    ]  # fmt: skip
    assert canonical.text("1.25", Rule("number", decimals=1)) == "1.3"
