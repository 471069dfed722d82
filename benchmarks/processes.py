"""Whole runs in processes of their own: end to end against DuckDB, memory at many rows, and how fast a start is."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from benchmarks.child import Usage, measured, python
from benchmarks.tables import Case, people
from benchmarks.timing import ratios, spread
from benchmarks.ways import concat_ws, cores

WARM_UP = 1
"""Rounds before those that count: they fill the caches of the disk."""

MEMORY_ROWS = (1_000_000, 10_000_000, 50_000_000)
_DUCKDB = "import sys, duckdb; duckdb.connect().execute(f'set threads = {sys.argv[1]}').execute(sys.argv[2])"
_IMPORT_AND_HASH = """
import sys, pyarrow.parquet as pq, rowid
batch = pq.ParquetFile(sys.argv[1]).read().combine_chunks().to_batches()[0]
rowid.HashingEngine(rowid.Recipe(batch.schema.names)).hash(batch)
"""


def run_command(source: Path, target: Path) -> list[str]:
    """``rowid run``, all columns."""
    return python("-m", "rowid", "run", str(source), "-o", str(target), "--json")


def duckdb_command(source: Path, target: Path, columns: list[str], codec: str) -> list[str]:
    """DuckDB doing the same: every column and a hash, in the order of the input, to Parquet."""
    reader = "read_csv" if source.suffix == ".csv" else "read_parquet"
    query = (
        f"copy (select *, sha256({concat_ws(columns)}) as row_id from {reader}('{source}')) "
        f"to '{target}' (format parquet, compression {codec})"
    )
    return python("-c", _DUCKDB, str(cores()), query)


def end_to_end(case: Case, rounds: int, formats: tuple[str, ...] = ("csv", "parquet")) -> list[dict[str, Any]]:
    """From a CSV and from a Parquet file to a Parquet file with IDs, ``rounds`` times, after one that warms up."""
    return [_from(case.csv if suffix == "csv" else case.parquet, case, rounds) for suffix in formats]


def _from(source: Path, case: Case, rounds: int) -> dict[str, Any]:
    target = case.place / "out.parquet"
    commands = {
        "rowid run": run_command(source, target),
        "DuckDB COPY": duckdb_command(source, target, case.columns, "snappy"),
        "DuckDB COPY, zstd": duckdb_command(source, target, case.columns, "zstd"),
    }
    taken = _taken(commands, rounds, target, case.place / "state", lambda: _require_rows(target, case.rows))
    walls = {name: [usage.wall_s for usage in usages] for name, usages in taken.items()}
    fastest = min(("DuckDB COPY", "DuckDB COPY, zstd"), key=lambda name: spread(walls[name])["median"])
    return {
        "table": case.name,
        "from": source.suffix[1:],
        "rows": case.rows,
        "rounds": rounds,
        "fastest_peer": fastest,
        "ways": [
            {
                "name": name,
                "ours": name == "rowid run",
                "seconds": spread(walls[name]),
                "peak_mib": spread([usage.peak_mib for usage in usages]),
                "times_fastest_peer": ratios(walls[fastest], walls[name]),
            }
            for name, usages in taken.items()
        ],
    }


def memory(scale: float, place: Path) -> list[dict[str, Any]]:
    """Peak memory of ``rowid run`` on Parquet files of distinct rows (table A), written in batches, then removed."""
    lines = []
    for rows in sorted({max(100, round(rows * scale)) for rows in MEMORY_ROWS}):
        source, target = place / "big.parquet", place / "big-out.parquet"
        _write(source, rows)
        usage = measured(run_command(source, target), place / "state")
        _require_rows(target, rows)
        lines.append({"rows": rows, "input_mib": source.stat().st_size / 2**20, **asdict(usage)})
        source.unlink()
        target.unlink()
    return lines


def start_up(place: Path, rounds: int) -> list[dict[str, Any]]:
    """Wall time of small things, from the start of a process to its end; a first one warms up and does not count."""
    small, medium, target = place / "small.csv", place / "medium.parquet", place / "small-out.csv"
    pa_csv.write_csv(pa.Table.from_batches(people(1_000)), small)
    _write(medium, 100_000)
    commands = {
        "python -c pass": python("-c", "pass"),
        "python -c 'import rowid'": python("-c", "import rowid"),
        "a script that hashes 100,000 rows": python("-c", _IMPORT_AND_HASH, str(medium)),
        "rowid run, CSV of 1,000 rows": run_command(small, target),
    }
    taken = _taken(commands, rounds, target, place / "state")
    return [
        {
            "name": name,
            "seconds": spread([usage.wall_s for usage in usages]),
            "peak_mib": spread([usage.peak_mib for usage in usages]),
        }
        for name, usages in taken.items()
    ]


def _taken(
    commands: Mapping[str, list[str]],
    rounds: int,
    target: Path,
    state: Path,
    check: Callable[[], None] = lambda: None,
) -> dict[str, list[Usage]]:
    """What each command took in each round; ``target``, which they write, is checked and removed every time."""
    taken: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(WARM_UP + rounds):
        for name, command in commands.items():
            usage = measured(command, state)
            check()
            target.unlink(missing_ok=True)
            if number >= WARM_UP:
                taken[name].append(usage)
    return taken


def _write(path: Path, rows: int) -> None:
    with pq.ParquetWriter(path, next(people(1)).schema, compression="zstd") as writer:
        for batch in people(rows):
            writer.write_batch(batch, row_group_size=262_144)


def _require_rows(path: Path, rows: int) -> None:
    found = pq.read_metadata(path).num_rows
    if found != rows:
        raise ValueError(f"{found:,} rows were written, and {rows:,} were read")
