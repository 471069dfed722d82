"""A load that is killed at any step leaves the table as it was or as it should be, and the next load completes it."""

import json
import os
import subprocess
import sys

import pytest

from rowid.sinks.recorded import NAME
from tests.loading.killing import AFTER, BEFORE, N

WAYS = [("new", "report"), ("append", "report"), ("replace", "report"), ("merge", "delete")]


def rows_of(table) -> list[tuple[int, str]]:
    return sorted(zip(table["k"].to_pylist(), table["v"].to_pylist(), strict=True))


def expected(write) -> list[tuple[int, str]]:
    """What the table holds when all is done."""
    return sorted(rows_of(BEFORE) + rows_of(AFTER.slice(N // 2))) if write == "append" else rows_of(AFTER)


@pytest.mark.parametrize(("write", "missing"), WAYS, ids=[way for way, _ in WAYS])
def test_a_load_may_be_killed_at_every_call(place, tmp_path, write, missing):
    command = [sys.executable, "-m", "tests.loading.killing", place.base, write, missing, str(tmp_path / "words")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "ROWID_TUNING": os.devnull}
    )
    assert done.returncode == 0, done.stderr
    calls = json.loads(done.stdout)
    assert {"columns", "rows", "execute", "append", "begin", "commit", "rollback", "close"} <= set(calls)
    assert calls.count("append") == len(AFTER) // 10
    committed = calls.index("commit")

    tables = place.tables()
    assert set(tables) <= {NAME, *(f"t{at}" for at in range(len(calls) + 1))}, "no staging table is left"
    for at in range(len(calls)):
        table = f"t{at}"
        before = None if write == "new" else rows_of(BEFORE)
        held = place.rows(f"SELECT k, v FROM {table} ORDER BY k") if table in tables else None
        assert held == (before if at <= committed else expected(write)), (at, calls[at])
        if held is not None:
            assert place.rows(f"SELECT rows FROM {NAME} WHERE table_name = ?", (table,)) == [(len(held),)]

        again = "replace" if write == "new" else write
        receipt = place.load(AFTER, again, missing=missing, table=table)
        assert (receipt.inserted == 0) == (at > committed)
        assert place.rows(f"SELECT k, v FROM {table} ORDER BY k") == expected(write)
        assert place.rows(f"SELECT count(*), count(DISTINCT row_id) FROM {table}") == [(len(expected(write)),) * 2]
    assert set(place.tables()) == {NAME, *(f"t{at}" for at in range(len(calls) + 1))}
