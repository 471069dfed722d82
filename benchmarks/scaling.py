"""What a row costs at 10 thousand rows and at 50 million, and what a second thread is worth.

Rows of table A go through one engine in batches of a million, made as they are needed: only the engine's time counts.
"""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

import rowid
from benchmarks.tables import BATCH, Case, people
from benchmarks.timing import interleaved, ratios, spread, timed

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
ENOUGH_ROWS = 20_000_000
"""A size has as many passes as there are rounds, or as make so many rows, but one at least."""


def measure(scale: float, rounds: int, case: Case) -> dict[str, Any]:
    """Cost per row at each of ``SIZES``, with all threads and with one, and table A (``case``) with one and two."""
    sizes = sorted({max(100, round(size * scale)) for size in SIZES})
    kept = {rows: list(people(rows)) for rows in sizes if rows <= BATCH}
    costs: dict[int, list[float]] = {rows: [] for rows in sizes}
    alone: dict[int, list[float]] = {rows: [] for rows in sizes}
    in_threads = threads(case, rounds)  # first: it loads what is compiled, which is a matter of the start
    for number in range(rounds):
        for rows in sizes:
            if number in (0, *range(ENOUGH_ROWS // rows)):
                turns = max(1, min(20, 200_000 // rows))  # a pass of 10 thousand rows is too short for the clock
                for taken, number_of_threads in ((costs, None), (alone, 1)):
                    batches = [kept.get(rows) or people(rows) for _ in range(turns)]
                    seconds = sum(_cost(some, number_of_threads) for some in batches) / turns
                    taken[rows].append(1e9 * seconds / rows)
    return {
        "sizes": [
            {
                "rows": rows,
                "passes": len(taken),
                "ns_per_row": spread(taken),
                "ns_per_row_one_thread": spread(alone[rows]),
            }
            for rows, taken in costs.items()
        ],
        "threads": in_threads,
    }


def _cost(batches: Iterable[pa.RecordBatch], threads: int | None) -> float:
    """Seconds that one engine takes for the batches; ``threads``: as many as there are processors, if None."""
    engine: rowid.HashingEngine | None = None
    seconds = 0.0
    for batch in batches:
        engine = engine or rowid.HashingEngine(rowid.Recipe(batch.schema.names), threads=threads)
        seconds += timed(lambda engine=engine, batch=batch: engine.hash(batch))
    return seconds


def threads(case: Case, rounds: int) -> dict[str, Any]:
    """How many times faster two threads are."""
    recipe = rowid.Recipe(case.columns)

    def way(number: int) -> Any:
        return lambda: rowid.HashingEngine(recipe, threads=number).hash(case.batch)

    seconds = interleaved({"1": way(1), "2": way(2)}, rounds)
    return {
        "rows": case.rows,
        "seconds": {number: spread(taken) for number, taken in seconds.items()},
        "two_times_one": ratios(seconds["1"], seconds["2"]),
    }
