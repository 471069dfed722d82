"""What a row costs by the kind of its column and by the rule for it: no kind is to be a trap.

One column at a time is hashed alone: as an Arrow array, or as Python objects in a pandas frame.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

import rowid
from benchmarks.timing import interleaved, spread

ROWS = 200_000
_SEED = 20
_START = datetime(2000, 1, 1)

Kind = tuple[str, pa.Array, dict[str, Any]]


def columns(rows: int) -> list[Kind]:
    """A name, the values, and what the recipe says of them, for each kind."""
    rng = np.random.default_rng(_SEED)
    cents = rng.integers(0, 10**9, rows)
    days = pa.array(rng.integers(0, 20_000, rows).astype(np.int32)).view(pa.date32())
    ticks = pa.array(rng.integers(0, 10**18, rows))
    ascii_names = pa.array([f" Name {cent} of Zurich" for cent in cents])
    names = pa.array([f" Name {cent} of Zürich" for cent in cents])
    money = [Decimal(int(cent)).scaleb(-2) for cent in cents]
    texts = pa.array([str(one) for one in money])
    return [
        ("string", names, {}),
        ("string, dictionary of a thousand", pa.array([f"c{cent % 1000}" for cent in cents]).dictionary_encode(), {}),
        ("int64", pa.array(cents), {}),
        ("uint64 beyond 63 bits", pa.array(rng.integers(2**63, 2**64 - 1, rows, dtype=np.uint64)), {}),
        ("float64, two decimals", pa.array(cents / 100), {}),
        ("float64, 17 digits", pa.array(rng.random(rows)), {}),
        ("decimal128(18, 2)", pa.array(money, pa.decimal128(18, 2)), {}),
        ("decimal128(38, 2)", pa.array(money, pa.decimal128(38, 2)), {}),
        ("date32", days, {}),
        ("timestamp[ns]", ticks.view(pa.timestamp("ns")), {}),
        ("duration[us]", ticks.view(pa.duration("us")), {}),
        ("binary", names.cast(pa.binary()), {}),
        ("string, trim and lower, ASCII", ascii_names, {"normalise": ["trim", "lower"]}),
        ("string, trim and lower", names, {"normalise": ["trim", "lower"]}),
        ("string declared number", texts, {"types": "number"}),
        ("string declared date", days.cast(pa.string()), {"types": "date"}),
        ("float64, decimals: 2", pa.array(rng.random(rows)), {"decimals": 2}),
    ]


def objects(rows: int) -> list[tuple[str, pd.Series]]:
    """A name and a pandas column of Python objects, for each kind."""
    numbers = np.random.default_rng(_SEED).integers(0, 10**6, rows).tolist()
    kinds: dict[str, Callable[[int], Any]] = {
        "str": lambda n: f"name {n}",
        "int": lambda n: n,
        "Decimal": lambda n: Decimal(n).scaleb(-2),
        "date": lambda n: _START.date() + timedelta(days=n % 10_000),
        "datetime": lambda n: _START + timedelta(seconds=n),
        "str and int mixed": lambda n: n if n % 2 else f"name {n}",
    }
    return [(f"objects: {name}", pd.Series([make(n) for n in numbers], dtype=object)) for name, make in kinds.items()]


def measure(scale: float, rounds: int) -> list[dict[str, Any]]:
    """Nanoseconds per row of each kind."""
    rows = max(100, round(ROWS * scale))
    ways: dict[str, Callable[[], Any]] = {}
    for name, values, said in columns(rows):
        recipe = rowid.Recipe(["c"], **{key: {"c": value} for key, value in said.items()})
        ways[name] = _way(recipe, pa.record_batch({"c": values}))
    for name, series in objects(rows):
        frame = pd.DataFrame({"c": series})
        ways[name] = lambda frame=frame: rowid.generate_unique_row_ids(frame, ["c"])
    taken = interleaved(ways, rounds)
    return [
        {"kind": name, "rows": rows, "ns_per_row": spread([1e9 * one / rows for one in seconds])}
        for name, seconds in taken.items()
    ]


def _way(recipe: rowid.Recipe, batch: pa.RecordBatch) -> Callable[[], Any]:
    return lambda: rowid.HashingEngine(recipe, strategy="parallel").hash(batch)
