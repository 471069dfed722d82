"""Parquet files of a folder, or of a pattern, as one table."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid import pipeline
from rowid.errors import ColumnError, SourceError
from rowid.recipe import Recipe
from rowid.sinks.memory import IdSink
from rowid.sources import file_source
from tests.files import values


def written(folder: Path, name: str, /, **columns: pa.Array) -> None:
    pq.write_table(pa.table(columns), folder / name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "b.parquet", x=pa.array([3], pa.int64()), y=["c"])
    written(tmp_path, "a.pq", x=pa.array([1, 2], pa.int64()), y=["a", "b"])
    return tmp_path


def test_a_folder_is_its_files_in_the_order_of_their_names(folder):
    (folder / "notes.txt").write_text("not a table")
    (folder / "_metadata.parquet").write_bytes(b"not read")
    (folder / ".b.parquet.part").write_bytes(b"not read")
    (folder / "sub.parquet").mkdir()
    for path in (str(folder), f"{folder}/"):
        one = file_source(path)
        assert (one.info().rows, one.info().format, one.info().details) == (3, "Parquet", {"files": "2"})
        assert one.name == folder.name
        for _ in range(2):
            assert values(one).to_pydict() == {"x": [1, 2, 3], "y": ["a", "b", "c"]}


def test_a_pattern_is_the_files_that_match(folder):
    written(folder, "c.parquet", x=pa.array([4], pa.int64()), y=["d"])
    assert values(file_source(f"{folder}/*.parquet"))["x"].to_pylist() == [3, 4]
    assert values(file_source(f"{folder}/[ab].*"))["x"].to_pylist() == [1, 2, 3]
    written(folder, "[ab].parquet", x=pa.array([5], pa.int64()), y=["e"])
    assert values(file_source(f"{folder}/[ab].parquet"))["x"].to_pylist() == [5]  # a file of that very name


def test_ids_are_those_of_one_file(folder):
    whole = pa.table({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    pq.write_table(whole, folder.parent / f"{folder.name}.parquet")
    sinks = [IdSink("row_id"), IdSink("row_id")]
    for sink, path in zip(sinks, (folder, folder.parent / f"{folder.name}.parquet"), strict=True):
        pipeline.run(file_source(str(path)), Recipe(["x", "y"]), sink)
    assert sinks[0].ids.equals(sinks[1].ids)


@pytest.mark.parametrize(
    ("first", "second", "type_"),
    [
        (pa.array([1], pa.int8()), pa.array([2**40]), pa.int64()),
        (pa.array([1], pa.int64()), pa.array([1.5]), pa.float64()),
        (pa.nulls(1), pa.array(["x"]), pa.string()),
        (pa.array(["x"]).dictionary_encode(), pa.array(["y"]), pa.string()),
        (pa.array([1], pa.timestamp("ms")), pa.array([1], pa.timestamp("us")), pa.timestamp("us")),
        (pa.array([1.5], pa.float32()), pa.array([0.1]), pa.float64()),
    ],
)
def test_types_are_promoted_where_nothing_is_lost(tmp_path, first, second, type_):
    written(tmp_path, "a.parquet", x=first)
    written(tmp_path, "b.parquet", x=second)
    one = file_source(str(tmp_path))
    assert one.info().columns[0].type == str(type_)
    table = values(one)
    assert table.schema.field("x").type == type_
    assert table["x"].to_pylist() == [*first.to_pylist(), *second.to_pylist()]


@pytest.mark.parametrize("second", [pa.array(["x"]), pa.array([[1]]), pa.array([b"x"])])
def test_types_that_do_not_go_together_are_refused_with_file_and_column(tmp_path, second):
    written(tmp_path, "a.parquet", x=pa.array([1]))
    written(tmp_path, "b.parquet", x=second)
    with pytest.raises(SourceError, match=r"b\.parquet: its column 'x' is .*, and in a\.parquet int64"):
        file_source(str(tmp_path)).info()


@pytest.mark.parametrize("big", [pa.array([2**60 + 1]), pa.array([2**64 - 1], pa.uint64())])
def test_a_value_that_would_be_changed_is_refused_and_not_shown(tmp_path, big):
    written(tmp_path, "a.parquet", x=pa.array([1.5]) if big.type == pa.int64() else pa.array([-1]))
    written(tmp_path, "b.parquet", x=big)
    with pytest.raises(SourceError, match=r"b\.parquet: its column 'x' holds a value of u?int64 that") as caught:
        file_source(str(tmp_path)).open().read_all()
    assert str(big[0]) not in str(caught.value)


def test_files_of_other_columns_are_refused(folder):
    written(folder, "c.parquet", x=pa.array([1]))
    with pytest.raises(SourceError, match=r"c\.parquet: it lacks the column 'y' of a\.pq"):
        file_source(str(folder)).info()
    written(folder, "c.parquet", y=["x"], x=pa.array([1]), z=pa.array([1]))
    with pytest.raises(SourceError, match=r"c\.parquet: it has a column 'z' that is not in a\.pq"):
        file_source(str(folder)).info()
    pq.write_table(pa.table([[1], [2], ["c"]], names=["x", "x", "y"]), folder / "c.parquet")
    with pytest.raises(ColumnError, match="'x' more than once"):
        file_source(str(folder)).info()


def test_columns_may_stand_in_another_order(folder):
    written(folder, "c.parquet", y=["d"], x=pa.array([4], pa.int64()))
    assert values(file_source(str(folder))).to_pydict() == {"x": [1, 2, 3, 4], "y": ["a", "b", "c", "d"]}


def test_what_is_no_table_is_refused(folder, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    with pytest.raises(SourceError, match="it is a directory without Parquet files"):
        file_source(str(empty))
    with pytest.raises(SourceError, match="no file matches this"):
        file_source(f"{empty}/*.parquet")
    (folder / "c.csv").write_text("x,y\n")
    with pytest.raises(SourceError, match=r"only Parquet files are read together, and it matches c\.csv"):
        file_source(f"{folder}/*")
    (folder / "d.parquet").write_bytes((folder / "b.parquet").read_bytes()[:-8])
    with pytest.raises(SourceError, match=r"d\.parquet: the Parquet file is cut off or damaged"):
        file_source(str(folder)).info()
