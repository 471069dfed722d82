"""What a process of its own does with its streams, its terminal and the signals it gets."""

import fcntl
import json
import os
import platform
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rowid import __version__ as version
from rowid.cli.signals import SignalReceived, signals_raise
from tests.cli.conftest import ROWID


def test_rows_on_standard_output_are_alone_there(process, people):
    answer = process("run", people, "-o", "-", "--columns", "email", "--form", "int64", "-v")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "email,country,born,row_id"
    assert len(lines) == 3
    assert "RunFinished" in answer.err


def test_with_rows_on_standard_output_json_goes_to_standard_error(process, people):
    answer = process("run", people, "-o", "-", "--json")
    assert answer.out.startswith("email,country,born,row_id\n")
    assert json.loads(answer.err)["rows_out"] == 2
    answer = process("run", people, "--json", "-vo-", "--form", "nonsense")
    assert answer.out == ""
    assert json.loads(answer.err)["error"]["exit_code"] == 2


def test_standard_input_is_read(process, people):
    answer = process("run", "-", "-o", "-", "--columns", "email", input=people.read_text())
    assert answer.out == process("run", people, "-o", "-", "--columns", "email").out
    assert answer.code == 0


def test_nothing_is_drawn_where_no_terminal_is(process, people):
    answer = process("run", people, "-o", "out.csv", "--columns", "email")
    assert "\x1b" not in answer.err
    assert [line.split()[0] for line in answer.err.splitlines()] == [
        "written",
        "IDs",
        "duplicates",
        "nulls",
        "recipe",
        "fingerprint",
    ]


def test_on_a_terminal_there_is_a_progress_bar_and_with_json_there_is_none(people):
    for option, drawn in (["--force"], True), (["--json"], False):
        ours, theirs = pty.openpty()
        command = [*ROWID, "run", str(people), "-o", f"{drawn}.csv", *option]
        done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"})
        os.close(theirs)
        shown = _read_all(ours)
        os.close(ours)
        done.communicate(timeout=60)
        assert done.returncode == 0
        assert ("rows" in shown and "\x1b" in shown) == drawn


def test_a_reader_that_goes_away_is_no_traceback(folder):
    (folder / "in.csv").write_text("n\n" + "7\n" * 100_000)
    with subprocess.Popen(
        [*ROWID, "run", "in.csv", "-o", "-", "--columns", "n"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as one:
        assert one.stdout.readline() == "n,row_id\n"
        one.stdout.close()
        assert one.stderr.read() == ""
        assert one.wait(60) == 141


@pytest.mark.parametrize(
    "args",
    [["run", "people.csv", "-o", "-"], ["run", "people.csv", "-o", "x.csv", "--json"], ["profile", "people.csv"]],
)
def test_standard_output_that_cannot_be_written_is_exit_code_4(people, args):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*ROWID, *args], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


STOPS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "hung up")]


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize(("number", "code", "word"), STOPS)
def test_a_signal_in_the_middle_of_a_run_leaves_no_file_and_says_so(folder, monkeypatch, number, code, word):
    (folder / "in.csv").write_text("n\n" + "7\n" * 8_000_000)
    (folder / "out").mkdir()
    monkeypatch.setenv("ROWID_LOG_LEVEL", "debug")
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)  # a log that nobody reads holds the run up long before its end
    command = [*ROWID, "run", "in.csv", "-o", "out/out.csv", "--columns", "n"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=write) as run:
        os.close(write)
        with os.fdopen(read, "rb", buffering=0) as log:
            assert any(b"BatchHashed" in line for line in iter(log.readline, b""))
            assert [path.suffix for path in (folder / "out").iterdir()] == [".part"]
            run.send_signal(number)
            rest = log.read().decode()
        assert run.stdout.read() == b""
        assert run.wait(60) == code
    assert rest.splitlines()[-1] == f"error: {word}; nothing was written"
    assert "Traceback" not in rest
    assert list((folder / "out").iterdir()) == []
    listed = subprocess.run([*ROWID, "runs", "--json"], capture_output=True, text=True, timeout=60, check=True)
    assert [(one["status"], one["error"]) for one in json.loads(listed.stdout)["runs"]] == [("failed", "Cancelled")]


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize(("number", "code"), [(number, code) for number, code, _ in STOPS])
def test_a_signal_when_rows_are_out_on_standard_output_says_how_many(folder, number, code):
    (folder / "in.csv").write_text("n\n" + "7\n" * 1_000_000)
    command = [*ROWID, "run", "in.csv", "-o", "-", "--columns", "n"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert [run.stdout.readline()[:2] for _ in range(2)] == [b"n,", b"7,"]  # a pipe that is full holds the run up
        run.send_signal(number)
        rows = 1 + run.stdout.read().count(b"\n")
        told = run.stderr.read().decode()
        assert run.wait(60) == code
    assert 0 < rows < 1_000_000
    assert told == f"error: standard output: interrupted; the output is incomplete (rows: {rows:,} or more).\n"
    listed = subprocess.run([*ROWID, "runs", "--json"], capture_output=True, text=True, timeout=60, check=True)
    assert f"(rows: {rows:,} or more)" in json.loads(listed.stdout)["runs"][0]["message"]


@pytest.mark.usefixtures("signals")
def test_a_signal_while_standard_input_is_still_coming_leaves_no_file(folder, monkeypatch):
    (folder / "spool").mkdir()
    monkeypatch.setenv("TMPDIR", str(folder / "spool"))
    with subprocess.Popen(
        [*ROWID, "run", "-", "-o", "out.csv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        run.stdin.write(b"n\n" + b"7\n" * 1_000_000)  # far more than a pipe holds: once it is written, most was read
        run.stdin.flush()
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 130
        assert run.stderr.read() == b"error: interrupted; nothing was written\n"
        assert run.stdout.read() == b""
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("signals")
def test_a_signal_that_comes_just_before_a_call_that_blocks_is_sent_again_until_it_is_heard():
    """The bytes of a signal that no handler has seen yet are put where the kernel would put them."""
    read, write = os.pipe()
    try:
        with pytest.raises(SignalReceived), signals_raise():  # noqa: PT012
            waking = signal.set_wakeup_fd(-1)
            signal.set_wakeup_fd(waking)
            os.write(waking, bytes([signal.SIGINT]))
            os.read(read, 1)  # nothing will ever come
    finally:
        os.close(read)
        os.close(write)


def test_an_interruption_after_the_output_is_in_place_does_not_deny_it(rowid, people, monkeypatch):
    from rowid.cli import run

    def interrupted(*_args, **_options):
        raise SignalReceived(signal.SIGINT)

    monkeypatch.setattr(run, "_answer", interrupted)
    answer = rowid("run", people, "-o", "out.csv")
    assert answer.code == 130
    assert answer.err.splitlines()[-1] == "error: interrupted; the output was in place already"
    assert Path("out.csv").exists()


def test_an_error_that_nobody_foresaw_has_an_id_and_its_details_in_a_file(rowid, people, tmp_path, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("the value hush-hush")

    monkeypatch.setattr("rowid.pipeline.run", broken)
    answer = rowid("run", people, "-o", "out.csv", "--columns", "email")
    assert answer.code == 70
    assert len(answer.err.splitlines()) == 1
    assert "hush-hush" not in answer.err
    (details,) = (tmp_path / "state" / "errors").iterdir()
    assert details.stem in answer.err
    assert "ZeroDivisionError: the value hush-hush" in details.read_text()
    assert "Traceback" in rowid("run", people, "-o", "out.csv", "--columns", "email", "-v").err
    error = json.loads(rowid("run", people, "-o", "out.csv", "--json").out)["error"]
    assert (error["type"], error["exit_code"]) == ("ZeroDivisionError", 70)


def test_the_details_of_an_unforeseen_error_that_cannot_be_kept_are_asked_for(rowid, people, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("rowid.pipeline.run", broken)
    monkeypatch.setenv("ROWID_STATE_DIR", str(people))  # a file, where a folder should be
    answer = rowid("run", people, "-o", "out.csv", "--columns", "email")
    assert answer.code == 70
    assert "Set ROWID_STATE_DIR" in answer.err


def test_version_says_what_runs_and_loads_next_to_nothing(process):
    answer = process("--version")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"rowid {version} (specification rowid v1, Python {platform.python_version()})\n"
    heavy = "{'pyarrow', 'numpy', 'typer', 'rich', 'yaml', 'structlog', 'psutil'}"
    script = f"import sys; from rowid.cli import main; main(['--version']); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, stdout=subprocess.DEVNULL)


def test_help_does_not_load_the_engine():
    script = (
        "import sys; from rowid.cli import main; main(['run', '--help']);"
        "assert not {'pyarrow', 'numpy', 'yaml', 'structlog', 'psutil'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, stdout=subprocess.DEVNULL)


def _read_all(descriptor):
    """What a terminal was sent until its other end closed."""
    found = b""
    while select.select([descriptor], [], [], 60)[0]:
        try:
            more = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other end of a terminal is closed
            break
        if not more:
            break
        found += more
    return found.decode()
