"""What exact uniqueness costs: ``python -m benchmarks.uniqueness``.

Random digests are counted in a child process each, which prints its times; the peak of its resident memory is the
operating system's figure for it.
"""

import json
import os
import subprocess
import sys
import time

import numpy as np

from rowid.checks import Limits, Uniqueness

BATCH = 65_536
KINDS = ("distinct", "twice", "ten")
CASES = [("distinct", 2), *((kind, millions) for kind in KINDS for millions in (10, 50))]


def batches(kind: str, rows: int) -> object:
    """Digests of ``rows`` rows: all distinct; every row twice, the second half repeats the first; of ten kinds."""
    ten = np.frombuffer(np.random.default_rng(0).bytes(320), np.uint8).reshape(10, 32)
    cycle = rows // 2 if kind == "twice" else rows
    for at in range(0, rows, BATCH):
        size = min(BATCH, rows - at)
        random = np.random.default_rng(at % cycle // BATCH if kind == "twice" else at)
        yield (
            ten[random.integers(0, 10, size)]
            if kind == "ten"
            else np.frombuffer(random.bytes(32 * size), np.uint8).reshape(size, 32)
        )


def one(kind: str, rows: int, numbered: bool) -> dict[str, object]:
    """Counts in this process."""
    spent = wall = 0.0
    with Uniqueness(Limits(), numbered=numbered) as unique:
        for digests in batches(kind, rows):
            started, cpu = time.perf_counter(), time.process_time()
            unique.add(digests)
            spent, wall = spent + time.process_time() - cpu, wall + time.perf_counter() - started
        started, cpu = time.perf_counter(), time.process_time()
        counts = {"distinct": unique.distinct, "groups": unique.groups, "largest": unique.largest}
        if numbered:
            numbers = unique.numbers()
            counts["sum of k"] = 0
            for at in range(0, rows, BATCH):
                counts["sum of k"] += int(numbers.next(np.empty((min(BATCH, rows - at), 32), np.uint8)).sum())
        finish, wall = time.process_time() - cpu, wall + time.perf_counter() - started
    return {**counts, "add": spent, "finish": finish, "wall": wall}


def main() -> None:
    """A line per case."""
    if len(sys.argv) > 2:
        kind, rows, numbered = sys.argv[1:]
        print(json.dumps(one(kind, int(rows), numbered == "numbered")))
        return
    print("| rows | kind | CPU s: add | finish | ns/row | wall s | peak RSS MiB | counts |\n" + "| --- " * 8 + "|")
    for numbered in ("counted", "numbered"):
        for kind, millions in CASES:
            rows = millions * 1_000_000
            command = [sys.executable, "-m", "benchmarks.uniqueness", kind, str(rows), numbered]
            child = subprocess.Popen(command, stdout=subprocess.PIPE)
            said, _ = child.stdout.read(), None
            _, _, usage = os.wait4(child.pid, 0)
            got = json.loads(said)
            add, finish, wall = got.pop("add"), got.pop("finish"), got.pop("wall")
            print(
                f"| {rows:,} | {kind}, {numbered} | {add:.2f} | {finish:.2f} | {(add + finish) / rows * 1e9:.0f} "
                f"| {wall:.2f} | {usage.ru_maxrss // 1024} | {got} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
