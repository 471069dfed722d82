"""Ctrl-C ends a statement of PostgreSQL that waits for a lock, on the server too."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest

_PROGRAM = """
import signal, sys
from rowid import bootstrap
from rowid.databases import Address, TableName
signal.signal(signal.SIGINT, signal.default_int_handler)
database = bootstrap.connect(Address.parse(sys.argv[1]))
ask = {
    "rows": lambda: database.rows("SELECT * FROM t"),
    "execute": lambda: database.execute("DELETE FROM t"),
    "columns": lambda: database.columns(TableName("t")),
    "stream": lambda: database.stream("SELECT * FROM t").read_all(),
    "begun": lambda: (database.begin(), database.execute("DELETE FROM t")),
}[sys.argv[2]]
print("asking", flush=True)
try:
    ask()
except KeyboardInterrupt:
    database.rollback()
    print("interrupted", database.rows("SELECT 1"), flush=True)
"""
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.mark.parametrize("how", ["rows", "execute", "columns", "stream", "begun"])
def test_ctrl_c_ends_a_statement_that_waits_for_a_lock(postgres, how):
    with psycopg.connect(postgres) as other, psycopg.connect(postgres, autocommit=True) as watching:
        other.execute("CREATE TABLE t (a int)")
        other.commit()
        other.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, postgres, how], stdout=subprocess.PIPE, text=True
        ) as one:
            try:
                while watching.execute(_WAITING).fetchone() == (0,):
                    assert one.poll() is None
                os.kill(one.pid, signal.SIGINT)
                assert one.communicate(timeout=5)[0] == "asking\ninterrupted [(1,)]\n"
            finally:
                one.kill()
        assert watching.execute(_WAITING).fetchone() == (0,)
