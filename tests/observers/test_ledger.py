"""The ledger remembers every run, whoever writes at the same time and however a run ends."""

import logging
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from rowid import pipeline
from rowid.errors import RowIdError, SinkError, SourceError
from rowid.events import BatchHashed, RunFailed, RunFinished, RunStarted
from rowid.observers import ledger as module
from rowid.observers.ledger import Ledger
from rowid.recipe import Recipe

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def started(run_id="one", at=AT):
    return RunStarted(run_id, at, "people.csv", "people.parquet", {"columns": ["a"]}, "f00d", None)


def batch(run_id="one", rows_done=10, at=AT):
    return BatchHashed(run_id, at, 10, rows_done, 100, 0.5)


def finished(run_id="one"):
    return RunFinished(run_id, AT, 100, 98, 2, 0, "beef", 1.5, {"hash": 1.0})


def test_a_ledger_without_runs_is_empty_and_makes_no_file(tmp_path):
    ledger = Ledger(tmp_path / "state" / "runs.sqlite3")
    assert ledger.runs() == []
    assert ledger.run("one") is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_running_then_finished_with_its_counts(tmp_path):
    ledger = Ledger(tmp_path / "state" / "runs.sqlite3")
    ledger(started())
    assert ledger.run("one").status == "running"
    ledger(finished())
    run = ledger.run("one")
    assert (run.status, run.source, run.sink) == ("finished", "people.csv", "people.parquet")
    assert (run.rows, run.rows_total, run.distinct_ids, run.duplicate_rows, run.null_ids) == (100, 100, 98, 2, 0)
    assert (run.recipe, run.recipe_fingerprint, run.phases) == ({"columns": ["a"]}, "f00d", {"hash": 1.0})
    assert (run.started_at, run.elapsed_s) == ("2026-03-01T12:00:00.000000+00:00", 1.5)


def test_a_failed_run_says_why_and_how_far_it_came(tmp_path):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(started())
    ledger(RunFailed("one", AT, "NullKeyError", "null in row 3", 2, 0.1))
    run = ledger.run("one")
    assert (run.status, run.error, run.message, run.rows) == ("failed", "NullKeyError", "null in row 3", 2)


def test_a_ledger_of_an_earlier_version_opens_and_goes_on(tmp_path):
    path = tmp_path / "runs.sqlite3"
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute(module._MIGRATIONS[0])
        earlier.execute("PRAGMA user_version = 1")
        earlier.execute(
            "INSERT INTO runs (run_id, started_at, heard_at, status, host, pid, pid_started, source, sink, recipe,"
            " recipe_fingerprint) VALUES ('old', '2025-01-01T00:00:00+00:00', '2025-01-01T00:00:00+00:00', 'finished',"
            " 'h', 1, 0, 'a', 'b', '{}', 'f')"
        )
        earlier.commit()
    ledger = Ledger(path)
    ledger(started())
    ledger(RunFinished("one", AT, 1, 1, 0, 0, "beef", 1.5, receipt={"rows_in": 1, "updated": 1}))
    assert [(run.run_id, run.receipt) for run in ledger.runs()] == [("one", {"rows_in": 1, "updated": 1}), ("old", {})]


def test_runs_come_newest_first_and_no_more_than_asked_for(tmp_path):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    for minute, name in enumerate("abc"):
        ledger(started(name, AT + timedelta(minutes=minute)))
    assert [run.run_id for run in ledger.runs()] == ["c", "b", "a"]
    assert [run.run_id for run in ledger.runs(limit=2)] == ["c", "b"]


def test_batches_are_recorded_at_most_twice_a_second(tmp_path, monkeypatch):
    clock = iter([0.0, 0.1, 0.4, 0.6, 0.6, 0.7])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(started())  # at 0.0
    seen = []
    for rows in (10, 20, 30, 40):  # at 0.1, 0.4, 0.6 (asked twice: it is recorded), 0.7
        ledger(batch(rows_done=rows))
        seen.append(ledger.run("one").rows)
    assert seen == [0, 0, 30, 30]


def test_threads_and_processes_share_one_ledger(tmp_path):
    path = tmp_path / "runs.sqlite3"
    script = (
        "import sys\n"
        "from tests.observers.test_ledger import Ledger, finished, started\n"
        "ledger = Ledger(sys.argv[1])\n"
        "for n in range(20):\n"
        "    ledger(started(f'{sys.argv[2]}-{n}')); ledger(finished(f'{sys.argv[2]}-{n}'))\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", script, str(path), name]) for name in "ab"]
    ledger = Ledger(path)

    def record(n):
        ledger(started(f"thread-{n}"))
        ledger(finished(f"thread-{n}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(20)))
    assert [other.wait(60) for other in others] == [0, 0]
    runs = ledger.runs(limit=1000)
    assert len(runs) == 60
    assert {run.status for run in runs} == {"finished"}


def test_a_run_whose_process_is_gone_reads_as_failed(tmp_path):
    script = (
        "import os, sys\n"
        "from tests.observers.test_ledger import Ledger, started\n"
        "Ledger(sys.argv[1])(started())\n"
        "os._exit(0)\n"
    )
    path = tmp_path / "runs.sqlite3"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, timeout=60)
    run = Ledger(path).run("one")
    assert (run.status, run.error) == ("failed", "ProcessEnded")


def test_a_process_number_that_was_given_again_is_not_taken_for_the_old_process(tmp_path):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(started())
    earlier = psutil.Process(os.getpid()).create_time() - 3600
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("UPDATE runs SET pid_started = ?", [earlier])
    connection.close()
    assert ledger.run("one").status == "failed"


@pytest.mark.parametrize(("hours", "status"), [(23, "running"), (25, "failed")])
def test_a_run_of_another_host_is_believed_for_a_day_after_its_last_word(tmp_path, hours, status):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(started(at=datetime.now(UTC) - timedelta(hours=hours)))
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("UPDATE runs SET host = 'elsewhere', pid = 1")
    connection.close()
    assert ledger.run("one").status == status


def test_a_name_that_is_no_text_is_recorded_all_the_same(tmp_path):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(RunStarted("one", AT, os.fsdecode(b"\xff.csv"), "out", {"columns": ["a"]}, "f00d", None))
    assert ledger.run("one").source == "\\udcff.csv"


def test_the_file_knows_the_version_of_its_schema_and_a_newer_one_is_left_alone(tmp_path):
    ledger = Ledger(tmp_path / "runs.sqlite3")
    ledger(started())
    with sqlite3.connect(ledger.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(module._MIGRATIONS),)
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SourceError, match="newer version"):
        ledger.runs()
    with pytest.raises(SinkError, match="newer version"):
        ledger(started("two"))


@pytest.fixture
def blocked(tmp_path):
    """A state directory that cannot be: a file stands where it should."""
    (tmp_path / "state").write_text("in the way")
    return Ledger(tmp_path / "state" / "runs.sqlite3")


def test_a_ledger_that_cannot_be_written_says_so_once_per_run(blocked):
    with pytest.raises(SinkError, match="ROWID_STATE_DIR"):
        blocked(started())
    blocked(batch())
    blocked(finished())


def test_a_ledger_that_cannot_be_read_says_so(blocked, tmp_path):
    with pytest.raises(SourceError):
        blocked.runs()
    (tmp_path / "junk").write_bytes(b"not SQLite" * 1000)
    with pytest.raises(SourceError, match="not a database"):
        Ledger(tmp_path / "junk").runs()


def test_a_ledger_that_cannot_be_written_does_not_stop_a_run(blocked, tmp_path, caplog):
    from rowid.bootstrap import open_sink, open_source

    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    source, sink = open_source(str(tmp_path / "in.csv")), open_sink(str(tmp_path / "out.csv"))
    with caplog.at_level(logging.WARNING, "rowid"):
        trail = pipeline.run(source, Recipe(["a"]), sink, observers=[blocked])
    assert trail.rows_out == 1
    assert (tmp_path / "out.csv").exists()
    assert [record.getMessage() for record in caplog.records] == [
        f"an observer failed at RunStarted of run {trail.run_id}"
    ]


def test_no_value_of_a_row_enters_the_ledger(tmp_path):
    from rowid.bootstrap import open_sink, open_source

    (tmp_path / "in.csv").write_text("a,b\nhush-hush,2\nhush-hush,\n")
    ledger = Ledger(tmp_path / "runs.sqlite3")
    for recipe in (Recipe(["a"]), Recipe(["a"], types={"a": "number"}), Recipe(["b"], nulls="reject")):
        source = open_source(str(tmp_path / "in.csv"))
        with suppress(RowIdError):
            pipeline.run(source, recipe, open_sink(str(tmp_path / "out.csv"), force=True), observers=[ledger])
    assert [run.status for run in ledger.runs()] == ["failed", "failed", "finished"]
    assert b"hush-hush" not in ledger.path.read_bytes()


def test_the_ledger_listens_to_a_run_of_the_pipeline(tmp_path):
    from rowid.bootstrap import open_sink
    from rowid.bootstrap import open_source as open_

    (tmp_path / "in.csv").write_text("a\n1\n1\n2\n")
    ledger = Ledger(tmp_path / "runs.sqlite3")
    trail = pipeline.run(
        open_(str(tmp_path / "in.csv")), Recipe(["a"]), open_sink(str(tmp_path / "out.csv")), observers=[ledger]
    )
    run = ledger.run(trail.run_id)
    assert (run.status, run.rows, run.distinct_ids, run.duplicate_rows) == ("finished", 3, 2, 1)
    assert run.phases == trail.phases
