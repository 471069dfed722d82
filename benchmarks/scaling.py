"""What a row costs at 10 thousand rows and at 50 million, and what a second thread is worth.

Rows of table A go through one engine in batches of a million, made as they are needed: only the engine's time counts.
Before each of the batches the smaller tables have their turn, each with an engine of its own: a slow minute of the
machine meets all sizes.
"""

from typing import Any

import pyarrow as pa

import rowid
from benchmarks.tables import BATCH, Case, people
from benchmarks.timing import Spread, interleaved, ratios, spread, timed

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
ENOUGH_ROWS = 200_000
"""A table of fewer rows is hashed so often in a turn that they are as many: one is too short for the clock."""


def measure(scale: float, rounds: int, case: Case) -> dict[str, Any]:
    """Cost per row at each of ``SIZES``, with all threads and with one, and table A (``case``) with one and two."""
    sizes = sorted({max(100, round(size * scale)) for size in SIZES})
    in_threads = threads(case, rounds)  # first: it loads what is compiled, which is a matter of the start
    small = {rows: next(iter(people(rows))) for rows in sizes if rows <= BATCH}
    ways = [(rows, number) for rows in sizes for number in (None, 1)]
    engines = {way: _engine(case, way[1]) for way in ways}
    costs: dict[tuple[int, int | None], list[float]] = {way: [] for way in ways}
    for at, batch in enumerate(people(sizes[-1])):
        for rows, number in ways:
            if rows in small:
                turns = max(1, min(20, ENOUGH_ROWS // rows))
                seconds = [_seconds(_engine(case, number), small[rows]) for _ in range(turns)]
                costs[rows, number].append(1e9 * sum(seconds) / turns / rows)
            elif at * BATCH < rows:
                costs[rows, number].append(1e9 * _seconds(engines[rows, number], batch) / len(batch))
    times_largest = {rows: _side_by_side(costs[rows, None], costs[sizes[-1], None]) for rows in sizes}
    medians = [times["median"] for times in times_largest.values()]
    return {
        "sizes": [
            {
                "rows": rows,
                "turns": len(costs[rows, None]),
                "ns_per_row": spread(costs[rows, None]),
                "ns_per_row_one_thread": spread(costs[rows, 1]),
                "times_largest": times_largest[rows],
            }
            for rows in sizes
        ],
        "dearest_over_cheapest": max(medians) / min(medians),
        "threads": in_threads,
    }


def _side_by_side(costs: list[float], largest: list[float]) -> Spread:
    """A size's cost over that of the largest one, turn by turn.

    The dearest over the cheapest of each turn would not do: the larger one of several equal numbers with noise on them
    is always larger than the smaller one.
    """
    return ratios(costs, largest[: len(costs)])


def _engine(case: Case, threads: int | None) -> rowid.HashingEngine:
    """``threads``: as many as there are processors, if None."""
    return rowid.HashingEngine(rowid.Recipe(case.columns), threads=threads)


def _seconds(engine: rowid.HashingEngine, batch: pa.RecordBatch) -> float:
    return timed(lambda: engine.hash(batch))


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
