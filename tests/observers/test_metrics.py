"""The metrics are the totals of the ledger; what looks at them names no others."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import rowid
from rowid.errors import SourceError
from rowid.events import RunFailed, RunFinished, RunStarted
from rowid.observers.ledger import Ledger
from rowid.observers.metrics import BOUNDS_S, exposition

ROOT = Path(__file__).parent.parent.parent
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "state" / "runs.sqlite3")


def run(ledger, run_id, *, seconds=1.0, rows=0, duplicates=0, nulls=0, error="", receipt=None, at=AT, phases=None):
    ledger(RunStarted(run_id, AT, "secret name.csv", "out.parquet", {"columns": ["salary"]}, "f00d", None))
    if error:
        ledger(RunFailed(run_id, at, error, "row 3", 2, seconds))
    else:
        ledger(RunFinished(run_id, at, rows, rows, duplicates, nulls, "", seconds, phases or {}, receipt=receipt or {}))


def samples(ledger, **more):
    """The value of each sample, by its name and labels as they are written."""
    text = exposition(ledger, **more)[0].decode()
    return {
        sample.name + "".join(f"{{{key}={value}}}" for key, value in sample.labels.items()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_before_the_first_run_everything_is_zero_and_nothing_is_made(ledger, tmp_path):
    found = samples(ledger)
    assert found["rowid_runs_total{status=finished}"] == found["rowid_runs_total{status=failed}"] == 0
    assert found["rowid_rows_total"] == found["rowid_run_duration_seconds_count"] == 0
    assert found[f"rowid_build{{version={rowid.__version__}}}"] == 1
    assert list(tmp_path.iterdir()) == []


def test_runs_are_counted_by_how_they_ended(ledger):
    later = AT + timedelta(hours=1)
    run(ledger, "a", rows=100, duplicates=3, nulls=2)
    run(ledger, "b", rows=50, at=later)
    run(ledger, "c", error="SourceError")
    run(ledger, "d", error="SourceError", at=later)
    run(ledger, "e", error="NullKeyError")
    ledger(RunStarted("f", AT, "x", "y", {}, "", None))
    found = samples(ledger)
    assert (found["rowid_runs_total{status=finished}"], found["rowid_runs_total{status=failed}"]) == (2, 3)
    assert found["rowid_run_errors_total{error=SourceError}"] == 2
    assert found["rowid_run_errors_total{error=NullKeyError}"] == 1
    assert found["rowid_runs_running"] == 1
    assert (found["rowid_rows_total"], found["rowid_duplicate_rows_total"], found["rowid_null_ids_total"]) == (
        150,
        3,
        2,
    )
    ends = {status: found[f"rowid_last_run_timestamp_seconds{{status={status}}}"] for status in ("finished", "failed")}
    assert ends == {"finished": later.timestamp(), "failed": later.timestamp()}


def test_a_run_whose_process_is_gone_has_failed(ledger):
    ledger(RunStarted("a", AT, "x", "y", {}, "", None))
    ledger._write("UPDATE runs SET pid = ?", 2**22 + 1)
    found = samples(ledger)
    assert (found["rowid_runs_running"], found["rowid_runs_total{status=failed}"]) == (0, 1)
    assert found["rowid_run_errors_total{error=ProcessEnded}"] == 1


def test_durations_are_a_histogram_of_finished_runs(ledger):
    for at, seconds in enumerate((0.05, 0.1, 2.0, 1e6)):
        run(ledger, str(at), seconds=seconds)
    run(ledger, "failed", seconds=1.0, error="SourceError")
    found = samples(ledger)
    counts = [found[f"rowid_run_duration_seconds_bucket{{le={bound}}}"] for bound in (*BOUNDS_S, "+Inf")]
    assert counts == [2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4]
    assert (found["rowid_run_duration_seconds_count"], found["rowid_run_duration_seconds_sum"]) == (4, 1_000_002.15)


def test_phases_and_loads_add_up_and_a_dry_run_loads_nothing(ledger):
    receipt = {"rows_in": 9, "inserted": 5, "updated": 4, "unchanged": 0, "rejected": 0, "missing": 7, "removed": 1}
    run(ledger, "a", phases={"hash": 1.5, "read": 1.0}, receipt={**receipt, "verified": True})
    run(ledger, "b", phases={"hash": 0.5}, receipt={**receipt, "verified": True})
    run(ledger, "dry", receipt={**receipt, "verified": None})
    found = samples(ledger)
    assert (found["rowid_phase_seconds_total{phase=hash}"], found["rowid_phase_seconds_total{phase=read}"]) == (2, 1)
    loaded = {name: found[f"rowid_loaded_rows_total{{outcome={name}}}"] for name in ("inserted", "updated", "removed")}
    assert loaded == {"inserted": 10, "updated": 8, "removed": 2}
    assert not [name for name in found if "missing" in name or "rows_in" in name or "verified" in name]


def test_nothing_of_a_table_or_a_value_is_told(ledger):
    run(ledger, "a")
    run(ledger, "b", error="SourceError")
    told = exposition(ledger)[0]
    assert not re.search(rb"secret|salary|out\.parquet|row 3", told)


def test_the_app_tells_of_its_jobs_and_its_process(ledger):
    found = samples(ledger, jobs=lambda: 3)
    assert found["rowid_app_jobs"] == 3
    assert found["process_resident_memory_bytes"] > 1e6


def test_the_format_is_the_one_that_was_asked_for(ledger):
    assert exposition(ledger)[1].startswith("text/plain")
    body, kind = exposition(ledger, "application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_a_ledger_that_cannot_be_read_is_an_error(ledger):
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(b"no database" * 1000)
    with pytest.raises(SourceError, match="cannot be read"):
        exposition(ledger)


@pytest.fixture
def told(ledger):
    """The names of all metrics, as they are asked for."""
    run(ledger, "a", phases={"hash": 1.0}, receipt={"inserted": 1, "verified": True})
    run(ledger, "b", error="SourceError")
    return {name.partition("{")[0] for name in samples(ledger, jobs=lambda: 0) if name.startswith("rowid_")}


def test_the_page_lists_all_metrics_and_no_others(told):
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    listed = {
        name
        for line in page.splitlines()
        if line.startswith("| `rowid_")
        for name in re.findall(r"`(rowid_\w+)`", line)
    }
    plain = {re.sub(r"(_duration_seconds)_(bucket|count|sum)$", r"\1", name) for name in told}
    assert listed == plain


@pytest.mark.parametrize("file", ["prometheus/rules.yml", "grafana/rowid.json"])
def test_alerts_and_dashboard_ask_for_metrics_that_there_are(told, file):
    text = (ROOT / "deploy" / file).read_text(encoding="utf-8")
    asked = set(re.findall(r"\b(rowid_[a-z_]+)\b", text))
    assert len(asked) >= 3
    assert asked <= told


def test_the_dashboard_is_of_panels_that_do_not_overlap():
    board = json.loads((ROOT / "deploy" / "grafana" / "rowid.json").read_text(encoding="utf-8"))
    places = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not mine & places, panel["title"]
        assert place["x"] + place["w"] <= 24
        places |= mine
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
