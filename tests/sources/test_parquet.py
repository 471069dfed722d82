"""Parquet files as a source."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.errors import ColumnError, SourceError
from rowid.sources import file_source
from tests.files import values


def written(folder, table, **options):
    path = folder / "x.parquet"
    pq.write_table(table, path, **options)
    return path


def test_rows_types_and_metadata_come_as_they_are(tmp_path):
    table = pa.table({"a": pa.array([1, None], pa.int16()), "b": [[1], []]}).replace_schema_metadata({"k": "v"})
    one = file_source(str(written(tmp_path, table)))
    assert (one.info().rows, one.info().format) == (2, "Parquet")
    assert [column.type for column in one.info().columns] == ["int16", "list<element: int64>"]
    assert values(one).to_pydict() == table.to_pydict()
    assert one.open().schema.metadata[b"k"] == b"v"


def test_a_large_file_comes_in_batches_and_more_than_once(tmp_path):
    path = written(tmp_path, pa.table({"a": range(200_000)}), row_group_size=150_000)
    one = file_source(str(path))
    sizes = [batch.num_rows for batch in one.open()]
    assert (sum(sizes), max(sizes) <= 65_536) == (200_000, True)
    assert values(one)["a"].to_pylist() == list(range(200_000))


def test_categories_come_as_categories(tmp_path):
    table = pa.table({"a": pa.array(["x", "y", None, "x"]).dictionary_encode()})
    one = file_source(str(written(tmp_path, table, row_group_size=2)))
    assert values(one)["a"].to_pylist() == ["x", "y", None, "x"]


@pytest.mark.parametrize("keep", [6, 200, -1])
def test_a_file_that_is_cut_off_is_refused(tmp_path, keep):
    path = written(tmp_path, pa.table({"a": range(1000)}))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SourceError, match="cut off or damaged"):
        file_source(str(path)).info()


def test_a_file_that_is_damaged_inside_is_refused_while_it_is_read(tmp_path):
    path = written(
        tmp_path, pa.table({"a": [str(i) for i in range(100_000)]}), compression="zstd", use_dictionary=False
    )
    content = path.read_bytes()
    path.write_bytes(content[:1000] + b"\xff" * 1000 + content[2000:])
    with pytest.raises(SourceError, match="damaged after row 0"):
        values(file_source(str(path)))


def test_a_name_that_stands_twice_is_refused(tmp_path):
    path = written(tmp_path, pa.table([[1], [2]], names=["a", "a"]))
    with pytest.raises(ColumnError, match="'a' more than once"):
        file_source(str(path)).info()
