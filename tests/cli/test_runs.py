"""``rowid runs``: what ran here."""

import json
import sys


def test_no_runs_yet(rowid):
    answer = rowid("runs")
    assert (answer.code, answer.out) == (0, "no runs yet\n")
    assert json.loads(rowid("runs", "--json").out) == {"runs": []}


def test_runs_are_listed_newest_first(rowid, people):
    rowid("run", people, "-o", "out.csv")
    rowid("run", people, "-o", "out.parquet", "--columns", "nmae")
    lines = rowid("runs").out.splitlines()
    assert [line.split()[3] for line in lines[1:]] == ["failed", "finished"]
    assert "no such column" in lines[1]
    runs = json.loads(rowid("runs", "--json", "--limit", "1").out)["runs"]
    assert [(run["status"], run["error"], run["source"]) for run in runs] == [("failed", "ColumnError", "people.csv")]


def test_metrics_are_told_in_the_text_format(rowid, people):
    rowid("run", people, "-o", "out.csv")
    answer = rowid("runs", "--metrics")
    assert answer.code == 0
    assert 'rowid_runs_total{status="finished"} 1.0\n' in answer.out
    assert answer.out.endswith("\n")
    assert "process_" not in answer.out


def test_metrics_are_not_json(rowid):
    assert rowid("runs", "--metrics", "--json").code == 2


def test_metrics_without_their_package_say_what_to_install(rowid, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "rowid.observers.metrics", raising=False)
    answer = rowid("runs", "--metrics")
    assert answer.code == 2
    assert "pip install 'rowid[metrics]'" in answer.err


def test_a_ledger_that_cannot_be_read_is_exit_code_3(rowid, folder, monkeypatch):
    (folder / "state").write_text("in the way")
    monkeypatch.setenv("ROWID_STATE_DIR", str(folder / "state"))
    assert rowid("runs").code == 3
