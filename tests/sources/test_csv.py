"""CSV files: cells, nulls, rows, and everything that can be wrong with them."""

import gzip

import pyarrow as pa
import pytest

from rowid.errors import ColumnError, SourceError
from tests.files import cells, source, types, values


def test_an_empty_cell_is_null_and_a_quoted_empty_cell_is_the_empty_string(tmp_path):
    table = values(source(tmp_path, b'a,b\n1,\n2,""\n,x\n'))
    assert table.to_pydict() == {"a": [1, 2, None], "b": [None, "", "x"]}


def test_quotes_line_ends_and_delimiters_within_quotes_belong_to_the_cell(tmp_path):
    table = values(source(tmp_path, b'a,b\r\n"x ""y""\r\nz","1,2"\r\n5" wide,t\r\n'))
    assert table.to_pydict() == {"a": ['x "y"\r\nz', '5" wide'], "b": ["1,2", "t"]}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_rows_end_as_on_any_system(tmp_path, end, last):
    content = end.join([b"a,b", b"1,2", b"3,4"]) + (end if last else b"")
    assert values(source(tmp_path, content)).to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_blank_lines_are_passed_over_in_a_wide_file(tmp_path):
    assert values(source(tmp_path, b"\na,b\n\n1,2\n   \n\n3,4\n\n")).to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_a_blank_line_is_a_null_row_of_a_single_column(tmp_path):
    assert values(source(tmp_path, b"a\n1\n\n2\n\n")).to_pydict() == {"a": [1, None, 2, None]}


@pytest.mark.parametrize("content", [b"a\r1\r\r", b"a\r\n1\r\n\r\n", b"a\n1\n\n"])
def test_a_last_blank_line_of_a_single_column_counts_whatever_ends_it(tmp_path, content):
    assert values(source(tmp_path, content)).to_pydict() == {"a": [1, None]}


def test_blank_lines_above_the_header_of_a_single_column_are_no_rows(tmp_path):
    assert values(source(tmp_path, b"\n\r\na\n1\n")).to_pydict() == {"a": [1]}


@pytest.mark.parametrize("content", [b"a,b,c\n", b"a,b,c", b"a\n", b"a"])
def test_a_header_alone_is_a_table_without_rows(tmp_path, content):
    one = source(tmp_path, content)
    assert (one.info().rows, values(one).num_rows, set(types(one))) == (0, 0, {"string"})


def test_a_source_can_be_read_twice_and_says_how_many_rows_there_are(tmp_path):
    one = source(tmp_path, b"a,b\n" + b"1,x\n" * 200_000)
    assert one.info().rows == one.open().read_all().num_rows == one.open().read_all().num_rows == 200_000


def test_a_reader_can_be_left_in_the_middle(tmp_path):
    one = source(tmp_path, b"a,b\n" + b"1,x\n" * 200_000)
    with one.open() as reader:
        first = reader.read_next_batch()
    assert 0 < first.num_rows < 200_000
    assert values(one).num_rows == 200_000


def test_a_cell_of_ten_megabytes_is_read(tmp_path):
    table = values(source(tmp_path, b'a,b\n1,2\n3,"' + b"x\n" * 5_000_000 + b'"\n'))
    assert [len(one) for one in table["b"].to_pylist()] == [1, 10_000_000]


def test_a_first_row_longer_than_the_sample_is_read(tmp_path):
    name = b"n" * 300_000
    assert values(source(tmp_path, name + b",b\n1,2\n")).column_names == [name.decode(), "b"]


def test_the_characters_of_typed_cells_are_kept(tmp_path):
    one = source(tmp_path, b"f,t,b\n1.50,2020-01-01 10:00,TRUE\n1e5,2020-01-02,false\n")
    assert types(one) == ["double", "timestamp[us]", "bool"]
    assert cells(one).to_pydict() == {
        "f": ["1.50", "1e5"],
        "t": ["2020-01-01 10:00", "2020-01-02"],
        "b": ["TRUE", "false"],
    }


def test_columns_named_by_the_user_stay_text(tmp_path):
    one = source(tmp_path, b"a,b\n1,2\n", text_columns=("b",))
    assert types(one) == ["int64", "string"]
    with pytest.raises(ColumnError, match=r"there is no column 'bb'. Did you mean 'b'\?"):
        source(tmp_path, b"a,b\n1,2\n", text_columns=("bb",)).info()


def test_a_row_of_another_width_is_named_and_counted_and_not_shown(tmp_path):
    one = source(tmp_path, b'a,b,c\n1,2,3\n\n"x\ny",5,6\nsecret,7\n1,2,3,4\n')
    with pytest.raises(SourceError) as caught:
        one.info()
    message = str(caught.value)
    assert "2 rows have another number of columns than the 3 columns of the first row" in message
    assert "the first of them is row 3 with 2" in message
    assert "secret" not in message


def test_a_row_of_another_width_is_numbered_right_behind_a_sep_line_and_without_a_header(tmp_path):
    with pytest.raises(SourceError, match="row 2 with 1"):
        source(tmp_path, b"sep=;\na;b\n1;2\n3\n").info()
    with pytest.raises(SourceError, match="row 2 with 1"):
        source(tmp_path, b"1,2\n3\n", header=False).info()


def test_a_name_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ColumnError, match=r"the header names 'a', 'c' more than once"):
        source(tmp_path, b"a,b,a,c,c\n1,2,3,4,5\n").info()


def test_a_column_without_a_name_gets_one_and_a_note(tmp_path):
    one = source(tmp_path, b",b,\n1,2,3\n")
    assert values(one).column_names == ["column1", "b", "column3"]
    assert one.info().notes[0] == "column 1 has no name in the header; it is called 'column1'"


def test_without_a_header_columns_are_numbered(tmp_path):
    assert values(source(tmp_path, b"x,1\ny,2\n", header=False)).to_pydict() == {
        "column1": ["x", "y"],
        "column2": [1, 2],
    }


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"")])
def test_an_empty_file_is_refused(tmp_path, content):
    with pytest.raises(SourceError, match="the file is empty"):
        source(tmp_path, content).info()


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b'a,b\n1,"x\n2,y\n', 1), (b'a,b\n1,"x', 1), (b'a\n"x\n\n', 1), (b'a,b\n1,2\n"x,3\n4,5\n', 2),
        (b'a,b\n,\n"x,3\n', 2), (b'a,b\n1\n  \n1,"x', 3),
    ],
)  # fmt: skip
def test_a_quote_that_is_never_closed_is_refused(tmp_path, content, row):
    with pytest.raises(SourceError, match=rf"a quote is opened in row {row} and never closed"):
        source(tmp_path, content).info()


def test_a_quote_within_a_cell_needs_no_end(tmp_path):
    assert values(source(tmp_path, b'a,b\n1,5" x')).to_pydict() == {"a": [1], "b": ['5" x']}


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 10, b"\x00\x01\x02\x03" * 100, b"a,b\n1,\0\n", b"\x93\x1f\x04\x90\xe1\x07\x88,\n\x01\x02"],
    ids=["all bytes", "zeros", "a NUL", "control characters"],
)  # fmt: skip
def test_binary_data_is_refused(tmp_path, content):
    with pytest.raises(SourceError, match="binary data"):
        source(tmp_path, content).info()


def test_a_nul_within_quotes_is_read_and_noted(tmp_path):
    one = source(tmp_path, b'a,b\n"x\0",1\n')
    assert values(one).to_pydict() == {"a": ["x\0"], "b": [1]}
    assert "some cells hold NUL characters" in one.info().notes


def test_a_nul_hides_neither_delimiters_nor_quotes_nor_line_ends_behind_it(tmp_path):
    wide = cells(source(tmp_path, b'abc,b,"\0"\nx,007,""\ny,z,\n"\0",a,I\n'))
    assert wide.to_pydict() == {"abc": ["x", "y", "\0"], "b": ["007", "z", "a"], "\0": ["", None, "I"]}
    rows = [("\0", "\1"), ("", "\0\1B"), ("\1A", "\0,"), ("x", '\0"'), ("\0\n", "y")]
    content = "a,b\n" + "".join('"{}","{}"\n'.format(*(cell.replace('"', '""') for cell in row)) for row in rows)
    narrow = cells(source(tmp_path, content.encode()))
    assert list(zip(*narrow.to_pydict().values(), strict=True)) == rows


def test_a_file_that_changes_between_two_passes_is_refused(tmp_path):
    one = source(tmp_path, b"a,b\n1,2\n")
    one.info()
    (tmp_path / "table.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(SourceError, match=r"it changed while it was being read"):
        one.open().read_all()


@pytest.mark.parametrize("options", [{"delimiter": ""}, {"delimiter": "::"}, {"delimiter": "§"}, {"quote": "\n"}])
def test_a_delimiter_or_quote_that_cannot_be_one_is_refused(tmp_path, options):
    with pytest.raises(SourceError, match=r"delimiter|quote"):
        source(tmp_path, b"a,b\n1,2\n", **options).info()


def test_gzip_and_zstd_are_read_whatever_the_name_says(tmp_path):
    plain = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(5000))
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(plain)
    wanted = values(source(tmp_path, plain))
    for name, content in (
        ("x.csv.gz", gzip.compress(plain)),
        ("x.csv.zst", packed.getvalue().to_pybytes()),
        ("x.csv", gzip.compress(plain)),
    ):
        assert values(source(tmp_path, content, name)).equals(wanted), name
    half = gzip.compress(plain[:9000]) + gzip.compress(plain[9000:])
    assert values(source(tmp_path, half, "x.csv.gz")).equals(wanted), "two members"


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_a_compressed_file_that_is_cut_off_is_refused(tmp_path, codec):
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, codec) as stream:
        stream.write(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(300_000)))
    whole = packed.getvalue().to_pybytes()
    with pytest.raises(SourceError, match=f"the {codec} file is cut off"):
        source(tmp_path, whole[:-100], "x.csv").info()


def test_a_damaged_gzip_file_is_refused(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(300_000)))
    middle = len(whole) // 2
    with pytest.raises(SourceError, match="the gzip file is damaged"):
        source(tmp_path, whole[:middle] + b"\xff" * 64 + whole[middle + 64 :], "x.csv").info()
