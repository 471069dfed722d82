"""The kernel's machine code on disk: loaded without numba, and only if it is whole and one's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rowid import kernel
from rowid.kernel import store

ROOT = Path(__file__).parent.parent.parent
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
