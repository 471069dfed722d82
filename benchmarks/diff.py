"""The memory and the time that a comparison takes of two Parquet files in which every row differs."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.child import measured, python
from benchmarks.tables import people

ROWS = (600_000, 6_000_000)
BUDGETS_MIB = (16, 256)

_DIFF = """
import sys
from rowid import bootstrap, pipeline
from rowid.checks import Limits
from rowid.recipe import Recipe
before, after, target, key, mib, rows = sys.argv[1:]
sources = [bootstrap.open_source(path) for path in (before, after)]
limits = Limits(memory=int(mib) * 2**20)
found = pipeline.diff(*sources, Recipe([key]), sink=bootstrap.open_sink(target), limits=limits)
assert found.changed == found.differences == int(rows), found
"""


def measure(scale: float, place: Path) -> list[dict[str, Any]]:
    """A line for each number of rows and each ``ROWID_MEMORY_MB``; all differences go to a Parquet file."""
    lines = []
    for rows in sorted({max(100, round(rows * scale)) for rows in ROWS}):
        before, after, target = (place / f"diff-{name}.parquet" for name in ("before", "after", "out"))
        key = _write(before, after, rows)
        for mib in BUDGETS_MIB:
            command = python("-c", _DIFF, *map(str, (before, after, target, key, mib, rows)))
            lines.append({"rows": rows, "budget_mib": mib, **asdict(measured(command, place / "state"))})
            target.unlink()
        before.unlink()
        after.unlink()
    return lines


def _write(before: Path, after: Path, rows: int) -> str:
    """Table A, and the same rows with another amount each, in the opposite order; gives the key column."""
    batches = list(people(rows))
    names = batches[0].schema.names
    amount = next(name for name in names if pa.types.is_floating(batches[0].schema.field(name).type))
    for path, step, more in ((before, 1, 0.0), (after, -1, 1.0)):
        with pq.ParquetWriter(path, batches[0].schema, compression="zstd") as writer:
            for batch in batches[::step]:
                ordered = batch.take(pa.array(np.arange(batch.num_rows)[::step]))
                changed = pc.add(ordered.column(amount), more)
                writer.write_batch(ordered.set_column(names.index(amount), amount, changed), row_group_size=262_144)
    return names[0]
