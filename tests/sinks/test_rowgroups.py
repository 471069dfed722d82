"""Row groups that were written side by side, as one Parquet file."""

import datetime
import decimal
import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid.sinks import parquet, thrift
from rowid.sinks.rowgroups import JoinedFile
from tests.files import write


def _everything(rows: int, first: int = 0) -> pa.Table:
    numbers = range(first, first + rows)
    day = datetime.date(2024, 2, 29)
    deep = pa.struct({"x": pa.int16(), "y": pa.struct({"z": pa.string()})})
    return pa.table(
        {
            "number": pa.array(numbers, pa.int64()),
            "text": pa.array([None if n % 7 == 0 else f"naïve {n}" for n in numbers], pa.string()),
            "few": pa.array([str(n % 3) for n in numbers], pa.string()).dictionary_encode(),
            "money": pa.array([decimal.Decimal(n) / 100 for n in numbers], pa.decimal128(20, 2)),
            "day": pa.array([day] * rows, pa.date32()),
            "at": pa.array([n * 1_000_000 for n in numbers], pa.timestamp("us", "Europe/Paris")),
            "truth": pa.array([n % 2 == 0 for n in numbers], pa.bool_()),
            "list": pa.array([[n, None] if n % 5 else None for n in numbers], pa.list_(pa.int32())),
            "deep": pa.array([{"x": n, "y": {"z": str(n)}} for n in numbers], deep),
            "nothing": pa.nulls(rows),
        }
    )


def _bytes(table: pa.Table, **options) -> pa.Buffer:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _footer(file: pa.Buffer) -> bytes:
    data = bytes(file)
    return data[-8 - int.from_bytes(data[-8:-4], "little") : -8]


def _joined(*tables: pa.Table, **options) -> bytes:
    out = io.BytesIO()
    joined = JoinedFile(out, _bytes(tables[0].schema.empty_table(), **options))
    for table in tables:
        joined.append(_bytes(table, **options))
    joined.finish()
    return out.getvalue()


@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zstd"}, {"use_dictionary": False}, {"write_page_index": True}, {"write_statistics": False}],
    ids=str,
)
def test_joined_files_read_as_one(options, tmp_path):
    parts = [_everything(400), _everything(0, 400), _everything(1, 400), _everything(700, 401)]
    (tmp_path / "joined.parquet").write_bytes(_joined(*parts, row_group_size=300, **options))
    whole = _everything(1101)
    found = pq.read_table(tmp_path / "joined.parquet")
    assert found.schema == whole.schema
    assert found.to_pylist() == whole.to_pylist()
    seen = duckdb.connect().execute(f"SELECT * EXCLUDE nothing FROM '{tmp_path / 'joined.parquet'}'").to_arrow_table()
    assert seen.to_pylist() == whole.drop_columns("nothing").to_pylist()
    groups, sizes = pq.ParquetFile(tmp_path / "joined.parquet"), [300, 100, 0, 1, 300, 300, 100]
    assert [groups.metadata.row_group(n).num_rows for n in range(groups.num_row_groups)] == sizes
    assert groups.read_row_group(5, ["number"])["number"].to_pylist() == list(range(701, 1001))


def test_the_statistics_of_joined_row_groups_still_choose_among_them(tmp_path):
    (tmp_path / "joined.parquet").write_bytes(_joined(_everything(50), _everything(50, 50), write_page_index=True))
    found = pq.read_table(tmp_path / "joined.parquet", filters=[("number", ">=", 90)])
    assert found["number"].to_pylist() == list(range(90, 100))
    chunk = pq.read_metadata(tmp_path / "joined.parquet").row_group(1).column(0)
    assert (chunk.statistics.min, chunk.statistics.max) == (50, 99)
    assert chunk.has_column_index
    assert chunk.has_offset_index


def test_one_file_joined_alone_is_that_file():
    table = _everything(1000)
    assert _joined(table, row_group_size=300) == bytes(_bytes(table, row_group_size=300))


@pytest.mark.parametrize("columns", [1, 14, 15, 16, 200])
def test_a_footer_comes_out_as_it_went_in(columns):
    table = pa.table({f"c{n}": pa.array([n, None, -n]) for n in range(columns)})
    for options in ({}, {"write_page_index": True, "sorting_columns": [pq.SortingColumn(0, descending=True)]}):
        footer = _footer(_bytes(table.replace_schema_metadata({"k": "v" * 5000}), **options))
        assert thrift.written(thrift.parsed(footer)) == footer


def test_numbers_of_all_sizes_come_out_as_they_went_in():
    numbers = [0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63)]
    fields = {
        at * step: (thrift.I64, number) for step in (1, 16, 3000) for at, number in enumerate(numbers, 1)
    } | {32_767: (thrift.LIST, (thrift.TRUE, [b"\1", b"\2"]))}  # fmt: skip
    assert thrift.parsed(thrift.written(fields)) == fields


@pytest.mark.parametrize("data", [b"", b"\x15", b"\x18\x05abc", b"\x19\xfc"])
def test_bytes_that_end_too_early_are_refused(data):
    with pytest.raises(ValueError, match="end within"):
        thrift.parsed(data)


def test_a_type_that_no_footer_has_is_refused():
    with pytest.raises(ValueError, match="type 11"):
        thrift.parsed(b"\x1b\x00\x00")


def test_row_groups_of_many_threads_stand_in_the_order_of_the_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 100)
    write(_everything(5000), tmp_path / "out.parquet")
    found = pq.ParquetFile(tmp_path / "out.parquet")
    assert found.num_row_groups > 20
    assert found.read().equals(_everything(5000))
    assert found.metadata.created_by.startswith("parquet-cpp-arrow")


def test_a_table_without_rows_has_its_schema(tmp_path):
    write(_everything(0), tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert (found.num_rows, found.schema) == (0, _everything(0).schema)


def test_the_same_rows_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 100)
    for name in ("a.parquet", "b.parquet"):
        write(_everything(1000), tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
