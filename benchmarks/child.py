"""Whole processes, by the operating system's own accounting: wall time, CPU time and peak resident memory.

A process inherits the peak of the one that starts it (Linux keeps it across exec), and this one holds large tables. So
a small process stands in between: this module, run as a script, starts the command and reads what ``wait4`` says of it.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Usage:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mib: float


class ChildError(Exception):
    """The command failed; its time says nothing."""


def measured(command: list[str], state: Path) -> Usage:
    """Runs a command in a process of its own; ``state`` is where rowid may keep its ledger.

    Raises:
        ChildError: with what the command wrote on standard error.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ROWID_STATE_DIR": str(state)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: nobody compiles a program at each start
    launcher = [sys.executable, "-I", "-S", __file__, *command]
    done = subprocess.run(launcher, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildError(f"{' '.join(command[:4])} ... failed:\n{done.stderr[-2000:]}")
    return Usage(**json.loads(done.stdout))


def python(*arguments: str) -> list[str]:
    """The command that runs Python with these arguments."""
    return [sys.executable, *arguments]


def _launch(command: list[str]) -> int:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # of ru_maxrss: bytes there, KiB elsewhere
    took = {"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / unit}
    print(json.dumps(took))
    return process.returncode


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1:]))
