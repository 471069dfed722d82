"""``rowid app`` starts the web app where it is installed, and says what to do where it is not."""

import socket
import sys
from types import ModuleType

import pytest

from rowid.settings import Settings


@pytest.fixture
def served(monkeypatch):
    """A web server that only remembers what it was asked to serve."""
    calls = []
    server = ModuleType("rowid.server")
    server.app = lambda settings: settings
    server.serve = lambda *args: calls.append(args)
    monkeypatch.setitem(sys.modules, "rowid.server", server)
    monkeypatch.setattr("rowid.server", server, raising=False)
    return calls


def test_where_it_is_not_installed_the_extra_is_named(rowid, monkeypatch):
    monkeypatch.setitem(sys.modules, "streamlit", None)
    answer = rowid("app")
    assert answer.code == 2
    assert "streamlit is missing" in answer.err
    assert "pip install 'rowid[app]'" in answer.err


def test_it_listens_where_settings_say_and_options_say_it_louder(rowid, served, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        here, there = one.getsockname()[1], other.getsockname()[1]  # free in a moment
    monkeypatch.setenv("ROWID_PORT", str(here))
    answer = rowid("app")
    assert (answer.code, answer.out) == (0, "")
    assert f"http://127.0.0.1:{here} " in answer.err
    assert f"http://127.0.0.1:{there} " in rowid("app", "--port", there).err
    assert f"http://localhost:{here} " in rowid("app", "--host", "localhost").err
    assert [call[1:] for call in served] == [("127.0.0.1", here), ("127.0.0.1", there), ("localhost", here)]
    assert served[0][0] == Settings.load()


def test_ctrl_c_is_how_it_ends(rowid, served, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("ROWID_PORT", str(free.getsockname()[1]))

    def stopped(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["rowid.server"], "serve", stopped)
    answer = rowid("app")
    assert answer.code == 0
    assert answer.err.splitlines()[-1] == "stopped"


def test_a_port_that_somebody_listens_on_and_a_host_that_does_not_exist_are_told_before_it_starts(rowid, served):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = rowid("app", "--port", taken.getsockname()[1])
    assert answer.code == 2
    assert "address already in use" in answer.err
    assert rowid("app", "--host", "300.1.1.1").code == 2
    assert served == []


def test_a_port_that_does_not_exist_is_refused(rowid, served):
    assert rowid("app", "--port", "65536").code == 2
    assert served == []
