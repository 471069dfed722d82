"""An output file appears whole or not at all, and every failure says what is wrong."""

import gc
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from rowid.errors import Cancelled, SinkError, UsageError
from rowid.sinks import atomic, file_sink
from tests.files import cells, source, write

ENDINGS = [".csv", ".csv.gz", ".csv.zst", ".tsv", ".jsonl", ".jsonl.zst", ".parquet"]
TABLE = pa.table({"a": [1, 2, 3, 4, 5], "b": ["x", None, "", "y", "z"]})


@contextmanager
def files_no_larger_than(size):
    """A stand-in for a full disk that needs no rights: the system refuses to write more, with an OSError like it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_appears_at_commit_and_not_before(tmp_path, ending):
    path = tmp_path / f"out{ending}"
    load = file_sink(str(path)).begin(TABLE.schema, {})
    for batch in TABLE.to_batches():
        load.write(batch)
    (temporary,) = tmp_path.iterdir()
    assert temporary.name.startswith(".")
    assert str(os.getpid()) in temporary.name
    assert load.commit().rows_in == 5
    assert list(tmp_path.iterdir()) == [path]
    load.abort()
    assert list(tmp_path.iterdir()) == [path], "abort after commit is harmless"


@pytest.mark.parametrize("ending", ENDINGS)
def test_abort_leaves_no_trace(tmp_path, ending):
    path = tmp_path / f"out{ending}"
    path.write_text("before")
    load = file_sink(str(path), force=True).begin(TABLE.schema, {})
    load.write(TABLE.to_batches()[0])
    load.abort()
    load.abort()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "before"
    with pytest.raises(SinkError):
        load.commit()


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("step", ["fsync", "rename", "sync_directory"])
def test_ctrl_c_during_commit_says_whether_the_file_is_in_place(tmp_path, monkeypatch, step, force):
    path = tmp_path / "out.csv"
    load = file_sink(str(path), force=force).begin(TABLE.schema, {})
    load.write(TABLE.to_batches()[0])

    def interrupted(*_):
        raise KeyboardInterrupt

    def rename(self):
        renamed(self)
        raise KeyboardInterrupt

    renamed = atomic.AtomicFile._rename
    done = {"fsync": (os, "fsync", interrupted), "rename": (atomic.AtomicFile, "_rename", rename)}
    monkeypatch.setattr(*done.get(step, (atomic, "_sync_directory", interrupted)))
    with pytest.raises((KeyboardInterrupt, Cancelled)) as caught:
        load.commit()
    load.abort()
    if step == "fsync":
        assert caught.type is KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []
    else:
        assert "the output was in place already" in str(caught.value)
        assert list(tmp_path.iterdir()) == [path]
        assert path.read_text().startswith("a,b\n1,x\n")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_load_that_was_aborted_is_thrown_away_in_silence(tmp_path, ending, capfd):
    load = file_sink(str(tmp_path / f"out{ending}")).begin(TABLE.schema, {})
    load.write(TABLE.to_batches()[0])
    load.abort()
    del load
    gc.collect()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_a_sink_error_and_leaves_what_was_there(tmp_path, ending):
    path = tmp_path / f"out{ending}"
    path.write_text("before")
    noise = os.urandom(3_000_000).hex()
    big = pa.table({"a": [noise[at : at + 1000] for at in range(0, len(noise), 1000)]})
    with files_no_larger_than(1 << 20), pytest.raises(SinkError, match="the file is larger than allowed here"):
        write(big, path, force=True)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "before"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_disk_that_is_full_at_the_last_byte_is_a_sink_error_too(tmp_path, ending):
    path = tmp_path / f"out{ending}"
    load = file_sink(str(path)).begin(TABLE.schema, {})
    load.write(TABLE.to_batches()[0])
    with files_no_larger_than(0), pytest.raises(SinkError):
        load.commit()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_refused_before_any_work_unless_forced(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(SinkError, match="the file exists"):
        file_sink(str(path))
    assert write(TABLE, path, force=True) == 5
    assert path.read_text() != "before"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "out.csv"
    load = file_sink(str(path)).begin(TABLE.schema, {})
    path.write_text("someone else's")
    with pytest.raises(SinkError, match="appeared while it was being written"):
        load.commit()
    assert path.read_text() == "someone else's"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replaced_file_keeps_its_mode_and_a_new_one_gets_the_usual(tmp_path):
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.touch()
    old.chmod(0o640)
    write(TABLE, old, force=True)
    mask = os.umask(0o027)
    try:
        write(TABLE, new)
    finally:
        os.umask(mask)
    assert [oct(path.stat().st_mode & 0o777) for path in (old, new)] == ["0o640", "0o640"]


def test_a_symbolic_link_stays_and_the_file_behind_it_is_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "out.csv", tmp_path / "link.csv"
    real.write_text("before")
    link.symlink_to(real)
    write(TABLE, link, force=True)
    assert link.is_symlink()
    assert real.read_text().startswith("a,b\n")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["link.csv", "out.csv", "real"]


def test_the_file_that_is_read_can_be_replaced(tmp_path):
    one = source(tmp_path, b"a,b\n1,x\n2,\n", "x.csv")
    with one.open() as reader:
        load = file_sink(str(tmp_path / "x.csv"), force=True).begin(reader.schema, {})
        for batch in reader:
            load.write(batch)
    assert load.commit().rows_in == 2
    assert (tmp_path / "x.csv").read_bytes() == b"a,b\n1,x\n2,\n"


def test_places_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(SinkError, match="its directory does not exist"):
        file_sink(str(tmp_path / "none" / "out.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SinkError, match="it is a directory"):
        file_sink(str(tmp_path / "folder.csv"), force=True)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(SinkError, match="not a regular file"):
        file_sink(str(tmp_path / "pipe.csv"), force=True)
    with pytest.raises(SinkError, match="its name is too long"):
        file_sink(str(tmp_path / ("n" * 300 + ".csv")))
    with pytest.raises(SinkError, match="it cannot be written"):
        file_sink(str(tmp_path / "a\0b.csv"))
    assert write(TABLE, tmp_path / ("é" * 120 + ".csv")) == 5


def test_a_directory_that_may_not_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(*_):  # the tests may run as root, who may write anywhere
        raise PermissionError(13, "Permission denied")

    sink = file_sink(str(tmp_path / "out.csv"))
    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(SinkError, match="its directory may not be written"):
        sink.begin(TABLE.schema, {})


@pytest.mark.parametrize("name", ["out", "out.xlsx", "out.parquet.gz", "out.gz", "out.csv.bz2"])
def test_an_ending_that_tells_no_format_is_a_usage_error(tmp_path, name):
    with pytest.raises(UsageError, match="the ending of its name tells no format"):
        file_sink(str(tmp_path / name))


def in_python(code: str, unbuffered: bool = False, **options) -> subprocess.CompletedProcess:
    start = "import pyarrow as pa; from rowid.sinks import file_sink\n"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1" if unbuffered else ""}
    command = [sys.executable, "-c", start + code]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, env=environment, **options)


WRITE = """
table = pa.table({"a": list(range(200_000))})
load = file_sink("-").begin(table.schema, {})
for batch in table.to_batches(1000): load.write(batch)
print(load.commit().rows_in, file=__import__("sys").stderr)
"""


@pytest.mark.parametrize("unbuffered", [False, True])
def test_standard_output_gets_csv(unbuffered):
    done = in_python(WRITE, unbuffered, stdout=subprocess.PIPE)
    assert done.stdout.splitlines()[:3] == ["a", "0", "1"]
    assert (len(done.stdout.splitlines()), done.stderr) == (200_001, "200000\n")


@pytest.mark.parametrize("rows", [1, 200_000], ids=["at the end", "in the middle"])
def test_a_reader_that_stops_reading_is_a_sink_error_without_a_complaint_at_exit(rows):
    reading, writing = os.pipe()
    os.close(reading)
    guarded = WRITE.strip().replace("\n", "\n    ").replace("200_000", str(rows))
    report = "print(error, file=__import__('sys').stderr)"
    code = f"from rowid.errors import SinkError\ntry:\n    {guarded}\nexcept SinkError as error: {report}"
    done = in_python(code, stdout=writing)
    os.close(writing)
    assert done.stderr == "standard output: whoever read it has stopped reading.\n"


def test_standard_output_that_is_full_is_a_sink_error():
    with Path("/dev/full").open("w") as full:
        done = in_python(WRITE, stdout=full)
    assert "SinkError" in done.stderr
    assert "No space left" not in done.stderr.splitlines()[-1]
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("ending", [".csv.gz", ".csv.zst", ".parquet", ".jsonl.gz"])
def test_the_same_rows_give_the_same_bytes_whenever_they_are_written(tmp_path, ending, monkeypatch):
    for at, name in enumerate(("one", "two")):
        monkeypatch.setattr("time.time", lambda at=at: 1e9 + 1000 * at)
        write(TABLE, tmp_path / (name + ending))
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"two{ending}").read_bytes()


def test_compressed_output_is_read_back(tmp_path):
    for ending in (".csv.gz", ".csv.zst", ".tsv.gz"):
        write(TABLE, tmp_path / f"out{ending}")
        one = source(tmp_path, (tmp_path / f"out{ending}").read_bytes(), f"in{ending}")
        assert cells(one).to_pydict() == {"a": ["1", "2", "3", "4", "5"], "b": ["x", None, "", "y", "z"]}


def test_what_is_written_begins_to_go_to_disk_before_the_end(tmp_path, monkeypatch):
    begun, begin = [], atomic.begin_to_disk

    def watched(handle):
        begun.append((os.fstat(handle).st_size, begin(handle)))

    monkeypatch.setattr(atomic, "_AHEAD", 1 << 21)
    monkeypatch.setattr(atomic, "begin_to_disk", watched)
    file = atomic.AtomicFile(tmp_path / "out", force=False)
    parts = [bytes([number]) * (3 << 19) for number in range(8)]
    for part in parts:
        file.write(part)
    file.commit()
    assert (tmp_path / "out").read_bytes() == b"".join(parts)
    can_ask = sys.platform == "linux"
    assert begun == [(number * (3 << 19), can_ask) for number in (2, 4, 6, 8)]


def test_where_nothing_can_begin_to_go_to_disk_nothing_fails(monkeypatch):
    read, write_ = os.pipe()
    try:
        assert not atomic.begin_to_disk(write_)
    finally:
        os.close(read)
        os.close(write_)
    atomic._sync_file_range.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert atomic._sync_file_range() is None
    atomic._sync_file_range.cache_clear()
