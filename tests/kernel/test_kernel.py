"""The kernel against the reference: the same digest for every row of every type, whatever the layout."""

import hashlib
import hmac
import random
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowid import canonical, kernel
from rowid.digest import digest
from rowid.engine import HashingEngine
from rowid.errors import CanonicalError
from rowid.kernel import call, pages, plan
from rowid.recipe import Recipe
from rowid.stream import TextType, cells
from tests.strategies import batches


def reference(batch: pa.RecordBatch, key: bytes | None = None) -> list[bytes]:
    texts = [canonical.texts(column) for column in batch.columns]
    return [digest(message, key) for message in canonical.messages(texts).to_pylist()]


def check(batch: pa.RecordBatch, key: bytes | None = None, *, left: int | None = 0, threads: int = 1) -> None:
    rows = kernel.hashed(batch, Recipe(batch.schema.names), key, threads=threads)
    expected = reference(batch, key)
    for at, one in enumerate(expected):
        if not rows.left[at]:
            assert rows.digests[at].tobytes() == one, (at, batch.slice(at, 1).to_pylist())
            assert rows.hexes[at].tobytes().decode() == one.hex()
    columns = [canonical.texts(column).to_pylist() for column in batch.columns]
    nulls = np.array([sum(text is None for text in row) for row in zip(*columns, strict=True)], np.uint16)
    assert (rows.nulls == nulls)[~rows.left].all()
    if left is not None:
        assert rows.left.sum() == left


@given(batches(max_rows=40, max_columns=6))
def test_the_kernel_equals_the_reference_on_random_batches(batch):
    check(batch, left=None)


@given(batches(max_rows=40), st.binary(min_size=1, max_size=200))
def test_the_kernel_equals_the_reference_with_a_key(batch, key):
    check(batch, key, left=None)


@given(batches(max_rows=40), st.data())
def test_the_kernel_is_blind_to_slicing(batch, data):
    begin = data.draw(st.integers(0, len(batch)))
    check(batch.slice(begin, data.draw(st.integers(0, len(batch) - begin))), left=None)


@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, 511, 512, 513, 1025])
def test_any_number_of_rows_is_hashed(rows):
    check(pa.record_batch({"n": pa.array(range(rows), pa.int64()), "s": pa.array([str(n) for n in range(rows)])}))


def test_every_length_of_message_up_to_some_blocks_is_padded_right():
    texts = ["x" * length for length in range(700)]
    random.Random(1).shuffle(texts)
    check(pa.record_batch({"s": texts}))
    check(pa.record_batch({"s": texts}), b"k")


def test_a_row_of_ten_megabytes_is_left_to_the_reference_and_its_neighbours_are_not():
    check(pa.record_batch({"s": ["a", "y" * 10_000_000, "b"]}), left=1)
    check(pa.record_batch({"s": ["a", "z" * 1_000_000, "b"]}))


INTEGERS = [0, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 10**8 - 1, 10**8, 10**12, 10**16, 10**18, 2**63 - 1]


@pytest.mark.parametrize(
    "type_", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
)
def test_integers_of_every_width(type_):
    signed = pa.types.is_signed_integer(type_)
    low, high = (
        (-(2 ** (type_.bit_width - 1)), 2 ** (type_.bit_width - 1) - 1) if signed else (0, 2**type_.bit_width - 1)
    )
    values = [n for n in [*INTEGERS, *(-n for n in INTEGERS), low, high, None] if n is None or low <= n <= high]
    check(pa.record_batch({"n": pa.array(values, type_)}), left=sum(n in (-(2**63), 2**64 - 1) for n in values))


def test_floats_of_up_to_15_digits_are_done_and_the_others_left():
    rng = np.random.default_rng(7)
    easy = [0.0, -0.0, 0.1, 1.5, -2.25, 1e-6, 123456.789, 1e14, 999999999999999.0, float("nan"), 0.3, 100.0, 10.5, 0.07]
    easy += [
        round(float(x), int(p)) for x, p in zip(rng.uniform(-1e6, 1e6, 3000), rng.integers(0, 7, 3000), strict=True)
    ]
    check(pa.record_batch({"x": easy}))
    hard = [0.1 + 0.2, 1e22, 5e-324, 1e-7, float("inf"), 2.0**70, 1 / 3]
    check(pa.record_batch({"x": easy + hard}), left=len(hard))


def test_a_column_of_long_floats_takes_the_way_over_text():
    check(pa.record_batch({"x": np.random.default_rng(3).random(500)}))


def test_floats_that_turn_long_after_many_short_ones_are_not_left_row_by_row():
    """The reference makes a column of texts at once, in a fraction of the time that single rows take."""
    values = [round(n / 8, 2) for n in range(30_000)] + (np.random.default_rng(4).random(5_000) / 3).tolist()
    others = pa.array([None if n % 7 == 0 else f"s{n}" for n in range(len(values))])
    for threads in (1, 2):
        check(pa.record_batch({"s": others, "x": values, "y": [1.5] * len(values)}), threads=threads)
        check(pa.record_batch({"k": others.dictionary_encode(), "x": values, "z": values[::-1]}), threads=threads)


def test_a_few_long_floats_are_left():
    values = [1.5, 2.25, 3.0, 0.1] * 2500
    values[9_000] = 1 / 3
    rows = kernel.hashed(pa.record_batch({"x": values}), Recipe(["x"]), None, threads=2)
    assert np.flatnonzero(rows.left).tolist() == [9_000]
    assert rows.any_left


@given(st.lists(st.floats(), min_size=1, max_size=200))
@settings(max_examples=200)
def test_any_float_is_right_or_left(values):
    check(pa.record_batch({"x": pa.array(values, pa.float64())}), left=None)


def test_every_day_of_ten_thousand_years():
    days = np.arange(-719_162, 2_932_897, 97, dtype=np.int32)
    check(pa.record_batch({"d": pa.array(days).view(pa.date32())}))
    check(pa.record_batch({"d": pa.array(np.arange(-30_000, 60_000, dtype=np.int32)).view(pa.date32())}))
    outside = pa.array(np.array([-719_163, 2_932_897], np.int32)).view(pa.date32())
    assert kernel.hashed(pa.record_batch({"d": outside}), Recipe(["d"]), None).left.all()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kathmandu"])
def test_timestamps_of_every_unit_and_zone(unit, zone):
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    rng = random.Random(unit)
    ticks = [0, 1, -1, per_second - 1, 86_400 * per_second, -86_400 * per_second, None]
    ticks += [rng.randrange(-(2**62), 2**62) // (10**9 // per_second) for _ in range(300)]
    ticks += [one // per_second * per_second for one in ticks if one is not None]
    check(pa.record_batch({"t": pa.array(ticks, pa.timestamp(unit, zone))}))


@pytest.mark.parametrize(
    ("type_", "ticks"),
    [
        (pa.time32("s"), 86_400),
        (pa.time32("ms"), 86_400_000),
        (pa.time64("us"), 86_400 * 10**6),
        (pa.time64("ns"), 86_400 * 10**9),
    ],
)
def test_times_of_every_unit(type_, ticks):
    rng = random.Random(5)
    values = [0, 1, ticks - 1, None, *(rng.randrange(ticks) for _ in range(200))]
    check(pa.record_batch({"t": pa.array(values, type_)}))


def test_decimals_booleans_binary_uuids_and_nulls():
    rng = random.Random(9)
    numbers = [Decimal(rng.randrange(-(10**18) + 1, 10**18)).scaleb(-6) for _ in range(300)] + [None, Decimal(0)]
    batch = pa.record_batch(
        {
            "d": pa.array(numbers, pa.decimal128(18, 6)),
            "w": pa.array(numbers, pa.decimal128(30, 9)),
            "m": pa.array([None if n is None else round(n % 1000, 2) for n in numbers], pa.decimal64(9, 2)),
            "b": pa.array([rng.choice([True, False, None]) for _ in numbers]),
            "y": pa.array([rng.choice([None, rng.randbytes(rng.randrange(40))]) for _ in numbers], pa.large_binary()),
            "f": pa.array([rng.randbytes(3) for _ in numbers], pa.binary(3)),
            "u": pa.array([rng.choice([None, rng.randbytes(16)]) for _ in numbers], pa.uuid()),
            "n": pa.nulls(len(numbers)),
            "c": cells(pa.array(["1.50"] * len(numbers)), pa.float64()),
            "t": pa.ExtensionArray.from_storage(TextType(), pa.array(["x"] * len(numbers), pa.large_string())),
            "k": pa.array([rng.choice(["a", "é", None]) for _ in numbers]).dictionary_encode(),
            "l": pa.array(range(len(numbers)), pa.duration("ns")),
            "e": pa.array([date(2024, 1, 1)] * len(numbers), pa.date64()),
            "r": pa.array([1.5] * len(numbers), pa.float32()),
        }
    )
    check(batch)
    check(batch.slice(3, 200), b"key")


def test_strings_at_the_very_end_of_a_buffer_are_not_read_beyond():
    """The buffer ends with its last character: a wide copy would leave it."""
    data = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)
    offsets = np.array([0, 3, 3, 26], np.int32)
    array = pa.Array.from_buffers(pa.string(), 3, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    check(pa.record_batch({"s": array}))


def test_text_that_is_no_utf8_is_left_to_the_reference_which_refuses_it():
    raw = pa.array([b"ok"] * 600 + [b"\xff"], pa.large_binary())
    strings = pa.Array.from_buffers(pa.large_string(), len(raw), raw.buffers())
    rows = kernel.hashed(pa.record_batch({"s": strings}), Recipe(["s"]), None)
    assert not rows.left[:512].any()
    assert rows.left[600]
    with pytest.raises(CanonicalError, match=r"not valid UTF-8 \(row 601\)"):
        HashingEngine(Recipe(["s"]), strategy="batch").hash(pa.record_batch({"s": strings}))


def test_a_character_cut_in_two_by_a_row_is_no_text():
    """The bytes of both rows together are UTF-8."""
    raw = pa.array([b"caf\xc3", b"\xa9"], pa.binary())
    strings = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    assert kernel.hashed(pa.record_batch({"s": strings}), Recipe(["s"]), None).left.all()


CHARACTERS = "aé€😀\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff\x7f\x80"


@given(st.text(CHARACTERS, max_size=150), st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=1500)
def test_one_wrong_byte_in_a_long_text_is_found(text, at, octet):
    """Longer than a vector, with every length of character and every edge of the table."""
    raw = bytearray(("x" * 3 + text + "é" * 40).encode())
    raw[at % len(raw)] = octet
    strings = pa.Array.from_buffers(pa.string(), 1, pa.array([bytes(raw)], pa.binary()).buffers())
    try:
        raw.decode()
    except UnicodeDecodeError:
        assert kernel.hashed(pa.record_batch({"s": strings}), Recipe(["s"]), None).left.all()
    else:
        check(pa.record_batch({"s": strings}))


@given(st.lists(st.binary(max_size=40) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")), max_size=8))
@settings(max_examples=500)
def test_the_kernel_and_python_agree_on_what_is_utf8(values):
    def is_text(value):
        try:
            return value.decode() is not None
        except UnicodeDecodeError:
            return False

    raw = pa.array(values, pa.binary())
    strings = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    rows = kernel.hashed(pa.record_batch({"s": strings}), Recipe(["s"]), None)
    assert rows.left.any() == (not all(is_text(value) for value in values))


@pytest.mark.parametrize("large", [pages.LARGE, 4096])
def test_threads_share_the_rows_and_change_nothing(large, monkeypatch):
    monkeypatch.setattr(call, "LARGE", large)
    monkeypatch.setattr(pages, "LARGE", large)
    count = 40_000
    batch = pa.record_batch({"n": pa.array(range(count)), "s": pa.array([f"né{n}" for n in range(count)])})
    one = kernel.hashed(batch, Recipe(["n", "s"]), None)
    four = kernel.hashed(batch, Recipe(["n", "s"]), None, threads=4)
    assert (one.digests == four.digests).all()
    assert (one.hexes == four.hexes).all()


def test_cells_are_read_as_they_are(monkeypatch):
    monkeypatch.setattr(plan, "made_ready", None)
    cell = cells(pa.array(["1.50", None, "2", "3.25"]), pa.float64())
    text = pa.ExtensionArray.from_storage(TextType(), pa.array(["x", "y", None, "z"], pa.large_string()))
    check(pa.record_batch({"c": cell, "t": text}).slice(1))


def test_threads_share_the_columns_that_are_made_ready(monkeypatch):
    count, asked, ready = 10_000, [], plan.made_ready
    monkeypatch.setattr(
        plan,
        "made_ready",
        lambda batch, recipe, first, *more: asked.append((len(batch), first)) or ready(batch, recipe, first, *more),
    )
    batch = pa.record_batch({"k": pa.array([str(n % 99) for n in range(count)]).dictionary_encode(), "n": range(count)})
    check(batch, threads=4)
    assert sorted(asked) == [(2500, first) for first in (1, 2501, 5001, 7501)]


@pytest.mark.parametrize("size", [1, 63, 64, 65, 1000])
def test_the_key_blocks_of_hmac(size):
    key = bytes(range(256)) * 4
    batch = pa.record_batch({"s": ["a" * length for length in range(150)]})
    rows = kernel.hashed(batch, Recipe(["s"]), key[:size])
    for length in range(150):
        text = b"%d:%s" % (length, b"a" * length)
        assert rows.digests[length].tobytes() == hmac.new(key[:size], text, hashlib.sha256).digest()
