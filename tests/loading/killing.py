"""Loads a table again and again, killed before one call of the database after the other; run as a program.

The rows go to the tables ``t0``, ``t1``, ... of a database; the load of ``tN`` is killed before its call number N.
Prints the names of the calls, as JSON. Each load is a process of its own, forked from this one, which never opens a
database.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from rowid import bootstrap
from rowid.sinks import load as load_module
from tests.loading.databases import Place

N = 40
BEFORE = pa.table({"k": range(N), "v": [f"v{i}" for i in range(N)]})
AFTER = pa.table({"k": range(N // 2, N + 10), "v": [f"v{i}" if i % 2 else "changed" for i in range(N // 2, N + 10)]})
CHUNK = 15


class Dying:
    """A database that takes its process with it at one call."""

    def __init__(self, database: Any, dies_at: int, last_words: Path) -> None:
        self._database, self._left, self._last_words = database, dies_at, last_words

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._database, name)
        if not callable(found):
            return found

        def call(*args: object) -> object:
            if self._left == 0:
                self._last_words.write_text(name)
                os.kill(os.getpid(), signal.SIGKILL)
            self._left -= 1
            return found(*args)

        return call


def forked(work: Callable[[], object]) -> int:
    """Does it in a process of its own; how that ended."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(base: str, write: str, missing: str, last_words: str) -> None:
    """Kills the loads until one has no call left to be killed at."""
    load_module._ROWS = CHUNK  # rows are sent in several pieces
    place, calls, connect, words = Place(base), [], bootstrap.connect, Path(last_words)

    def load(table: str, dies_at: int) -> None:
        if write != "new":
            place.load(BEFORE, table=table)
        bootstrap.connect = lambda address, **how: Dying(connect(address, **how), dies_at, words)
        place.load(AFTER, None if write == "new" else write, missing=missing, table=table, chunk=CHUNK)

    while True:
        table = f"t{len(calls)}"
        ended = forked(partial(load, table, len(calls)))
        if ended == 0:
            break
        if ended != -signal.SIGKILL:
            raise SystemExit(f"the load of {table} failed by itself")
        calls.append(words.read_text())
    print(json.dumps(calls))


if __name__ == "__main__":
    main(*sys.argv[1:])
