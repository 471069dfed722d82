"""What is written is read back: cell for cell from CSV, value for value from Parquet, text for text from all."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowid.canonical import texts
from rowid.errors import CanonicalError
from rowid.sources import file_source
from rowid.stream import decoded
from tests.files import cells, copy, values, write
from tests.strategies import batches

STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [
        "",
        "007",
        "1.50",
        ",",
        '"',
        "'x'",
        "\n",
        "\r\n",
        "\r",
        "\0",
        " x ",
        "nan",
        "x;y",
        "a\tb",
        "a|b",
        "sep=;",
        "\ufeff",
        "é",
    ]
)
NAMES = STRINGS.filter(bool)


@st.composite
def string_tables(draw: st.DrawFn) -> pa.Table:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    rows = draw(st.integers(0, 5))
    column = st.lists(st.none() | STRINGS, min_size=rows, max_size=rows)
    return pa.table([pa.array(draw(column), pa.string()) for _ in names], names=names)


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.zst"])
@given(string_tables())
def test_strings_and_nulls_are_read_back_from_csv_as_they_were(ending, table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        assert write(table, path) == table.num_rows
        one = file_source(str(path))
        assert cells(one).to_pydict() == table.to_pydict()
        assert copy(one, Path(folder) / f"y.{ending}") == table.num_rows
        assert (Path(folder) / f"y.{ending}").read_bytes() == path.read_bytes()


@given(batches())
def test_any_table_is_read_back_from_parquet_as_it_was(batch):
    table = pa.Table.from_batches([batch])
    with tempfile.TemporaryDirectory() as folder:
        write(table, Path(folder) / "x.parquet")
        found = values(file_source(str(Path(folder) / "x.parquet")))
        pq.write_table(table, Path(folder) / "plain.parquet")
        wanted = pq.read_table(Path(folder) / "plain.parquet")
    assert found.schema.names == table.schema.names
    assert [texts(a.combine_chunks()) for a in found.columns] == [texts(b.combine_chunks()) for b in wanted.columns]
    assert found.schema.types == wanted.schema.types


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@given(batches())
def test_values_of_any_type_but_text_have_the_same_canonical_text_when_read_back(ending, batch):
    named = zip(batch.schema.names, batch.columns, strict=True)
    plain = [name for name, column in named if not _is_text(column.type) and not _is_tiny(column)]
    table = pa.Table.from_batches([batch]).select(plain).append_column("row", pa.array(range(batch.num_rows)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        write(table, path)
        found = pa.Table.from_batches([decoded(one) for one in file_source(str(path)).open()])
    for name in table.column_names:
        wanted = texts(table[name].combine_chunks()).to_pylist()
        assert texts(found[name].combine_chunks()).to_pylist() == wanted, name


def _is_text(type_: pa.DataType) -> bool:
    """Text and hexadecimal can look like a number: '1e5' is read from a CSV file as 100000."""
    return pa.types.is_string(type_) or pa.types.is_binary(type_)


def _is_tiny(column: pa.Array) -> bool:
    """The specification writes the decimal 1e-9 as 0.000000001, the float64 as 1e-9; a CSV file has the latter only."""
    tiny = Decimal("1e-6")
    return pa.types.is_decimal(column.type) and any(0 < abs(one) < tiny for one in column.drop_null().to_pylist())


@given(string_tables().filter(lambda table: table.num_rows > 0))
def test_strings_are_read_back_from_json_lines_as_they_were(table):
    with tempfile.TemporaryDirectory() as folder:
        write(table, Path(folder) / "x.jsonl")
        assert values(file_source(str(Path(folder) / "x.jsonl"))).to_pydict() == table.to_pydict()


@pytest.mark.parametrize("name", ["x.csv", "x.parquet"])
def test_a_table_without_rows_keeps_its_columns(tmp_path, name):
    write(pa.table({"a": pa.array([], pa.int64()), "2020": pa.array([], pa.string())}), tmp_path / name)
    assert values(file_source(str(tmp_path / name))).to_pydict() == {"a": [], "2020": []}


def test_text_that_is_not_utf8_is_refused_and_no_file_appears(tmp_path):
    bad = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff"))
    with pytest.raises(CanonicalError):
        write(pa.table({"a": bad}), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
