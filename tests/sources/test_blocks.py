"""Text is cut where rows end, and what is read is the same wherever it is cut."""

import random

import pytest

from rowid.errors import RowIdError
from rowid.sources import csv, scan
from rowid.sources.blocks import end_of_rows
from tests.files import cells, notes, source, types


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (b"", 0),
        (b"a", 0),
        (b"a\n", 2),
        (b"a\nb", 2),
        (b"a\r\nb\r\nc", 6),
        (b"a\rb\r", 0),
        (b'"a\nb"\nc', 6),
        (b'a,"b\nc', 0),
        (b'a\n"b\nc\nd', 2),
        (b'a\n"b\nc""\nd""', 2),
        (b'"a""\n","\n"\n"x', 11),
        (b'""\n"', 3),
        (b'""""\n', 5),
        (b'a,""\nb\n', 7),
        (b'5" wide\n', 0),
        (b'a\n"b"c\n', 0),
        (b'a\n"b" ,c\n', 0),
        (b'a\n "b"\n', 0),
        (b"'a\n'\n", 5),
    ],
)
def test_the_last_row_that_surely_ends(text, end):
    assert end_of_rows(text, ",", '"') == end


def test_what_a_quote_is_decides_where_rows_end():
    text = b"'a\nb',1\nc"
    assert [end_of_rows(text, ",", quote) for quote in ("", "'", '"')] == [8, 8, 8]
    assert end_of_rows(b"'a\nb", ",", "") == 3
    assert end_of_rows(b"'a\nb", ",", "'") == 0
    assert end_of_rows(b"a;'b\n'\n", ";", "'") == 7


def _content(choose: random.Random) -> bytes:
    """A table of three columns in which cells, line ends and quotes are now and then odd."""
    plain = ["1", "20", "x", "Zoë", "", '""', '"a,b"', '"l\nm"', '"q""q"', '"\n\n"', "-5"]
    odd = ['5" w', '"x"y', ' "z"', '"open', "a,b", "\ufeffx", '"a\0b"', "  "]
    ends = choose.choice((["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\n", "\n\n"], ["\r"]))
    share = choose.choice((0, 0, 0.005, 0.03))
    rows = ["a,b,c"]
    for _ in range(choose.choice((3, 40, 120))):
        row = [choose.choice(odd if choose.random() < share else plain) for _ in range(3)]
        rows.append("  " if choose.random() < share else ",".join(row))
    return "".join(row + choose.choice(ends) for row in rows).encode()


def _read(folder, content: bytes) -> object:
    try:
        one = source(folder, content, delimiter=",", quote='"', header=True)
        info = one.info()
        return types(one), notes(one), info.rows, info.notes, cells(one).to_pydict(), cells(one).to_pydict()
    except RowIdError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_the_same_whether_cut_into_blocks_or_read_as_a_stream(tmp_path, monkeypatch, seed):
    choose = random.Random(seed)
    for _ in range(25):
        content = _content(choose)
        monkeypatch.setattr(csv, "_BLOCKS", (choose.choice((64, 100, 257)), 1 << 22))
        monkeypatch.setattr(scan, "end_of_rows", end_of_rows)
        monkeypatch.setattr(scan, "processors", lambda: choose.choice((1, 2, 4)))
        in_blocks = _read(tmp_path, content)
        monkeypatch.setattr(scan, "end_of_rows", lambda *_: 0)
        assert in_blocks == _read(tmp_path, content), content


@pytest.mark.parametrize("in_blocks", [True, False])
def test_a_byte_order_mark_within_the_text_is_a_character_wherever_a_block_begins(tmp_path, monkeypatch, in_blocks):
    rows = ["\ufeffx,1", "y,22"] * 100
    content = "\n".join(["a,b", *rows, ""]).encode()
    for block in range(12, 30):
        monkeypatch.setattr(csv, "_BLOCKS", (block,))
        monkeypatch.setattr(scan, "end_of_rows", lambda text, *_: end_of_rows(text, ",", "") * in_blocks)
        table = cells(source(tmp_path, content))
        assert table.to_pydict() == {"a": ["\ufeffx", "y"] * 100, "b": ["1", "22"] * 100}
