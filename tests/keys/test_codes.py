"""Codes are equal where canonical texts are, whatever the type, the rule and the batches."""

from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid import canonical, stream
from rowid.pipeline.coding import encoder_of
from rowid.recipe import Rule
from tests.strategies import columns

PLAIN = Rule()
MIXED = stream.cells(pa.array(["1", "01", "1.0", None, "1", "2"]), pa.float64())

ARRAYS = {
    "zeros and gaps": pa.array([0.0, -0.0, float("nan"), None, 1.5]),
    "half floats": pa.array(np.array([0.5, 1.5, 0.5], np.float16)),
    "cells of a CSV": stream.cells(pa.array(["1", "2", None, "1"]), pa.int64()),
    "a dictionary": pa.array(["a", None, "b", "a"]).dictionary_encode(),
    "a dictionary of equal values": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["a", "b", "a"])),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"])),
    "views": pa.array(["a", "b" * 60, "a", "b" * 60, None], pa.string_view()),
    "long texts": pa.array(["x" * 40, "x" * 40 + "y", "x" * 40, None, "x" * 39]),
    "binary": pa.array([b"\xff\x00", b"\xff", b"\xff\x00"]),
    "fixed binary": pa.array([b"ab", b"cd", b"ab"], pa.binary(2)),
    "nothing": pa.nulls(3),
    "no rows": pa.array([], pa.int8()),
    "times": pa.array([datetime(2024, 1, 1), datetime(2024, 1, 1, 1), None, datetime(2024, 1, 1)], pa.timestamp("ms")),
    "small decimals": pa.array([Decimal("1.10"), Decimal("1.1"), None], pa.decimal64(5, 2)),
    "mixed objects": pa.ExtensionArray.from_storage(
        stream.TextType(), pa.array(["1", "true", None, "1"], pa.large_string())
    ),
    "uuids": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"a" * 16, b"b" * 16, b"a" * 16], pa.binary(16))),
}


def codes_of(array, rule=PLAIN, step=2):
    encoder = encoder_of(pa.schema([pa.field("c", array.type)]), {"c": rule}, ())
    for at in range(0, max(1, len(array)), step):
        some = array.slice(at, step)
        encoder.add(pa.record_batch([some], ["c"]), np.arange(at, at + len(some)))
    return encoder, encoder.codes(complete=True)


def check(array, rule=PLAIN, step=2):
    encoder, codes = codes_of(array, rule, step)
    assert encoder.left_out == {}
    texts = canonical.texts(array, rule).to_pylist()
    found = codes.columns[0].tolist()
    assert len(found) == len(texts) == encoder.held
    assert [code == 0 for code in found] == [text is None for text in texts]
    assert len({*zip(found, texts, strict=True)}) == len({*found}) == len({*texts})
    assert max(found, default=0) < codes.cards[0]


@pytest.mark.parametrize("name", ARRAYS)
def test_every_type_has_codes_that_are_equal_where_texts_are(name):
    for step in (1, 2, 100):
        check(ARRAYS[name], step=step)


@given(st.integers(1, 12).flatmap(columns), st.integers(1, 12))
def test_values_of_any_type_have_codes_that_are_equal_where_texts_are(array, step):
    check(array, step=step)


@pytest.mark.parametrize(
    ("array", "rule"),
    [
        (pa.array(["a", " A", "b", None]), Rule(normalise=("trim", "lower"))),
        (pa.array(["", "a", None]), Rule(normalise=("empty_as_null",))),
        (pa.array([1.004, 1.0, None, 1.01]), Rule(decimals=2)),
        (pa.array(["1", "1.0", "2"]), Rule("number")),
        (MIXED, Rule("text")),
        (MIXED, Rule("number")),
        (MIXED, Rule()),
        (pa.array([datetime(2024, 1, 1), datetime(2024, 1, 2)], pa.timestamp("us")), Rule("date")),
        (ARRAYS["a dictionary"], Rule(normalise=("upper",))),
        (ARRAYS["long texts"], Rule(normalise=("upper",))),
    ],
)
def test_a_rule_decides_before_codes_are_given(array, rule):
    check(array, rule)
    check(array, rule, step=100)


def test_what_has_no_text_leaves_the_column_out_and_says_why():
    for array, why in (
        (pa.array([[1]]), "its type list<"),
        (pa.array([2**60], pa.timestamp("s")), "it holds values that are outside the years"),
        (pa.array([b"\xff"]).view(pa.string()), "it holds values that are not valid UTF-8"),
    ):
        encoder, codes = codes_of(array)
        assert encoder.left_out["c"].startswith(why)
        assert codes.names == ()
    twice = encoder_of(pa.schema([("a", pa.int8()), ("a", pa.int8()), ("b", pa.int8())]), {}, ())
    assert (twice.names, twice.left_out) == (["b"], {"a": "two columns have this name"})


def test_long_texts_are_held_as_their_digests():
    encoder, _ = codes_of(pa.array(["x" * 10_000 + str(at) for at in range(50)]), step=50)
    assert encoder.nbytes < 50 * 100
