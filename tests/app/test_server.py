"""The server: health without a session, results by their names alone, an orderly end."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import rowid
from rowid.settings import Settings
from rowid.ui import runs
from rowid.ui.draft import Draft
from rowid.ui.workspace import Workspace
from tests.app.conftest import ROOT, Server


def test_health_is_told_without_a_session(server):
    status, body = server.get("/healthz")
    assert status == 200
    assert json.loads(body) == {"status": "ok", "version": rowid.__version__}


@pytest.mark.parametrize(("asked", "answered"), [("/connect", "/"), ("/connect?table=a%2Fb", "/?table=a%2Fb")])
def test_the_first_page_has_its_name_too(server, asked, answered):
    with urllib.request.urlopen(server.url + asked, timeout=10) as response:
        assert response.url == server.url + answered


@pytest.fixture
def finished(server):
    settings = Settings(state_dir=server.state_dir)
    table = Workspace(settings).add("Maße & mehr.csv", [b"id\n1\n"])
    run = runs.start(runs.Plan(table, Draft(("id",)).recipe(["id"]), "CSV"), settings)
    assert runs.job(run).wait(20)
    return run


def test_a_result_is_streamed_by_its_id_and_name(server, finished):
    status, body = server.get(runs.address(finished))
    assert status == 200
    assert body.startswith(b"id,row_id\n1,")


@pytest.mark.parametrize("path", ["run.json", "receipt.json", "..%2F..%2Fruns.sqlite3", "%2Fetc%2Fpasswd", ".", "x"])
def test_nothing_else_is_given_out(server, finished, path):
    status, body = server.get(f"/results/{finished.id}/{path}")
    is_app = status == 200 and b"<title>Streamlit</title>" in body  # any path that is no route is the app's
    assert is_app or status in (400, 403, 404)


def test_an_unknown_run_has_no_result(server):
    assert server.get(f"/results/{'0' * 32}/x.csv")[0] == 404


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_in_order_and_began_with_tidying_up(tmp_path, with_signal):
    old = tmp_path / "state" / "tables" / ("0" * 32)
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    one = Server(tmp_path)
    assert not old.exists()
    code = one.stop(with_signal)
    said = one.log.read_text()
    assert code in (0, -with_signal, 128 + with_signal), said
    assert "Traceback" not in said


def test_the_pages_lie_in_folders_that_streamlit_does_not_serve_past_the_entry_point():
    """A file directly in ``pages`` could be reached without ``streamlit_app.py``, and so without a login."""
    assert list((ROOT / "pages").glob("*.py")) == []
    assert len(list((ROOT / "pages").glob("*/*.py"))) == 5


def test_streamlits_options_hold_from_any_folder(tmp_path):
    script = """
from streamlit import config
from rowid import server
from rowid.settings import Settings
server.app(Settings.load())
print(*(config.get_option(name) for name in (
    "browser.gatherUsageStats", "client.showErrorDetails", "server.headless", "server.fileWatcherType",
    "server.maxUploadSize", "server.enableXsrfProtection", "theme.light.primaryColor")))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ROWID_STATE_DIR": str(tmp_path), "ROWID_MAX_UPLOAD_MB": "77"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "none", "True", "none", "77", "True", "#0B6E8A"]
    assert Path(tmp_path / ".streamlit").exists() is False
