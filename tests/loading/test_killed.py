"""A load that is killed at any step leaves the table as it was or as it should be, and the next load completes it."""

import json
import os
import subprocess
import sys

import pytest

from rowid.sinks.recorded import NAME
from tests.loading.databases import DATABASES
from tests.loading.killing import AFTER, BEFORE, CHUNK, N

WAYS = [("new", "report"), ("append", "report"), ("replace", "report"), ("merge", "delete")]

ABANDONED = [name for name in DATABASES if name != "snowflake"]
"""Those that take back what a client has left behind as soon as it is gone. Snowflake does so in its own time, up to
minutes later, and its imitation never."""


def rows_of(table) -> list[tuple[int, str]]:
    return sorted(zip(table["k"].to_pylist(), table["v"].to_pylist(), strict=True))


def expected(write) -> list[tuple[int, str]]:
    """What the table holds when all is done."""
    return sorted(rows_of(BEFORE) + rows_of(AFTER.slice(N // 2))) if write == "append" else rows_of(AFTER)


@pytest.mark.parametrize("place", ABANDONED, indirect=True)
@pytest.mark.parametrize(("write", "missing"), WAYS, ids=[way for way, _ in WAYS])
def test_a_load_may_be_killed_at_every_call(place, tmp_path, write, missing):
    command = [sys.executable, "-m", "tests.loading.killing", place.base, write, missing, str(tmp_path / "words")]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "ROWID_TUNING": os.devnull},
    )
    assert done.returncode == 0, done.stderr
    calls = json.loads(done.stdout)
    assert {"columns", "rows", "execute", "append", "begin", "commit", "rollback", "close"} <= set(calls)
    assert calls.count("append") == len(AFTER) // CHUNK
    committed = calls.index("commit")
    tables = [f"t{at}" for at in range(len(calls) + 1)]

    after_killing = looked_at(place)
    assert set(after_killing) <= set(tables), "no staging table is left"
    for at, table in enumerate(tables):
        before = None if write == "new" else rows_of(BEFORE)
        assert after_killing.get(table) == (before if at <= committed else expected(write)), (at, [*calls, "end"][at])

    for at, table in enumerate(tables):
        receipt = place.load(AFTER, "replace" if write == "new" else write, missing=missing, table=table)
        assert (receipt.inserted == 0) == (at > committed)
        assert receipt.verified
    assert looked_at(place) == dict.fromkeys(tables, expected(write))


def looked_at(place) -> dict[str, list[tuple[int, str]]]:
    """Every table with its rows, of which none has the ID of another, and as many as the record says."""
    database = place.connect()
    try:
        found = {table.name for table in database.tables()} - {NAME}
        rows = {name: database.rows(f'SELECT "k", "v" FROM "{name}" ORDER BY "k"') for name in found}
        for name, held in rows.items():
            assert database.rows(f'SELECT count(DISTINCT "row_id") FROM "{name}"') == [(len(held),)]
            assert database.rows(f'SELECT "rows" FROM "{NAME}" WHERE "table_name" = ?', (name,)) == [(len(held),)]
        return rows
    finally:
        database.close()
