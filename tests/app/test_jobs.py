"""Jobs: done once, watched and stopped by whoever knows the key, and forgotten in the end."""

import threading

import pyarrow as pa
import pytest

from rowid.errors import Cancelled
from rowid.ui.jobs import KEPT, Job, Jobs, Watched
from tests.doubles import Table


def test_work_that_is_asked_for_twice_is_done_once():
    jobs, calls = Jobs(), []

    def work(job):
        calls.append(1)
        return len(calls)

    first = jobs.ask("key", work)
    assert first.wait(5)
    assert jobs.ask("key", work) is first
    assert first.result == 1


def test_an_error_is_kept_for_whoever_asks_for_the_result():
    job = Jobs().ask("key", lambda job: 1 // 0)
    assert job.wait(5)
    assert isinstance(job.error, ZeroDivisionError)
    assert job.result is None


def test_a_job_that_is_forgotten_is_stopped_and_can_be_asked_for_again():
    jobs, begun = Jobs(), threading.Event()

    def work(job):
        begun.set()
        assert job.stop_asked.wait(5)
        raise Cancelled("stopped")

    first = jobs.ask("key", work)
    assert begun.wait(5)
    jobs.forget(first)
    assert first.wait(5)
    assert isinstance(first.error, Cancelled)
    assert jobs.ask("key", lambda job: "again") is not first


def test_jobs_that_ended_are_remembered_up_to_a_number():
    jobs = Jobs()
    for at in range(KEPT + 10):
        assert jobs.ask(at, lambda job: None).wait(5)
    jobs.ask("last", lambda job: None)
    assert jobs.get(0) is None
    assert jobs.get(KEPT + 9) is not None


def test_closing_stops_what_runs():
    jobs = Jobs()
    job = jobs.ask(("run", "x"), lambda job: job.stop_asked.wait(5))
    assert [key for key, _ in jobs.running("run")] == [("run", "x")]
    jobs.close()
    assert job.ended
    assert jobs.running("run") == []


def test_a_watched_source_reports_its_rows_and_can_be_stopped():
    job = Job(lambda job: None)
    rows = Watched(Table(pa.table({"a": [1, 2, 3, 4, 5, 6]}), says=6, chunk=2), job, "profile").open()
    rows.read_next_batch()
    rows.read_next_batch()
    assert (job.progress.rows_done, job.progress.rows_total, job.progress.phase) == (2, 6, "profile")
    job.cancel()
    with pytest.raises(Cancelled):
        rows.read_next_batch()
