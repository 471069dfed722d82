"""``rowid app`` starts the web app where it is installed, and says what to do where it is not."""

import sys
from types import ModuleType

import pytest

from rowid.settings import Settings


@pytest.fixture
def served(monkeypatch):
    """A web server that only remembers what it was asked to serve."""
    calls = []
    server = ModuleType("rowid.server")
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
    monkeypatch.setenv("ROWID_PORT", "9000")
    answer = rowid("app")
    assert (answer.code, answer.out) == (0, "")
    assert "http://127.0.0.1:9000 " in answer.err
    assert "http://127.0.0.1:9001 " in rowid("app", "--port", "9001").err
    assert "http://[::1]:9000 " in rowid("app", "--host", "::1").err
    assert [call[1:] for call in served] == [("127.0.0.1", 9000), ("127.0.0.1", 9001), ("::1", 9000)]
    assert served[0][0] == Settings.load()


def test_ctrl_c_is_how_it_ends(rowid, served, monkeypatch):
    def stopped(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["rowid.server"], "serve", stopped)
    answer = rowid("app")
    assert answer.code == 0
    assert answer.err.splitlines()[-1] == "stopped"


def test_a_port_that_does_not_exist_is_refused(rowid, served):
    assert rowid("app", "--port", "65536").code == 2
    assert served == []
