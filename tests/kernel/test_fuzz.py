"""Random tables of every type and layout, full of edge values: the kernel equals the reference on every row.

``make fuzz`` tries more: ROWID_FUZZ is the number of tables, of 500 rows on average.
"""

import os

import numpy as np
import pyarrow as pa
import pytest

from rowid.engine import HashingEngine
from rowid.recipe import Recipe

TABLES = int(os.environ.get("ROWID_FUZZ", "480"))
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
ALPHABET = np.array(list('abcXYZ019 ~:|#"\\\n\0é文😀ß'))


def integers(rng, n):
    bits = int(rng.choice([8, 16, 32, 64]))
    dtype = np.dtype(f"{rng.choice(['i', 'u'])}{bits // 8}")
    info = np.iinfo(dtype)
    edges = [info.min, info.max, 0, 9, 10, 99, 100]
    values = rng.integers(info.min, info.max, n, dtype=dtype, endpoint=True) >> int(rng.integers(0, bits - 1))
    return pa.array(mixed(rng, values, [edge for edge in edges if info.min <= edge <= info.max]))


def floats(rng, n):
    values = rng.choice([1, 1e3, 1e-3, 1e9]) * rng.standard_normal(n)
    if rng.random() < 0.8:
        values = np.round(values, int(rng.integers(0, 8)))
    edges = [0.0, -0.0, np.nan, np.inf, 1e21, 1e-7, 0.1 + 0.2, 5e-324, 1e15, 999999999999999.0, 2.0**53]
    return pa.array(mixed(rng, values, edges)).cast(rng.choice([pa.float64(), pa.float64(), pa.float32()]))


def strings(rng, n):
    longest = int(rng.choice([0, 1, 8, 40, 40, 300]))
    lengths = rng.integers(0, longest + 1, n)
    letters = ALPHABET[rng.integers(0, rng.choice([6, len(ALPHABET)]), lengths.sum())]
    cuts = np.cumsum(lengths)[:-1]
    values = pa.array(["".join(part) for part in np.split(letters, cuts)])
    kind = rng.integers(0, 5)
    if kind == 3:
        return values.dictionary_encode()
    return values.cast([pa.string(), pa.large_string(), pa.string_view()][kind % 3])


def binaries(rng, n):
    values = pa.array([rng.bytes(int(size)) for size in rng.integers(0, 30, n)], pa.binary())
    return values.cast(rng.choice([pa.binary(), pa.large_binary(), pa.binary_view()]))


def uuids(rng, n):
    return pa.array([rng.bytes(16) for _ in range(n)], pa.uuid())


def booleans(rng, n):
    return pa.array(rng.random(n) < 0.5)


def days(rng, n):
    values = mixed(
        rng, rng.integers(-719_162, 2_932_897, n, dtype=np.int32), [0, -1, 11_016, 11_017, -719_162, 2_932_896]
    )
    return pa.array(values).view(pa.date32())


def moments(rng, n):
    unit, per_day = [("s", 86_400), ("ms", 86_400_000), ("us", 86_400 * 10**6), ("ns", 86_400 * 10**9)][
        rng.integers(0, 4)
    ]
    span = 2**62 // per_day if unit in ("us", "ns") else 700_000
    values = rng.integers(-min(span, 700_000), min(span, 2_900_000), n) * per_day
    if rng.random() < 0.8:
        values = values + rng.integers(0, per_day, n)
    return pa.array(values).view(pa.timestamp(unit, rng.choice([None, "UTC", "America/Lima"])))


def times(rng, n):
    unit = str(rng.choice(["us", "ns"]))
    return pa.array(rng.integers(0, 86_400 * PER_SECOND[unit], n)).view(pa.time64(unit))


def decimals(rng, n):
    scale = int(rng.integers(0, 8))
    return pa.array(np.round(rng.uniform(-1e6, 1e6, n), scale)).cast(pa.decimal128(int(rng.integers(16, 19)), scale))


def wide_decimals(rng, n):
    """128 bits each, of which most values need 64; how many need more differs from table to table."""
    units = np.empty((n, 2), np.int64)
    units[:, 0] = mixed(rng, rng.integers(-(10**6), 10**6, n), [10**18, 10**18 - 1, -(10**18), 2**63 - 1, -(2**63), 0])
    wide = rng.random(n) < rng.choice([0, 0.01, 0.2])
    units[:, 1] = np.where(wide, rng.integers(-(5 * 10**18), 5 * 10**18, n), units[:, 0] >> 63)
    type_ = pa.decimal128(38, int(rng.choice([0, 2, 18, 19, 38])))
    return pa.Array.from_buffers(type_, n, [None, pa.py_buffer(units)])


def durations(rng, n):
    return pa.array(rng.integers(-(10**14), 10**14, n)).view(pa.duration(rng.choice(["s", "ms", "us", "ns"])))


def nothing(rng, n):
    return pa.nulls(n)


COLUMNS = [
    integers,
    integers,
    floats,
    floats,
    strings,
    strings,
    strings,
    binaries,
    uuids,
    booleans,
    days,
    moments,
    times,
]
COLUMNS += [decimals, wide_decimals, durations, nothing]


def mixed(rng, values, edges):
    """The values, one in ten of them replaced by an edge value."""
    at = rng.random(len(values)) < 0.1
    values = values.copy()
    values[at] = np.array(edges, values.dtype)[rng.integers(0, len(edges), at.sum())]
    return values


def with_nulls(rng, array):
    type_ = array.type
    if pa.types.is_string_view(type_) or pa.types.is_binary_view(type_):  # Arrow takes nothing from a view
        return with_nulls(rng, array.cast(pa.large_binary())).cast(type_)
    return array.take(pa.array(np.arange(len(array)), mask=rng.random(len(array)) < 0.2))


def table(rng) -> pa.RecordBatch:
    n = int(rng.choice([1, 15, 16, 17, 500, 513, 1500, 1500]))
    before, after = rng.integers(0, 20, 2)
    arrays = []
    for _ in range(rng.integers(1, 8)):
        array = COLUMNS[rng.integers(0, len(COLUMNS))](rng, int(before + n + after))
        if rng.random() < 0.5:
            array = with_nulls(rng, array)
        arrays.append(array.slice(before, n))
    return pa.record_batch(arrays, [f"c{at}" for at in range(len(arrays))])


@pytest.mark.parametrize("share", range(8))
def test_random_tables_have_the_ids_of_the_reference(share):
    rows = 0
    for seed in range(share, TABLES, 8):
        batch = table(np.random.default_rng(seed))
        recipe = Recipe(batch.schema.names)
        expected = HashingEngine(recipe, strategy="simple").hash(batch)
        assert HashingEngine(recipe, strategy="batch").hash(batch).equals(expected), f"seed {seed}: {batch.schema}"
        rows += batch.num_rows
    assert rows > 10 * TABLES
