"""How fast the IDs are made, side by side with the usual ways, in one run: ``python -m benchmarks``.

Writes ``benchmarks/results.json``, ``benchmarks/RESULTS.md`` and the charts ``docs/benchmark.svg`` and
``docs/scaling.svg``. Everything runs on two cores, so that all ways have the same.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PARTS = ("A", "B", "C", "D", "kinds", "scaling", "end-to-end", "memory", "start-up", "keys", "merge", "diff")
END_TO_END_ROUNDS = 3
"""At most so many: a whole process varies less than a millisecond loop, and takes longer."""

KEY_ROUNDS = 3
MERGE_ROUNDS = 3


def main(arguments: list[str] | None = None) -> int:
    """Measures what is asked for, writes the results, prints the report."""
    options = _options(arguments)
    restrict_cores(options.cores)
    from benchmarks import machine
    from benchmarks.aims import aims
    from benchmarks.report import markdown

    settings = {"rows_scale": options.rows_scale}
    results: dict[str, Any] = {"machine": machine.facts(), "settings": settings}
    parts = tuple(options.only) or PARTS
    tell = _teller()
    if set(parts) != set(PARTS):
        results = _earlier(options.out, results)
    with tempfile.TemporaryDirectory(prefix="rowid-bench-", dir=options.work) as place:
        for part in parts:
            tell(part)
            measure(part, results, options.rows_scale, options.rounds, Path(place), options.postgresql)
            results["aims"] = aims(results)
            if options.out:
                write(results, options.out)
    print(markdown(results))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rows-scale", type=float, default=1.0, help="multiplies every number of rows")
    parser.add_argument("--only", action="append", choices=PARTS, default=[], help="this part; may be given again")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--cores", type=int, default=2, help="processor cores that everything may use")
    parser.add_argument("--work", type=Path, help="where files may be kept while it runs (about 10 GB at full scale)")
    parser.add_argument("--postgresql", help="the URI of an empty database of a running PostgreSQL, for the part merge")
    parser.add_argument("--out", type=Path, help="write the results into this directory rather than into the project")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.rows_scale <= 0 or options.cores < 1:
        parser.error("--rounds, --cores and --rows-scale are to be positive")
    if options.out is None and options.rows_scale == 1:
        options.out = ROOT  # a trial on fewer rows replaces no figures
    return options


def restrict_cores(cores: int) -> None:
    """Gives this process, and all that it starts, no more than ``cores`` cores."""
    os.environ["POLARS_MAX_THREADS"] = str(cores)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def measure(
    part: str, results: dict[str, Any], scale: float, rounds: int, place: Path, postgresql: str | None = None
) -> None:
    """Measures one of ``PARTS`` and puts it into the results."""
    from benchmarks import diff, keys, kinds, merge, processes, scaling, side_by_side
    from benchmarks.tables import case

    if part in ("A", "B", "C", "D"):
        tables = {table["table"]: table for table in results.get("side_by_side", [])}
        tables[part] = side_by_side.measure(case(part, scale, place), rounds)
        results["side_by_side"] = [tables[name] for name in sorted(tables)]
    elif part == "kinds":
        results["kinds"] = kinds.measure(scale, rounds)
    elif part == "scaling":
        results["scaling"] = scaling.measure(scale, rounds, case("A", scale, place))
    elif part == "end-to-end":
        turns = min(rounds, END_TO_END_ROUNDS)
        results["end_to_end"] = [
            run for name in ("A", "B") for run in processes.end_to_end(case(name, scale, place), turns)
        ]
    elif part == "memory":
        results["memory"] = processes.memory(scale, place)
    elif part == "start-up":
        results["start_up"] = processes.start_up(place, rounds)
    elif part == "keys":
        results["keys"] = keys.measure(scale, min(rounds, KEY_ROUNDS))
    elif part == "merge":
        results["merge"] = merge.measure(scale, min(rounds, MERGE_ROUNDS), place, postgresql)
    elif part == "diff":
        results["diff"] = diff.measure(scale, place)


def write(results: dict[str, Any], root: Path) -> None:
    """The results in their four forms, each where the project keeps it."""
    from benchmarks import chart
    from benchmarks.report import markdown

    files: dict[str, str] = {
        "benchmarks/results.json": json.dumps(results, indent=1, ensure_ascii=False) + "\n",
        "benchmarks/RESULTS.md": markdown(results),
    }
    if results.get("side_by_side"):
        files["docs/benchmark.svg"] = chart.bars(results)
    if "scaling" in results and results.get("memory"):
        files["docs/scaling.svg"] = chart.curves(results)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _earlier(root: Path | None, now: dict[str, Any]) -> dict[str, Any]:
    """What was measured before, for a run of some parts; nothing from another machine, other versions or scale."""
    path = root / "benchmarks/results.json" if root else None
    if path is None or not path.exists():
        return now
    before = json.loads(path.read_text(encoding="utf-8"))
    if all(before.get(key) == now[key] for key in now):
        return before
    sys.exit(f"{path.name} is of another machine, version or scale: run all parts, or name another --out")


def _teller() -> Callable[[str], None]:
    started = time.perf_counter()

    def tell(what: str) -> None:
        print(f"[{time.perf_counter() - started:7.1f} s] {what}", file=sys.stderr, flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main())
