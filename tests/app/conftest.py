"""A real server and a real browser for the tests that need them, and the app in-process for the others."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest

from rowid.settings import Settings
from rowid.ui.jobs import process
from rowid.ui.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)  # a busy machine is no failure

# Streamlit looks for its server under the page's own path first, and then at the root.
EXPECTED = re.compile(r"/(connect|columns|run|report|monitoring)/_stcore/(health|host-config)$")


class Server:
    """The app as a process of its own, with a state folder of its own."""

    def __init__(self, folder: Path, **variables: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.state_dir, self.url = folder / "state", f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"
        environment = {**os.environ, "ROWID_STATE_DIR": str(self.state_dir), **variables}
        environment["PYTHONPATH"] = str(ROOT)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rowid", "app", "--port", str(port)],
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a path."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Asks the process to end, and returns its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(with_signal)
        return self._process.wait(20)

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log.read_text()
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)  # it does not listen yet, and nothing tells when it does
        self.stop()
        raise AssertionError(self.log.read_text())


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("app"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need Debian's chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A tab of a fresh visitor."""
    yield from visit(browser, server)


def visit(browser: Browser, server: Server) -> Iterator[Page]:
    """A tab of a fresh visitor; errors in its console, and in that of every tab opened beside it, fail the test."""
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.location["url"]):
            errors.append(f"{message.text} ({message.location['url']})")

    context = browser.new_context(viewport={"width": 1280, "height": 1000}, base_url=server.url)
    context.set_default_timeout(20_000)
    context.on("console", heard)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert not errors


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    """Settings whose state folder is fresh, in the environment as the pages will read it."""
    monkeypatch.setenv("ROWID_STATE_DIR", str(tmp_path / "state"))
    return Settings.load()


@pytest.fixture
def workspace(settings: Settings) -> Workspace:
    return Workspace(settings)


@pytest.fixture
def app(settings: Settings) -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=20)


class Crm:
    """A DuckDB database that has the name ``crm`` in the file of connections; ``gone`` names one that is not there."""

    def __init__(self, folder: Path) -> None:
        self.path, self.file = folder / "crm.duckdb", folder / "connections.toml"
        self.do("CREATE TABLE people AS SELECT range AS id, 'Zoë ' || range AS name FROM range(300)")
        paths = {"crm": self.path, "gone": folder / "s3cret" / "gone.duckdb"}
        text = "".join(f'[{name}]\nurl = "duckdb:///{path}"\nwrite = true\n' for name, path in paths.items())
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(0o600)
        self.variables = {"ROWID_CONNECTIONS": str(self.file), "SNOWFLAKE_HOME": str(folder / "none")}

    def do(self, *statements: str) -> list[tuple[Any, ...]]:
        """What the last of some statements gives."""
        with duckdb.connect(str(self.path)) as con:
            for sql in statements:
                found = con.execute(sql).fetchall()
        return found


@pytest.fixture
def crm(tmp_path, monkeypatch, settings) -> Iterator[Crm]:
    made = Crm(tmp_path)
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    yield made
    # the jobs of this process outlive a test, and another one's database has the same name
    process().jobs.forget_keys(*((kind, name) for kind in ("health", "tables", "first") for name in ("crm", "gone")))
