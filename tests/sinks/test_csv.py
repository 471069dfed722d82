"""CSV files as written: as few quotes as possible, and read back as they were."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pytest

from rowid.errors import ColumnError
from rowid.stream import cells
from tests.files import write


def text(tmp_path, table, name="out.csv"):
    write(table, tmp_path / name, force=True)
    return (tmp_path / name).read_bytes().decode()


def test_only_what_must_be_quoted_is_quoted(tmp_path):
    strings = [
        "plain",
        "two words",
        "a,b",
        'a"b',
        "a\nb",
        "a\rb",
        " x",
        "x ",
        "x\t",
        "",
        None,
        "'x'",
        "x'y",
        "a;b|c",
        "\0",
    ]
    lines = text(tmp_path, pa.table({"s": strings, "n": range(15)})).split("\n", 1)
    assert lines[0] == "s,n"
    assert lines[1] == (
        'plain,0\ntwo words,1\n"a,b",2\n"a""b",3\n"a\nb",4\n"a\rb",5\n" x",6\n"x ",7\n"x\t",8\n"",9\n,10\n"\'x\'",11\n'
        'x\'y,12\na;b|c,13\n"\0",14\n'
    )


def test_a_tsv_file_has_tabs(tmp_path):
    assert text(tmp_path, pa.table({"a": ["x,y", "x\ty"], "b": [1, 2]}), "out.tsv") == 'a\tb\nx,y\t1\n"x\ty"\t2\n'


def test_values_are_their_canonical_text(tmp_path):
    table = pa.table(
        {
            "f": [1.0, 1e21, float("nan")],
            "d": pa.array([Decimal("1.50"), None, Decimal("-0.00")], pa.decimal128(5, 2)),
            "t": [datetime(2020, 1, 1, 10), datetime(2020, 1, 2), None],
            "u": pa.array([datetime(2020, 1, 1, tzinfo=UTC), None, None]),
            "y": [date(2020, 1, 1), None, None],
            "c": [time(10, 0), None, None],
            "b": [b"\x00\xff", b"", None],
            "g": pa.array([UUID(int=1).bytes, None, None], pa.uuid()),
            "k": pa.array(["a,b", None, "x"]).dictionary_encode(),
            "o": [True, False, None],
        }
    )
    assert text(tmp_path, table) == (
        "f,d,t,u,y,c,b,g,k,o\n"
        '1,1.5,2020-01-01T10:00:00,2020-01-01T00:00:00Z,2020-01-01,10:00:00,00ff,00000000-0000-0000-0000-000000000001,"a,b",true\n'
        '1e+21,,2020-01-02,,,,"",,,false\n'
        ",0,,,,,,,x,\n"
    )


def test_cells_are_written_with_their_characters(tmp_path):
    column = cells(pa.array(["1.50", None, "1e5"]), pa.float64())
    assert text(tmp_path, pa.table({"a": column, "b": ["x", "y", "z"]})) == "a,b\n1.50,x\n,y\n1e5,z\n"


def test_slices_are_written_as_slices(tmp_path):
    table = pa.table({"a": [1, 2, 3, 4], "b": ["w", None, "y,", "z"]}).slice(1, 2)
    assert text(tmp_path, table) == 'a,b\n2,\n3,"y,"\n'


def test_a_name_is_quoted_where_it_could_be_taken_for_something_else(tmp_path):
    names = ["a", "b c", "1", "2020-01-01", "x;y", "true", "", "sep=,", "\ufeffz", "-5", 'q"']
    header = text(tmp_path, pa.table([[1]] * 11, names=names))
    assert header.split("\n")[0] == 'a,b c,"1","2020-01-01","x;y","true","","sep=,","\ufeffz","-5","q"""'


@pytest.mark.parametrize(
    "type_", [pa.list_(pa.int64()), pa.struct([("x", pa.int64())]), pa.map_(pa.string(), pa.int64())]
)
def test_a_nested_column_is_refused_by_name_before_a_file_is_made(tmp_path, type_):
    table = pa.table({"a": [1], "deep": pa.nulls(1, type_)})
    with pytest.raises(ColumnError, match=r"column 'deep': .*Write Parquet or JSON Lines"):
        write(table, tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
