"""``rowid tune``: what the ways to hash cost on this machine."""

import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict

from rowid.cli import options
from rowid.cli.output import as_json, out, require_place, tell, write_whole
from rowid.errors import UsageError

_ROWS = 100_000
_LOAD = """
import time
started = time.perf_counter()
from rowid import kernel
was_kept = kernel.is_kept()
kernel.load()
print(was_kept, time.perf_counter() - started)
"""


def tune(json: options.Json = False) -> None:
    """Compiles the kernel, measures, and writes down from how many rows on it pays."""
    from importlib.util import find_spec

    from rowid import tuning

    if find_spec("numba") is None:
        raise UsageError("numba is not installed, so there is nothing to tune", hint="pip install 'rowid[fast]'.")
    place = tuning.path()
    with suppress(OSError):  # what is missing then is told by the next line
        place.parent.mkdir(parents=True, exist_ok=True)
    require_place(place, force=True)
    tell("compiling the kernel, if that was not done before; about 10 seconds")
    was_kept, first = _load()
    _, second = _load()
    measured = tuning.Costs(
        reference_s=_reference(),
        load_s=second,
        compile_s=tuning.costs().compile_s if was_kept else first,
    )
    write_whole(place, as_json(asdict(measured)) + "\n", force=True)
    tuning.costs.cache_clear()
    if json:
        out(as_json({**asdict(measured), "file": str(place)}))
    else:
        rows = round(measured.load_s / measured.reference_s, -3)
        out(f"reference    {measured.reference_s * 1e6:.2f} µs a row")
        out(f"kernel       {measured.load_s:.2f} s to load, {measured.compile_s:.1f} s to compile, once")
        out(f"so           the kernel is taken from about {rows:,.0f} rows on ({place})")


def _load() -> tuple[bool, float]:
    """Loads the kernel in a process of its own: whether it was compiled already, and the seconds that it took."""
    done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True)  # noqa: S603
    was_kept, seconds = done.stdout.split()
    return was_kept == "True", float(seconds)


def _reference() -> float:
    """Seconds a row of a table of five columns, by the reference."""
    import numpy as np
    import pyarrow as pa

    from rowid.engine import HashingEngine
    from rowid.recipe import Recipe

    numbers = np.arange(_ROWS)
    texts = [f"user{number}@example.com" for number in numbers]
    columns = [texts, texts, numbers, numbers / 100, numbers.astype("datetime64[D]")]
    batch = pa.record_batch(columns, [f"c{at}" for at in range(len(columns))])
    engine = HashingEngine(Recipe(batch.schema.names), strategy="simple")
    started = time.perf_counter()
    engine.hash(batch)
    return (time.perf_counter() - started) / _ROWS
