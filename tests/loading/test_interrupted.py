"""Ctrl-C at any step and a disk that fills up leave the table as it was or as it should be, and nothing beside it."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from rowid import bootstrap
from rowid.errors import Cancelled
from rowid.sinks.recorded import NAME
from tests.bad_inputs import can_mount
from tests.loading.killing import AFTER, BEFORE, CHUNK
from tests.loading.test_killed import expected, looked_at, rows_of

IN_PLACE = "the output was in place already"
LONG = "SELECT count(*) FROM range(3000000) AS a, range(100000) AS b WHERE a.range * b.range % 7 = 3"


class Interrupted:
    """A database of which one call is interrupted before it is made, or when it has closed."""

    def __init__(self, database, at: int, done: list[str]) -> None:
        self._database, self._at, self._done = database, at, done

    def __getattr__(self, name):
        found = getattr(self._database, name)
        if not callable(found):
            return found

        def call(*args):
            self._done.append(name)
            if len(self._done) == self._at:
                if name == "close":
                    found()
                raise KeyboardInterrupt
            return found(*args)

        return call


class Late:
    """A database of which the commit is interrupted when it is done."""

    def __init__(self, database) -> None:
        self._database = database

    def __getattr__(self, name):
        return getattr(self._database, name)

    def commit(self):
        self._database.commit()
        raise KeyboardInterrupt


def test_ctrl_c_at_every_call(place, monkeypatch):
    connect = bootstrap.connect
    for at in count(1):
        table, done = f"t{at}", []
        place.load(BEFORE, table=table)
        with monkeypatch.context() as patch:
            patch.setattr(
                bootstrap, "connect", lambda address, at=at, done=done: Interrupted(connect(address), at, done)
            )
            try:
                place.load(AFTER, "merge", missing="delete", table=table, chunk=CHUNK)
                break
            except (KeyboardInterrupt, Cancelled) as stop:
                committed = "commit" in done[: at - 1]
                told = str(stop) if isinstance(stop, Cancelled) else "nothing was written"
        assert looked_at(place)[table] == (expected("merge") if committed else rows_of(BEFORE)), (at, done)
        left = "it is not known" if done[at - 1] == "commit" else "nothing was written"
        assert (IN_PLACE if committed else left) in told, (at, done)
    assert set(place.tables()) == {NAME, *(f"t{n}" for n in range(1, at + 1))}
    assert at > 15


@pytest.mark.parametrize("write", [None, "merge"])
def test_ctrl_c_when_the_database_has_just_committed(place, monkeypatch, write):
    if write:
        place.load(BEFORE)
    connect = bootstrap.connect
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "connect", lambda address: Late(connect(address)))
        with pytest.raises(Cancelled, match="it is not known whether the table holds the rows") as caught:
            place.load(AFTER, write, missing="delete" if write else "report")
    assert looked_at(place) == {"t": expected("replace")}
    ((run_id,),) = place.rows(f'SELECT "run_id" FROM "{NAME}"')
    assert run_id in caught.value.hint


def test_ctrl_c_ends_a_long_statement(tmp_path):
    script = f"""
import os, signal, threading
from rowid import bootstrap
from rowid.databases import Address
signal.signal(signal.SIGINT, signal.default_int_handler)
database = bootstrap.connect(Address.parse("duckdb:///:memory:"))
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    database.rows({LONG!r})
except KeyboardInterrupt:
    print("interrupted", database.rows("SELECT 1"))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "interrupted [(1,)]\n", done.stderr


def test_a_full_disk(tmp_path):
    """In a file system of 3 MB; where none can be mounted, with files of at most that size."""
    (tmp_path / "small.csv").write_text("k,v\n1,a\n")
    (tmp_path / "big.csv").write_text("k,v\n" + "".join(f"{n},x{n * 7919}\n" for n in range(100_000)))
    (tmp_path / "disk").mkdir()
    mounted = can_mount()
    prepare = "mount -t tmpfs -o size=3m tmpfs disk" if mounted else "ulimit -f 6144"
    rowid = f"{sys.executable} -m rowid run"
    to = "-o 'duckdb:///disk/x.duckdb?table=t' --columns k"
    script = f"""{prepare} && {rowid} small.csv {to} && {rowid} big.csv {to} --write merge; echo "code $?"
    {rowid} 'duckdb:///disk/x.duckdb?table=t' -o - --replace-id --columns k; ls disk"""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ROWID_STATE_DIR": str(tmp_path / "state"),
    }
    command = [*(mounted or []), "sh", "-c", script]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "code 5" in done.stdout, done.stderr
    assert "the disk is full" in done.stderr, done.stderr
    rows = [line for line in done.stdout.splitlines() if "," in line]
    assert [row[:4] for row in rows] == ["k,v,", "1,a,"]
    assert done.stdout.splitlines()[-1].startswith("x.duckdb")
    assert "Traceback" not in done.stderr
