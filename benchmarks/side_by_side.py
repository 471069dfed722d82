"""Tables A to D, all ways side by side: rows hashed per second."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.tables import TITLES, Case
from benchmarks.timing import interleaved, ratios, spread
from benchmarks.ways import WAYS, Way


class ImplausibleError(Exception):
    """A way gave something that is no SHA-256 per row, so that its time says nothing."""


def measure(case: Case, rounds: int, ways: Sequence[Way] = WAYS) -> dict[str, Any]:
    """All ways that are installed on one table; those that are not have a line that says so."""
    with ExitStack() as stack:
        ready = {way.name: way.prepare(case, stack) for way in ways if not way.missing()}
        for way in ways:
            if way.name in ready:
                require_hashes(way, way.texts(ready[way.name]()), way.rows(case))
        # the frames among themselves: a turn of pandas takes so long that the others' memory is cold after it
        seconds = {}
        for frame in (False, True):
            names = [way.name for way in ways if way.frame == frame and way.name in ready]
            seconds |= interleaved({name: ready[name] for name in names}, rounds)
    per_row = {way.name: [s / way.rows(case) for s in seconds[way.name]] for way in ways if way.name in ready}
    fastest = _fastest_peer(ways, per_row)
    return {
        "table": case.name,
        "title": TITLES[case.name],
        "rows": case.rows,
        "rounds": rounds,
        "fastest_peer": fastest,
        "ways": [_line(way, case, per_row, fastest) for way in ways],
    }


def _fastest_peer(ways: Sequence[Way], per_row: dict[str, list[float]]) -> str | None:
    peers = [way.name for way in ways if not way.ours and way.name in per_row]
    return min(peers, key=lambda name: spread(per_row[name])["median"], default=None)


def _line(way: Way, case: Case, per_row: dict[str, list[float]], fastest: str | None) -> dict[str, Any]:
    """One way's line of the result; ``times_fastest_peer`` is taken round by round, and so is ``times_pandas``."""
    line: dict[str, Any] = {"name": way.name, "what": way.what, "ours": way.ours, "frame": way.frame}
    if way.name not in per_row:
        return {**line, "missing": way.missing()}
    own = per_row[way.name]
    line |= {
        "measured_rows": way.rows(case),
        "seconds": spread([s * case.rows for s in own]),
        "rows_per_s": 1 / spread(own)["median"],
    }
    if fastest:
        line["times_fastest_peer"] = ratios(per_row[fastest], own)
    if way.frame and "pandas + hashlib" in per_row:
        line["times_pandas"] = ratios(per_row["pandas + hashlib"], own)
    return line


def require_hashes(way: Way, texts: Any, rows: int) -> None:
    """Raises ImplausibleError unless there are ``rows`` texts of 64 hexadecimal digits."""
    if len(texts) != rows:
        raise ImplausibleError(f"{way.name} gave {len(texts):,} hashes for {rows:,} rows")
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    if not all(pc.all(pc.match_substring_regex(chunk, "^[0-9a-f]{64}$"), skip_nulls=False).as_py() for chunk in chunks):
        raise ImplausibleError(f"{way.name} gave something else than 64 hexadecimal digits")
