"""Delimiter, quote and header, as they are found and as the user can set them."""

import pytest

from rowid.model import ReadOptions
from rowid.sources.dialect import NO_DELIMITER, dialect_of
from tests.files import source, values


def found(text: str, **options: object):
    return dialect_of(text, True, ReadOptions(**options))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = "id,first name,note\n1,Ann,a\n2,Bob,b\n".replace(",", delimiter)
    assert found(text).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id;price\n1;1,5\n2;2,5\n", ";"),
        ("id,tags\n1,a|b|c\n2,d|e|f\n", ","),
        ("a,b,c\n1,2\n1,2\n", ","),
        ('a,b\n"x;y;z",1\n"x;y;z",2\n', ","),
        ("name\nSmith, John\nMiller, Ann\nDoe\n", NO_DELIMITER),
        ("A title, with a comma\nx\ny\nz\n", NO_DELIMITER),
        ("name\nAnn\nBob\n", NO_DELIMITER),
        ("2020-01-01 10:00;1,5;x\n2020-01-02 11:00;2,5;y\n", ";"),
    ],
)  # fmt: skip
def test_the_delimiter_is_the_one_that_splits_rows_as_the_first_row(text, delimiter):
    assert found(text).delimiter == delimiter


def test_a_single_column_that_may_be_more_is_noted():
    notes = found("Report\na,b\n1,2\n3,4\n5,6\n7,8\n9,10\n").notes
    assert notes == ("read as a single column: most rows hold a comma, but the first row holds none",)


def test_a_sep_line_of_excel_is_obeyed_and_passed_over(tmp_path):
    assert values(source(tmp_path, b"sep=;\r\na,x;b\r\n1,5;2\r\n")).to_pydict() == {"a,x": ["1,5"], "b": [2]}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("a,b\n1,2\n", '"'),
        ("a,b\n'x,y',1\n'z',2\n", "'"),
        ("a,b\n'tis,1\n'twas,2\n", '"'),
        ("a,b\n\"'x'\",1\n'y',2\n", '"'),
        ('a\tb\n"x\t1\n"y\t2\n', ""),
        ('a,b\n1,"x\n2,y\n', '"'),
    ],
)  # fmt: skip
def test_the_quote_is_found(text, quote):
    assert found(text).quote == quote


def test_text_behind_a_closing_quote_is_noted():
    assert found('a,b\n"x" y,1\n"z",2\n').notes == (
        "some quoted cells go on after their closing quote; the quotes were dropped",
    )


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id,name\n1,Ann\n2,Bob\n", True),
        ("first,second\nAnn,Smith\nBob,Miller\n", True),
        ("1,2020-01-01\n2,2020-01-02\n", False),
        ("country,2019,2020\nDE,1.5,2.5\nFR,1.5,2.5\n", False),
        ("id,2019,2020\n1,1.5,2.5\n2,1.5,2.5\n", True),
        ("007,x\n008,y\n", False),
        ('"1","2"\n3,4\n', True),
        ('"1","2"\n"3","4"\n', False),
        ("1,2,3\n", False),
        ("nan,inf\nx,y\n", True),
    ],
)  # fmt: skip
def test_a_header_is_told_from_data(text, header):
    assert found(text).header is header


def test_options_overrule_what_is_found(tmp_path):
    content = b"a,b;c\n'x';1,y\n"
    assert values(source(tmp_path, content, delimiter=";", quote="", header=True)).to_pydict() == {
        "a,b": ["'x'"],
        "c": ["1,y"],
    }
    assert values(source(tmp_path, content, delimiter=";", quote="'", header=False)).to_pydict() == {
        "column1": ["a,b", "x"],
        "column2": ["c", "1,y"],
    }


def test_what_was_found_is_told_in_words(tmp_path):
    details = source(tmp_path, b"\xef\xbb\xbfa;b\n1;2\n").info().details
    assert details == {
        "encoding": "UTF-8 with BOM",
        "delimiter": "semicolon",
        "quote": "double quote",
        "header": "first row",
    }


def test_a_tab_wins_in_a_tsv_file(tmp_path):
    content = b"a,b,c\td,e,f\n1,2,3\t4,5,6\n"
    assert values(source(tmp_path, content, "x.tsv")).column_names == ["a,b,c", "d,e,f"]
