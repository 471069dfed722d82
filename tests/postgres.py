"""A real PostgreSQL for the tests: one server a process, started when a test first asks; a fresh database for a test.

Debian keeps ``initdb`` and ``postgres`` out of PATH, and neither runs as root: root hands them to another user.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

USER = "rowid"
GUARDED, PASSWORD = "guarded", "pass word/@:#é"
"""A role that logs in with a password and may not do anything but connect."""

_ACCESS = f"""\
local all all trust
host all {GUARDED} 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "timezone": "Asia/Kathmandu",  # what a session's zone is must not matter
}


def programs() -> Path:
    """The folder of the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    assert elsewhere, "the tests need PostgreSQL's server: sudo apt-get install postgresql"
    return Path(elsewhere).resolve().parent


class Server:
    """A server on a free port of the loopback, its files in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rowid-pg-"))
        self._user = _unprivileged()
        if self._user:
            shutil.chown(self.folder, self._user)
        self._numbers = count(1)
        self.port = _free_port()
        self._made()
        self.start()
        with psycopg.connect(self.uri("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")

    def uri(self, database: str) -> str:
        """Where a database is."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = [f"--{name.replace('_', '-')}={value}" for name, value in _SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            command = [programs() / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", str(self.port)]
            self._process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, user=self._user, start_new_session=True
            )
        for _ in range(600):
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                psycopg.connect(self.uri("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("PostgreSQL did not start")

    def stop(self) -> None:
        """Stops it at once: open connections are cut."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)

    def close(self) -> None:
        """Stops it and removes its files."""
        if self._process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)

    def create(self) -> str:
        """A new database's name."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.uri("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        """Drops a database, whoever is connected to it."""
        with psycopg.connect(self.uri("postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _made(self) -> None:
        command = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", f"--username={USER}"]
        subprocess.run(
            [programs() / "initdb", "-D", self.folder / "data", *command],
            check=True, capture_output=True, user=self._user, cwd="/",
        )  # fmt: skip
        (self.folder / "data" / "pg_hba.conf").write_text(_ACCESS)


def _unprivileged() -> str | None:
    """The user that root runs the server as; None for whoever is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server of this test process."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def postgres(postgres_server: Server) -> Iterator[str]:
    """A fresh, empty database: its URI without a table, of a user who may do all."""
    name = postgres_server.create()
    yield postgres_server.uri(name)
    postgres_server.drop(name)
