"""A real Prometheus scrapes the app with the configuration, the rules and the dashboard that are shipped."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest
import yaml

from tests.app.conftest import ROOT, Server

SHIPPED = ROOT / "deploy" / "prometheus"


def promtool(*arguments):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def test_the_rules_do_what_their_tests_say():
    for done in (
        promtool("check", "config", SHIPPED / "prometheus.yml"),
        promtool("test", "rules", SHIPPED / "rules_test.yml"),
    ):
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_told_passes_promtools_own_check(server):
    status, body = server.get("/metrics")
    done = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, timeout=60, check=False)
    assert (status, done.returncode, done.stdout + done.stderr) == (200, 0, b"")


def test_a_ledger_that_cannot_be_read_is_503_and_the_log_says_why(tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "runs.sqlite3").write_bytes(b"no database" * 1000)
    one = Server(tmp_path)
    status, body = one.get("/metrics")
    one.stop()
    assert status == 503
    assert str(tmp_path).encode() not in body
    assert "runs.sqlite3" in one.log.read_text()


class Prometheus:
    """A Prometheus of our own; it scrapes a server each second."""

    def __init__(self, folder, target):
        shipped = yaml.safe_load((SHIPPED / "prometheus.yml").read_text())
        shipped["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        shipped["rule_files"] = [str(SHIPPED / "rules.yml")]
        shipped["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump(shipped))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        options = [
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={self.address}",
        ]
        with (folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [shutil.which("prometheus"), *options], stdout=log, stderr=subprocess.STDOUT
            )

    def ask(self, path, **query):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]

    def until(self, what, is_right, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                found = what()
            except OSError:
                found = None  # it does not listen yet
            if found is not None and is_right(found):
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds} s: {found}")

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)


@pytest.fixture
def prometheus(tmp_path, server):
    one = Prometheus(tmp_path, server.url.removeprefix("http://"))
    yield one
    one.stop()


def test_a_run_of_the_command_line_that_fails_fires_the_alert(prometheus, server, tmp_path):
    def value(expression):
        found = prometheus.ask("query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    def firing():
        return {
            alert["labels"]["alertname"] for alert in prometheus.ask("alerts")["alerts"] if alert["state"] == "firing"
        }

    failed = 'rowid_runs_total{job="rowid", status="failed"}'
    before = prometheus.until(lambda: value(failed), lambda found: found is not None)
    assert "RowidRunFailed" not in firing()
    (tmp_path / "people.csv").write_text("name\nAda\nAda\n")
    environment = {**os.environ, "ROWID_STATE_DIR": str(server.state_dir), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "rowid", "run", "people.csv", "--duplicates", "reject", "-o", "out.csv"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    prometheus.until(lambda: value(failed), lambda found: found == before + 1)
    prometheus.until(firing, lambda found: "RowidRunFailed" in found)

    board = json.loads((ROOT / "deploy" / "grafana" / "rowid.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    answers = {}
    for expression in expressions:
        asked = re.sub(r"\$__(rate_interval|range)", "1m", expression).replace("$instance", ".*")
        answers[expression] = prometheus.ask("query", query=asked)["result"]
    assert len(answers) >= 10
    assert all(answers[expression] for expression in expressions if "running" in expression or "disk" in expression)
