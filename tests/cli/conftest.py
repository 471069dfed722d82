"""The command line, called in this process or as one of its own, in an empty folder with a ledger of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rowid.cli import main

ROOT = Path(__file__).parents[2]
ROWID = [sys.executable, "-m", "rowid"]
PEOPLE = "email,country,born\nada@example.com,GB,1815-12-10\nblaise@example.com,FR,1623-06-19\n"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in, and an environment without anybody's settings."""
    for name in [name for name in os.environ if name.startswith("ROWID_")]:
        monkeypatch.delenv(name)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("ROWID_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ROWID_TUNING", str(tmp_path / "tuning.json"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    return work


@pytest.fixture
def people(folder) -> Path:
    """A small CSV file."""
    path = folder / "people.csv"
    path.write_text(PEOPLE)
    return path


@pytest.fixture
def rowid(capsys) -> Callable[..., Answer]:
    """Calls a command in this process."""

    def call(*args: object) -> Answer:
        code = main([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def process() -> Callable[..., Answer]:
    """Calls a command as a process of its own."""

    def call(*args: object, **options: object) -> Answer:
        done = subprocess.run(
            [*ROWID, *map(str, args)], capture_output=True, text=True, timeout=120, check=False, **options
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def signals() -> Iterator[None]:
    """Started in the background, a test run ignores SIGINT, under nohup SIGHUP; so would the processes it starts."""
    ours = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in ours.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
