"""Parquet files as written."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.errors import ColumnError
from rowid.stream import TextType, cells
from tests.files import write


def test_metadata_of_the_input_is_kept_and_ours_stands_beside_it(tmp_path):
    table = pa.table({"a": [1]}).replace_schema_metadata({"pandas": "{}", "rowid.recipe": "old"})
    write(table, tmp_path / "out.parquet", metadata={"rowid.recipe": "new", "rowid.fingerprint": "f"})
    found = pq.read_schema(tmp_path / "out.parquet").metadata
    assert {key: found[key] for key in (b"pandas", b"rowid.recipe", b"rowid.fingerprint")} == {
        b"pandas": b"{}",
        b"rowid.recipe": b"new",
        b"rowid.fingerprint": b"f",
    }


def test_cells_are_written_as_their_values(tmp_path):
    text = pa.ExtensionArray.from_storage(TextType(), pa.array(["x", None], pa.large_string()))
    table = pa.table({"a": cells(pa.array(["1.50", None]), pa.float64()), "b": text})
    write(table, tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.schema.types == [pa.float64(), pa.large_string()]
    assert found.to_pydict() == {"a": [1.5, None], "b": ["x", None]}


def test_rows_are_compressed_and_gathered_into_large_groups(tmp_path):
    write(pa.table({"a": range(10_000)}), tmp_path / "out.parquet")
    meta = pq.read_metadata(tmp_path / "out.parquet")
    assert (meta.num_rows, meta.num_row_groups) == (10_000, 1)
    assert meta.row_group(0).column(0).compression == "ZSTD"


def test_a_type_that_parquet_does_not_have_is_refused_by_name(tmp_path):
    table = pa.table({"deep": pa.nulls(1, pa.struct([]))})
    with pytest.raises(ColumnError, match="deep"):
        write(table, tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []
