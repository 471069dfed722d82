"""Files: which format they are, and those that are not there or cannot be read."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from rowid.errors import SourceError
from rowid.sources import file_source
from tests.files import source, values


def test_a_missing_file_is_refused_with_the_nearest_names(tmp_path):
    (tmp_path / "customers.csv").touch()
    with pytest.raises(SourceError, match=r"there is no such file. Did you mean customers.csv\?"):
        file_source(str(tmp_path / "customer.csv"))
    with pytest.raises(SourceError, match="no such file"):
        file_source(str(tmp_path / "nowhere" / "x.csv"))


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(SourceError, match="it is a directory"):
        file_source(str(tmp_path))


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n1,2\n")
    plain = Path.open

    def refuse(self, *args, **options):  # the tests may run as root, who may read all
        if self == path:
            raise PermissionError(13, "Permission denied")
        return plain(self, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match="you may not read this file"):
        file_source(str(path))


@pytest.mark.parametrize("name", ["a\0b.csv", "n" * 300 + ".csv"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    with pytest.raises(SourceError):
        file_source(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("x.csv", b"a,b\n1,2\n", "CSV"),
        ("x.TSV", b"a\tb\n1\t2\n", "TSV"),
        ("x.txt", b"a,b\n1,2\n", "CSV"),
        ("x", b"a,b\n1,2\n", "CSV"),
        ("x.dat", b'{"a": 1, "b": 2}\n', "JSON Lines"),
        ("x.ndjson", b'{"a": 1, "b": 2}\n', "JSON Lines"),
    ],
)
def test_the_format_is_told_by_the_ending_and_else_by_the_bytes(tmp_path, name, content, format_):
    one = source(tmp_path, content, name)
    assert (one.info().format, one.info().name) == (format_, name)
    assert values(one).to_pydict() == {"a": [1], "b": [2]}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"PAR1....PAR1", "the file is a Parquet file. Give it the ending of what it is"),
        ("x.csv", b"PK\x03\x04....", "the file is an Excel file"),
        ("x.csv", b"\x89PNG....", "the file is a PNG image"),
        ("x.xls", b"\xd0\xcf\x11\xe0....", "an old Excel or Word document. Save it as .xlsx"),
        ("x.csv.bz2", b"BZh9....", "a bzip2 archive. Unpack it first"),
        ("x.parquet", b"a,b\n1,2\n", "the file is not a Parquet file"),
        ("x.xlsx", b"a,b\n1,2\n", "the file is not an Excel file"),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_refused(tmp_path, name, content, message):
    with pytest.raises(SourceError, match=message):
        source(tmp_path, content, name)


class _Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_standard_input_is_sniffed_like_a_file_and_can_be_read_twice(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", _Stdin(b"a;b\n1;x\n"))
    one = file_source("-")
    assert one.name == "standard input"
    assert values(one).to_pydict() == values(one).to_pydict() == {"a": [1], "b": ["x"]}
    assert len(list(tmp_path.iterdir())) == 1
    del one
    assert list(tmp_path.iterdir()) == [], "the spooled file goes with its source"


def test_a_spooled_file_is_gone_when_the_program_ends(tmp_path):
    code = "from rowid.sources import file_source; s = file_source('-'); print(s.info().rows)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=b"a,b\n1,2\n",
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": "."},
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"1\n", b"")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_standard_input_is_refused_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.stdin", _Stdin(b""))
    with pytest.raises(SourceError, match="standard input: the file is empty"):
        file_source("-")
    assert list(tmp_path.iterdir()) == []
