"""The forms of texts, the types that they suggest, and the quality of a column."""

import re
from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import canonical, profiler
from rowid.errors import RowIdError
from rowid.recipe import Rule
from rowid.stream import TextType


def of(*values, type_=None):
    """The profile of a column."""
    return profiler.profile(pa.table({"a": pa.array(values, type_)}).to_reader()).columns[0]


def forms(text):
    """The patterns of a text."""
    return {pattern.name for pattern in of(text).patterns} - {"fixed width"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42", {"digits only", "number-like"}),
        ("007", {"digits only", "number-like", "leading zeros"}),
        ("-1.5e3", {"number-like"}),
        ("1,234.50", {"number-like"}),
        ("1.234,50", {"number-like"}),
        ("12 %", {"number-like"}),
        ("+", set()),
        ("-", set()),
        ("", set()),
        ("a1", set()),
        ("123e4567-e89b-12d3-a456-426614174000", {"UUID"}),
        ("123e4567-e89b-12d3-a456-42661417400", set()),
        ("ada@example.com", {"e-mail"}),
        ("ada@example", set()),
        ("a b@example.com", set()),
        ("DE89370400440532013000", {"IBAN"}),
        ("GB82 WEST 1234 5698 7654 32", {"IBAN"}),
        ("DE89370400440532013001", set()),  # the check digits are wrong
        ("+49 30 123456", {"phone"}),
        ("0049-30-123456", {"phone"}),
        ("(212) 555-0123", {"phone"}),
        ("030/1234567", {"phone"}),
        ("212.555.0123", {"phone"}),
        ("192.168.1.20", set()),
        ("4111 1111 1111 1111", set()),
        ("12345-6789", set()),
        ("123-45-6789", {"social security number"}),
        ("2024-02-29", {"date-like"}),
        ("20240229", {"date-like", "digits only", "number-like"}),
        ("29.02.2024", {"date-like"}),
        ("2/29/24", {"date-like"}),
        ("2024-02-29T10:00:00Z", {"date-like"}),
        ("2024-02-29 10:00", {"date-like"}),
        ("x" * 300, set()),
    ],
)
def test_a_text_has_the_forms(text, expected):
    assert forms(text) == expected


def test_shares_are_of_rows_that_are_not_blank():
    column = of("a@example.com", "a@example.com", "b@example.com", "x", "", " ", None)
    assert {pattern.name: pattern.share for pattern in column.patterns} == {"e-mail": 0.75}
    assert (column.blanks, column.nulls, column.values) == (2, 1, 6)


def test_a_fixed_width_is_one_of_all_rows():
    assert {"fixed width"} == {pattern.name for pattern in of("ab", "cd").patterns}
    assert of("ab", "cde").patterns == ()
    assert of("  ", "ab").patterns == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", " 3 ", "-1e5"], "number"),
        (["1", "2.5", "x"], ""),
        (["1", "", "2"], "number"),
        (["1", "02"], "text"),
        (["01", "02"], "text"),
        (["0", "0.5"], "number"),
        (["yes", "No", "T"], "boolean"),
        (["2024-02-29", "2023-01-01"], "date"),
        (["2024-02-29", "2023-02-29"], ""),  # which the calendar does not have
        (["2024-02-29", "2024-02-29T10:00:00"], "timestamp"),
        (["2024-02-29 10:00:00.123456"], "timestamp"),
        (["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+01:00"], "timestamp_utc"),
        (["", " "], ""),
        (["0000-01-01"], ""),
        (["2024-02-29T10:00:00+99:99"], ""),
        (["1e999999"], ""),
        ([1.0, 2.0, None], "int64"),
        ([1.0, 2.5], ""),
        ([1.0, 1e300], ""),  # whole, and too large
        ([1.0, float("inf")], ""),
        ([1, 2], ""),
    ],
)
def test_a_type_that_all_values_fit_is_suggested(values, expected):
    column = of(*values)
    assert column.suggested == expected
    assert bool(column.suggested_reason) == bool(expected)


def test_timestamps_at_midnight_suggest_a_date():
    assert of(datetime(2024, 1, 1), datetime(2023, 1, 1), type_=pa.timestamp("us")).suggested == "date"


NEARLY = st.from_regex(re.compile(r"[+-]?[0-9]{0,4}([-.e/ T:][0-9]{0,3}){0,3}Z?", re.ASCII), fullmatch=True)


@given(
    st.lists(NEARLY | st.sampled_from(["true", "no", "2024-01-01", "2024-13-01", "1e5", "1."]), min_size=1, max_size=3)
)
def test_what_is_suggested_can_be_declared(values):
    """A suggested type reads every value that is not blank: the canonical form is asked itself."""
    suggested = of(*values).suggested
    if suggested not in ("", "text"):
        filled = [value for value in values if value.strip()]
        canonical.texts(pa.array(filled), Rule(type=suggested))
    else:
        assert suggested == "text" or any(not is_number(value) or has_zeros(value) for value in values)


def is_number(value):
    try:
        return bool(canonical.texts(pa.array([value]), Rule(type="number")))
    except RowIdError:
        return False


def has_zeros(value):
    return re.match(r"\s*[+-]?0[0-9]", value) is not None


def test_a_column_of_objects_says_what_is_mixed_in_it():
    texts = pa.array(["1", "2", "x", "2024-01-01"], pa.large_string())
    column = of_objects(texts)
    assert column.mixed
    assert dict(column.kinds) == {"number": 2, "date": 1, "text": 1}
    assert column.quality.factors["validity"] == 0.5
    assert not of_objects(pa.array(["x", "y"], pa.large_string())).mixed
    assert of_objects(pa.array(["x", "true"], pa.large_string())).mixed


def of_objects(texts):
    """The profile of a column of Python objects."""
    return profiler.profile(pa.table({"a": pa.ExtensionArray.from_storage(TextType(), texts)}).to_reader()).columns[0]


@pytest.mark.parametrize(
    ("values", "factors"),
    [
        (["a", "b", None, " "], (0.5, 1, 1, 1)),
        (["1", "2", "3", "4", "x"], (1, 0.8, 1, 1)),
        (["1", "2", "3", "x", "y"], (1, 1, 1, 1)),
        (["a@b.com", "c@b.com", "d@b.com", "e@b.com", "f"], (1, 0.8, 1, 1)),
        (["a", "b ", " c", "d"], (1, 1, 0.75, 1)),
        (["a", "a"], (1, 1, 1, 0.5)),
        ([1, 1, None, None], (0.5, 1, 1, 0.5)),
        ([None, None], (0, 1, 1, 1)),
        ([7], (1, 1, 1, 1)),
    ],
)
def test_quality_is_the_product_of_its_factors(values, factors):
    quality = of(*values).quality
    assert tuple(quality.factors.values()) == pytest.approx(factors)
    assert list(quality.factors) == profiler.FORMULA.split(" × ")
    assert quality.score == pytest.approx(factors[0] * factors[1] * factors[2] * factors[3])


def test_a_tables_quality_is_the_mean_of_its_columns():
    table = pa.table({"a": ["x", "y"], "b": ["x", None], "c": [1, 1]})
    quality = profiler.profile(table.to_reader()).quality
    assert quality.score == pytest.approx((1 + 0.25 + 0.5) / 3)
    assert quality.factors["completeness"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert profiler.profile(table.slice(0, 0).to_reader()).quality is None
