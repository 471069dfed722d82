"""The log tells events as lines of keys and values, and touches nobody else's logging."""

import io
import json
import logging
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from rowid.events import BatchHashed, RunFailed, RunFinished, RunStarted
from rowid.observers.log import Log

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVENTS = [
    RunStarted("one", AT, "people.csv", "people.parquet", {"columns": ["a"]}, "f00d", None),
    BatchHashed("one", AT, 10, 10, 100, 0.5),
    RunFinished("one", AT, 100, 98, 2, 0, "beef", 1.5, {"hash": 1.0}),
    RunFailed("one", AT, "DataError", "refused", 2, 0.1),
]


def told(log_format, level):
    stream = io.StringIO()
    log = Log(log_format, level, stream)
    for event in EVENTS:
        log(event)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["RunStarted", "BatchHashed", "RunFinished", "RunFailed"]),
        ("info", ["RunStarted", "RunFinished", "RunFailed"]),
        ("warning", ["RunFailed"]),
        ("error", ["RunFailed"]),
    ],
)
def test_the_level_decides_which_events_are_told(level, events):
    assert [json.loads(line)["event"] for line in told("json", level)] == events


def test_a_json_line_holds_all_that_the_event_holds():
    assert json.loads(told("json", "debug")[1]) == {
        "event": "BatchHashed",
        "level": "debug",
        "at": "2026-03-01T12:00:00+00:00",
        "run_id": "one",
        "rows": 10,
        "rows_done": 10,
        "rows_total": 100,
        "elapsed_s": 0.5,
    }


def test_a_console_line_is_plain_text_where_no_terminal_is():
    line = told("console", "info")[-1]
    assert "RunFailed" in line
    assert "error=DataError" in line
    assert "\x1b" not in line


def test_the_log_leaves_the_host_programs_logging_alone():
    before = (logging.getLogger().handlers[:], logging.getLogger("rowid").handlers[:], logging.getLogger("rowid").level)
    told("json", "debug")
    assert before == (
        logging.getLogger().handlers,
        logging.getLogger("rowid").handlers,
        logging.getLogger("rowid").level,
    )
    script = "import structlog, rowid.observers.log; assert not structlog.is_configured()"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
