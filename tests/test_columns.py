"""Texts of whole columns against texts of single values: two ways that are to agree to the letter."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowid import canonical
from rowid.canonical.kinds import duration_text
from rowid.canonical.normal import WHITE_SPACE
from rowid.errors import CanonicalError
from rowid.recipe import NORMALISERS, Recipe, Rule

CASES = "aZ\x00\x1c ßİıΣσς\u0301\u0344é\u1e9bÅ\u212bﬁǰ한\u1100\u1161Ⅷ\U0001e900😀"
STRINGS = st.text(st.sampled_from(CASES + WHITE_SPACE) | st.characters(exclude_categories=["Cs"]), max_size=12)
TICKS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
STEPS = st.lists(st.sampled_from(NORMALISERS), unique=True).filter(lambda steps: not {"lower", "upper"} <= {*steps})
PLACES = st.none() | st.integers(0, 18)
DIGITS = st.text("0123456789", max_size=20)
NUMBERS = st.one_of(
    st.builds("{}{}{}.{}{}".format, st.sampled_from(["", " ", "\t"]), st.sampled_from(["", "-", "+", "+-"]), DIGITS,
              DIGITS, st.sampled_from(["", "\u2003", "e3"])),
    st.integers().map(str), st.decimals(allow_nan=False, allow_infinity=False).map(str),
)  # fmt: skip


def rule_of(**said) -> Rule:
    return Recipe(["c"], **{name: {"c": one} for name, one in said.items() if one is not None}).rule("c")


def agree(array: pa.Array, rule: Rule) -> None:
    """Text by text; and if one of them is refused, so is the column, for the same rows."""
    expected: list[str | None] = []
    refused: list[int] = []
    for at, value in enumerate(array.to_pylist()):
        try:
            expected.append(canonical.text(value, rule))
        except CanonicalError:
            refused.append(1 + at)
    if refused:
        with pytest.raises(CanonicalError) as caught:
            canonical.texts(array, rule)
        assert set(caught.value.rows) <= set(refused)
    else:
        assert canonical.texts(array, rule).to_pylist() == expected


@given(st.lists(st.none() | STRINGS), STEPS, st.booleans())
@example(["ΑΣ", "Σ", "ΑΣ\u0301", "Σα"], ["lower"], False)
@example(["a", "\u0301"], ["nfc"], False)
@example(["\x00", "É"], ["lower"], False)
def test_normalised_strings(values, steps, declared):
    rule = rule_of(normalise=steps or None, types="text" if declared else None)
    agree(pa.array(values, pa.string()), rule)
    agree(pa.array([value and value.encode("ascii", "ignore").decode() for value in values], pa.string()), rule)


@given(st.lists(st.none() | st.floats() | st.decimals(-1000, 1000, places=3).map(float)), PLACES)
@example([0.125, 2.5, -2.5, 1.005, 0.5, -0.4, 9.999999], 2)
@example([1e-5, 1.2345678901234567e-05, -0.00012345678901234567, 1e15, 123456789.123456789, 5e-324], 0)
def test_rounded_floats(values, places):
    agree(pa.array(values, pa.float64()), rule_of(decimals=places))


@given(st.data(), st.sampled_from([(5, 2), (18, 18), (19, 0), (38, 0), (38, 18), (38, 38), (76, 10), (76, 0)]), PLACES)
def test_decimals_of_every_width(data, width, places):
    precision, scale = width
    type_ = pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)
    most = 10**precision - 1
    units = data.draw(st.lists(st.none() | st.integers(-most, most) | st.integers(-1000, 1000)))
    values = [None if unit is None else Decimal((unit < 0, tuple(map(int, str(abs(unit)))), -scale)) for unit in units]
    agree(pa.array(values, type_), rule_of(decimals=places))


@given(st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-2000, 2000)), st.sampled_from([*TICKS]))
@example([0, -1, 1, 10**9, -(10**9), 10**6, 1_500_000_000, -(2**63), 2**63 - 1, None, 999, 100], "ns")
@example([0, -1, 1, None, -60], "s")
def test_durations_of_every_unit(ticks, unit):
    """Against the text of their nanoseconds: Python's own durations end before Arrow's do."""
    durations = pa.array(ticks, pa.int64()).view(pa.duration(unit))
    expected = [None if tick is None else duration_text(tick * TICKS[unit]) for tick in ticks]
    for at in range(2):
        assert canonical.texts(durations[at:], rule_of(decimals=1)).to_pylist() == expected[at:]


@given(st.lists(st.none() | NUMBERS), PLACES)
@example([" 12 ", "-0", "+0.50", "007", "1e3", ".5", "5."], None)
@example(["0.5", "-2.5"], 0)
def test_numbers_in_strings(values, places):
    agree(pa.array(values, pa.string()), rule_of(types="number", decimals=places))


KINDS = st.sampled_from([
    STRINGS, st.text(st.characters()), st.binary(max_size=9), st.booleans(), st.integers(), st.integers(-99, 99),
    st.floats(), st.decimals(), st.decimals(-9, 9, places=2), st.dates(), st.datetimes(), st.timedeltas(),
    st.datetimes(timezones=st.just(UTC)), st.times(), st.uuids(), st.sampled_from([np.str_("s"), np.int64(5)]),
])  # fmt: skip
NULLS = [None, float("nan"), pd.NA, pd.NaT]


@given(st.data(), st.lists(KINDS, min_size=1, max_size=2))
def test_objects_of_one_kind(data, kinds):
    values = data.draw(st.lists(st.sampled_from(NULLS) | st.one_of(kinds)))
    column = np.empty(len(values), object)
    column[:] = values
    alike = canonical.array_of(column)
    if alike is not None:
        assert canonical.texts(alike).to_pylist() == [canonical.text(value) for value in values]


@pytest.mark.parametrize("one", ["s", b"b", True, 5, 0.5, Decimal("0.50"), date(2024, 1, 1), datetime(2024, 1, 1, 5)])
def test_what_an_array_holds_as_it_is_becomes_one(one):
    assert canonical.array_of([one, None, one]) is not None
    assert canonical.array_of([one, None, object()]) is None
    others = [value for value in ("s", b"b", True, 5, 0.5, Decimal("0.50"), date(2024, 1, 1)) if value != one]
    assert all(canonical.array_of([one, other]) is None for other in others if type(other) is not type(one))


LATER = "0.125 -7 1E+3 1E-30 -0 0E-9 NaN sNaN Infinity 1E+37 99999999999999999999.5 1E+80 0.1234567890123456789"


@pytest.mark.parametrize("later", LATER.split())
@pytest.mark.parametrize("sooner", ["0.50", "3", "NaN", "1E-20"])
def test_decimals_that_come_late_keep_their_digits(sooner, later):
    values = [Decimal(sooner), None] * 200 + [Decimal(later)]
    alike = canonical.array_of(values)
    if later in ("Infinity", "1E+80"):
        assert alike is None
    else:
        assert canonical.texts(alike).to_pylist() == [canonical.text(value) for value in values]


def test_what_an_array_would_change_or_refuse_stays_as_it_is():
    values = [2**63, "\ud800", Decimal("Infinity"), Decimal(10) ** 80, datetime(2024, 1, 1, tzinfo=UTC), np.int64(5)]
    assert [canonical.array_of([value]) for value in values] == [None] * len(values)
