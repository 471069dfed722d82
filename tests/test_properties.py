"""What must hold for every value and every row, tried on many."""

import hashlib
import hmac
import math
import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rowid
from rowid import canonical, digest
from rowid.engine import HashingEngine
from rowid.recipe import Recipe
from tests.strategies import SIMPLE, TEXTS, batches


def _ids(batch: pa.RecordBatch | pa.Table, **options: str) -> list:
    engine = HashingEngine(Recipe(batch.schema.names, **options))
    parts = batch.to_batches() if isinstance(batch, pa.Table) else [batch]
    return [one for part in parts for one in engine.hash(part).to_pylist()]


ROWS = st.lists(st.none() | TEXTS, min_size=1, max_size=5)


@given(ROWS, ROWS)
@example(["a|b", "c"], ["a", "b|c"])
@example(["", "~"], ["~", ""])
@example([None, ""], ["", None])
@example(["1:a"], ["a", "a"])
@example([None], ["~"])
def test_two_different_rows_never_share_a_message(one, other):
    assert (canonical.message(one) == canonical.message(other)) == (one == other)


@given(ROWS)
def test_a_message_reads_back_as_the_texts_it_frames(row):
    message, found, at = canonical.message(row), [], 0
    while at < len(message):
        if message[at : at + 1] == b"~":
            found.append(None)
            at += 1
        else:
            colon = message.index(b":", at)
            start = colon + 1
            at = start + int(message[at:colon])
            found.append(message[start:at].decode())
    assert found == row


@given(batches())
def test_an_id_is_the_hash_of_the_message_of_its_row(batch):
    texts = [canonical.texts(column).to_pylist() for column in batch.columns]
    expected = [hashlib.sha256(canonical.message(row)).hexdigest() for row in zip(*texts, strict=True)]
    assert _ids(batch) == expected


@given(batches())
def test_arrow_and_python_values_have_the_same_ids(batch):
    rows = [list(row.values()) for row in batch.to_pylist()]
    recipe = Recipe(batch.schema.names)
    assert [rowid.row_id(row, recipe) for row in rows] == _ids(batch)


@given(batches(), st.data())
def test_ids_are_blind_to_chunking_and_slicing(batch, data):
    padded = pa.concat_tables([pa.Table.from_batches([batch])] * 2).combine_chunks().to_batches()[0]
    inner = padded.slice(len(batch) // 2, len(batch))
    assert _ids(inner) == (_ids(batch) * 2)[len(batch) // 2 :][: len(batch)]
    cut = data.draw(st.integers(0, len(batch)))
    assert _ids(pa.Table.from_batches([batch.slice(0, cut), batch.slice(cut)])) == _ids(batch)


@given(st.lists(st.none() | st.integers(-128, 127), min_size=1))
def test_ids_are_blind_to_what_carries_an_integer(values):
    carriers = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(20, 4)]
    carriers += [pa.decimal64(10, 2), pa.float16()]
    ids = [_ids(pa.record_batch([pa.array(values, carrier)], ["c"])) for carrier in carriers]
    ids.append(_ids(pa.record_batch([pa.array([None if v is None else str(v) for v in values], pa.string())], ["c"])))
    assert all(other == ids[0] for other in ids)


@given(st.lists(st.none() | TEXTS, min_size=1))
def test_ids_are_blind_to_what_carries_a_string(values):
    plain = pa.array(values, pa.string())
    runs = pa.RunEndEncodedArray.from_arrays(pa.array(range(1, len(values) + 1), pa.int32()), plain)
    carriers = [plain.cast(pa.large_string()), pa.array(values, pa.string_view()), plain.dictionary_encode(), runs]
    for carrier in carriers:
        assert _ids(pa.record_batch([carrier], ["c"])) == _ids(pa.record_batch([plain], ["c"]))


@given(st.lists(st.none() | st.binary(max_size=9), min_size=1))
def test_ids_are_blind_to_what_carries_binary(values):
    plain = pa.array(values, pa.binary())
    for carrier in (plain.cast(pa.large_binary()), pa.array(values, pa.binary_view()), plain.dictionary_encode()):
        assert _ids(pa.record_batch([carrier], ["c"])) == _ids(pa.record_batch([plain], ["c"]))


@given(st.lists(st.none() | st.floats(), min_size=1))
def test_a_dictionary_has_the_ids_of_its_values(values):
    plain = pa.array(values, pa.float64())
    assert _ids(pa.record_batch([plain.dictionary_encode()], ["c"])) == _ids(pa.record_batch([plain], ["c"]))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_float_reads_back_and_is_as_short_as_can_be(number):
    text = canonical.text(number)
    assert float(text) == number
    digits = text.lstrip("-").partition("e")[0].replace(".", "").strip("0")
    assert len(digits) <= 17
    for fewer in range(1, len(digits)):
        assert float(f"{number:.{fewer - 1}e}") != number
    if number and 1e-6 <= abs(number) < 1e21:
        assert "e" not in text
    elif number:
        mantissa, exponent = text.split("e")
        assert exponent[0] in "+-"
        assert 1 <= abs(float(mantissa)) < 10


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40))
def test_the_text_of_a_decimal_is_its_exact_value_in_plain_notation(number):
    text = canonical.text(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert "." not in text or text[-1] not in "0."
    assert text != "-0"


@given(SIMPLE, SIMPLE)
def test_equal_texts_come_from_values_that_are_the_same_thing(one, other):
    texts = canonical.text(one), canonical.text(other)
    if isinstance(one, str) and isinstance(other, str):
        assert (texts[0] == texts[1]) == (one == other)
    if one == other and isinstance(one, int | float) and type(one) is type(other):
        assert texts[0] == texts[1]
    for value, text in zip((one, other), texts, strict=True):
        assert (text is None) == (value is None or (isinstance(value, float) and math.isnan(value)))


@pytest.mark.parametrize("key", [None, b"k", b"k" * 64, b"k" * 65, b"k" * 200])
def test_a_digest_equals_hashlib_at_every_length_from_0_to_300(key):
    messages = [bytes(at % 251 for at in range(length)) for length in range(301)]
    expected = [
        hashlib.sha256(message).digest() if key is None else hmac.new(key, message, hashlib.sha256).digest()
        for message in messages
    ]
    assert [one.tobytes() for one in digest.digests(messages, key)] == expected
    assert [digest.digest(message, key) for message in messages] == expected


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=5), st.data())
def test_the_forms_are_renderings_of_one_digest(digests, data):
    null = data.draw(st.lists(st.booleans(), min_size=len(digests), max_size=len(digests)))
    array = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
    hexes, binaries, uuids, integers = (
        digest.rendered(array, form, np.array(null)).to_pylist() for form in ("hex", "binary", "uuid", "int64")
    )
    for at, one in enumerate(digests):
        if null[at]:
            assert (hexes[at], binaries[at], uuids[at], integers[at]) == (None, None, None, None)
            continue
        assert (hexes[at], binaries[at]) == (one.hex(), one)
        assert integers[at] == int.from_bytes(one[:8], "big", signed=True)
        parsed = uuid.UUID(uuids[at])
        assert (str(parsed), parsed.version, parsed.variant) == (uuids[at], 8, uuid.RFC_4122)
        free = ~((0xF << 76) | (0b11 << 62))
        assert parsed.int & free == int.from_bytes(one[:16], "big") & free
