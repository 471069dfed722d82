"""Excel workbooks as a source."""

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from rowid.errors import ColumnError, SourceError
from rowid.model import ReadOptions
from rowid.sources import file_source
from rowid.ui import connecting
from tests.files import notes, types, values


def workbook(folder, *rows, title="Data", **sheets):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(folder / "x.xlsx")
    return str(folder / "x.xlsx")


def test_each_column_has_the_type_of_its_cells(tmp_path):
    rows = [
        [1, 1.5, date(2020, 1, 1), datetime(2020, 1, 1, 10, 5, 6), time(10, 0, 1), timedelta(hours=30), True, "a"],
        [None, 2, date(1999, 12, 31), datetime(2020, 1, 2), time(23, 59), timedelta(0), False, None],
    ]
    one = file_source(workbook(tmp_path, ["i", "f", "d", "t", "c", "p", "b", "s"], *rows))
    assert types(one) == [
        "int64",
        "double",
        "date32[day]",
        "timestamp[us]",
        "time64[us]",
        "duration[us]",
        "bool",
        "string",
    ]
    assert [list(row.values()) for row in values(one).to_pylist()] == rows
    assert one.info().details == {"sheet": "Data", "sheets": "Data", "header": "first row"}


def test_a_mixed_column_is_text_in_its_canonical_form_with_a_note(tmp_path):
    one = file_source(workbook(tmp_path, ["a", "b"], [1, 1], ["x", 1], [2.5, 1], [True, 1], [date(2020, 1, 1), 1]))
    assert values(one)["a"].to_pylist() == ["1", "x", "2.5", "true", "2020-01-01"]
    assert notes(one) == ["kept as text: a mix of booleans, dates, decimals, text and whole numbers", ""]


def test_a_sheet_can_be_named(tmp_path):
    path = workbook(tmp_path, ["a"], [1], Other=[["b", "c"], ["x", "y"]])
    assert values(file_source(path, ReadOptions(sheet="Other"))).to_pydict() == {"b": ["x"], "c": ["y"]}
    with pytest.raises(SourceError, match=r"there is no sheet 'Third'. There are 'Data', 'Other'"):
        file_source(path, ReadOptions(sheet="Third")).info()


def test_a_sheet_whose_name_has_a_comma_is_one_sheet(tmp_path):
    names = ["Q1, Q2", " a", "b ", "Größe;é"]
    path = workbook(tmp_path, ["a"], [1], title=names[0], **{name: [["b"], [name]] for name in names[1:]})
    assert connecting.sheets(file_source(path).info()) == names
    assert values(file_source(path, ReadOptions(sheet=" a"))).to_pydict() == {"b": [" a"]}


def test_an_empty_sheet_is_refused_and_the_others_named(tmp_path):
    with pytest.raises(SourceError, match=r"the sheet 'Data' is empty. The others are 'Other'"):
        file_source(workbook(tmp_path, Other=[["a"]])).info()


def test_empty_rows_and_empty_columns_are_passed_over(tmp_path):
    one = file_source(workbook(tmp_path, ["a", None, "c", None], [1, None, 2, "x"], [None], [3, None, 4, None]))
    assert values(one).to_pydict() == {"a": [1, 3], "c": [2, 4], "column3": ["x", None]}
    assert one.info().notes[0] == "1 empty row was passed over"


def test_without_a_header_columns_are_numbered(tmp_path):
    path = workbook(tmp_path, [1, "x"], [2, "y"])
    assert values(file_source(path, ReadOptions(header=False))).to_pydict() == {
        "column1": [1, 2],
        "column2": ["x", "y"],
    }


def test_a_header_alone_is_a_table_without_rows_and_numbers_can_be_names(tmp_path):
    one = file_source(workbook(tmp_path, ["a", 2019, 2020.5]))
    assert (one.info().rows, values(one).column_names) == (0, ["a", "2019", "2020.5"])


def test_columns_named_by_the_user_are_text(tmp_path):
    path = workbook(tmp_path, ["a", "b"], [1, 2])
    assert values(file_source(path, ReadOptions(text_columns=("a",)))).to_pydict() == {"a": ["1"], "b": [2]}


def test_a_name_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ColumnError, match="'a' more than once"):
        file_source(workbook(tmp_path, ["a", "a"], [1, 2])).info()


def test_a_damaged_workbook_is_refused(tmp_path):
    path = workbook(tmp_path, ["a"], [1])
    content = (tmp_path / "x.xlsx").read_bytes()
    (tmp_path / "x.xlsx").write_bytes(content[:3000])
    with pytest.raises(SourceError, match=r"damaged, or no Excel file"):
        file_source(path).info()


def test_another_zip_archive_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"damaged, or no Excel file"):
        file_source(str(tmp_path / "x.zip")).info()
