"""What rowid wants to reach, held against what was measured; an aim that was missed is shown as such."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

_TIMES = {"A": 3.0, "B": 2.0, "C": 2.0, "D": 2.0}
_PANDAS_TIMES = 20.0
_FLAT = 1.2
_TWO_THREADS = 1.8
_PEAK_MIB = 1536.0
_PEAK_GROWTH = 1.25
_START_UP = {
    "python -c 'import rowid'": 0.15,
    "a script that hashes 100,000 rows": 0.5,
    "rowid run, CSV of 1,000 rows": 1.0,
}
_KEYS_S = {"flights": 10.0, "wide": 60.0}


@dataclass(frozen=True)
class Aim:
    """One aim: what, the limit in words, the value that was measured, and whether it is reached."""

    what: str
    limit: str
    value: float
    met: bool


def aims(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Every aim of which the results tell something."""
    found = [
        *_speed(results),
        *_scaling(results),
        *_end_to_end(results),
        *_memory(results),
        *_starts(results),
        *_keys(results),
    ]
    return [asdict(aim) for aim in found]


def _at_least(what: str, least: float, value: float) -> Aim:
    return Aim(what, f"at least {least:g}", value, value >= least)


def _at_most(what: str, most: float, value: float, unit: str) -> Aim:
    return Aim(what, f"at most {most:g}{unit}", value, value <= most)


def _speed(results: dict[str, Any]) -> Iterator[Aim]:
    for table in results.get("side_by_side", []):
        ways = {way["name"]: way for way in table["ways"]}
        if "times_fastest_peer" in ways["rowid"]:
            what = f"table {table['table']}: times the fastest peer ({table['fastest_peer']})"
            yield _at_least(what, _TIMES[table["table"]], ways["rowid"]["times_fastest_peer"]["median"])
        if "times_pandas" in ways.get("rowid, pandas", {}):
            times = ways["rowid, pandas"]["times_pandas"]["median"]
            yield _at_least(f"table {table['table']}: frame in and out, times pandas + hashlib", _PANDAS_TIMES, times)


def _scaling(results: dict[str, Any]) -> Iterator[Aim]:
    if "scaling" not in results:
        return
    flat = results["scaling"]["dearest_over_cheapest"]
    yield _at_most("cost per row, dearest size over cheapest", _FLAT, flat, "")
    times = results["scaling"]["threads"]["two_times_one"]["median"]
    yield _at_least("two threads, times one", _TWO_THREADS, times)


def _end_to_end(results: dict[str, Any]) -> Iterator[Aim]:
    for run in results.get("end_to_end", []):
        (own,) = (way for way in run["ways"] if way["ours"])
        what = f"table {run['table']}, {run['from']} to Parquet, whole process: times {run['fastest_peer']}"
        yield _at_least(what, 1.0, own["times_fastest_peer"]["median"])


def _memory(results: dict[str, Any]) -> Iterator[Aim]:
    peaks = [line["peak_mib"] for line in results.get("memory", [])]
    if peaks:
        yield _at_most("peak memory at the most rows, MiB", _PEAK_MIB, peaks[-1], "")
    if len(peaks) > 1:
        yield _at_most("peak memory, the most rows over a fifth of them", _PEAK_GROWTH, peaks[-1] / peaks[-2], "")


def _starts(results: dict[str, Any]) -> Iterator[Aim]:
    for line in results.get("start_up", []):
        if line["name"] in _START_UP:
            yield _at_most(line["name"], _START_UP[line["name"]], line["seconds"]["median"], " s")


def _keys(results: dict[str, Any]) -> Iterator[Aim]:
    for line in results.get("keys", []):
        what = f"all keys of up to four columns: {line['title']}"
        yield _at_most(what, _KEYS_S[line["table"]], line["seconds"]["median"], " s")
