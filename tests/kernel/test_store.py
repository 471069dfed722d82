"""The kernel's machine code on disk: loaded without numba, and only if it is whole and one's own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rowid import kernel
from rowid.kernel import store

ROOT = Path(__file__).parent.parent.parent
OLD = "c" * 16
HASH = """
import sys, pyarrow as pa, rowid
batch = pa.record_batch({"s": ["a", None, "é"], "f": [0.25, 1e300, 0.1 + 0.2]})
print(*rowid.HashingEngine(rowid.Recipe(["s", "f"]), strategy=sys.argv[1]).hash(batch).to_pylist())
print("numba" in sys.modules)
"""


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("ROWID_CACHE", str(tmp_path / "there" / "is" / "none"))
    return tmp_path


def _ids(strategy: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", HASH, strategy], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.split("\n")


def test_a_second_process_hashes_without_numba():
    kernel.load()
    assert _ids("batch") == _ids("simple") == [_ids("simple")[0], "False", ""]


def test_what_is_kept_is_found_again(empty):
    assert store.kept() is None
    assert not kernel.is_kept()
    assert store.keep("name", b"co\0de")
    assert store.kept() == ("name", b"co\0de")
    assert kernel.is_kept()
    assert [path.name for path in store.path().parent.iterdir()] == [store.path().name]


@pytest.fixture
def earlier(empty):
    """Files that were last read and last written so many days ago: of three earlier versions, and another program's."""
    folder = store.path().parent
    folder.mkdir(parents=True)
    for name, days in {"0" * 15 + "a": (91, 89), "0" * 15 + "b": (89, 91), OLD: (91, 91), "6.1": (91, 91)}.items():
        file = folder / f"kernel-{name}.bin"
        file.touch()
        os.utime(file, tuple(time.time() - day * 86_400 for day in days))
    (folder / f"kernel-{'d' * 16}.bin").mkdir()
    return folder


def test_what_nobody_has_used_for_90_days_goes_when_another_is_kept(earlier):
    kept = {path.name for path in earlier.iterdir()} - {f"kernel-{OLD}.bin"}
    os.utime(earlier / f"kernel-{'d' * 16}.bin", (0, 0))  # a folder: it cannot be removed, and stops nobody
    assert store.keep("name", b"code")
    assert {path.name for path in earlier.iterdir()} == kept | {store.path().name}


def test_who_loads_it_puts_it_down_as_used(empty, monkeypatch):
    """The system may not write down when a file was read."""
    store.keep("name", b"code")
    os.utime(store.path(), (0, 0))
    assert store.kept() == ("name", b"code")
    assert time.time() - store.path().stat().st_mtime < 60

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(os, "utime", refused)
    assert store.kept() == ("name", b"code")


def test_a_damaged_file_is_not_loaded(empty):
    store.keep("name", b"code")
    content = store.path().read_bytes()
    for damaged in (content[:-1], content[:40], b"", content[:-1] + b"E", content + b"x"):
        store.path().write_bytes(damaged)
        assert store.kept() is None


def test_a_file_of_somebody_else_is_not_loaded(empty, monkeypatch):
    store.keep("name", b"code")
    if os.geteuid() == 0:
        os.chown(store.path(), 12345, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert store.kept() is None


def test_where_nothing_can_be_written_nothing_is_kept(monkeypatch):
    monkeypatch.setenv("ROWID_CACHE", "/dev/null/no")
    assert not store.keep("name", b"code")
    assert store.kept() is None


def test_another_processor_has_a_file_of_its_own(empty, monkeypatch):
    """Machine code of one processor may not run on another that shares the home directory."""
    here = store.path()
    store._signature.cache_clear()
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert store.path() != here
    store._signature.cache_clear()
