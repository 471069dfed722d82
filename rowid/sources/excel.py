"""Excel workbooks: one sheet, its first row as the header, each column in the type that all its cells have."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, WorksheetNotFound

from rowid import canonical
from rowid.errors import SourceError
from rowid.model import ColumnInfo, ReadOptions, SourceInfo
from rowid.objects import ObjectGuess
from rowid.sources.columns import named, require_known
from rowid.sources.files import InputFile
from rowid.stream import reader

SHEETS = " / "
"""Stands between the names of the sheets: a slash is in none of them."""

_EXACT_INTEGER = 2**53
_ROWS = 65_536


class ExcelSource:
    """A sheet of a workbook; it is held in memory, for a sheet has a million rows at most.

    Excel stores all numbers as float64: a column without a fraction is read as whole numbers. An empty cell, an empty
    string and a cell that shows an error are null.
    """

    def __init__(self, file: InputFile, options: ReadOptions) -> None:
        self._file, self._options = file, options
        self._table: pa.Table | None = None
        self._info: SourceInfo | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._file.name

    def info(self) -> SourceInfo:
        """What was understood of the sheet; reads it once."""
        return self._read()[1]

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader."""
        self._file.require_unchanged()
        table = self._read()[0]
        return reader(table.schema, iter(table.to_batches(max_chunksize=_ROWS)))

    def _read(self) -> tuple[pa.Table, SourceInfo]:
        if self._table is None or self._info is None:
            self._table, self._info = self._parsed()
        return self._table, self._info

    def _parsed(self) -> tuple[pa.Table, SourceInfo]:
        self._file.require_unchanged()
        try:
            with CalamineWorkbook.from_path(self._file.path) as book:
                sheets = book.sheet_names
                sheet = self._sheet(book)
                title, grid = sheet.name, sheet.to_python()
        except PasswordError:
            hint = "Save it without a password first."
            raise SourceError("the workbook is protected by a password", where=self.name, hint=hint) from None
        except CalamineError:
            hint = "Open it in a spreadsheet program and save it again."
            raise SourceError("the workbook is damaged, or no Excel file", where=self.name, hint=hint) from None
        header = self._options.header is not False
        names, columns, notes = self._columns(title, grid, sheets, header)
        require_known(self._options.text_columns, names, self.name)
        guesses = [ObjectGuess(keep_text=name in self._options.text_columns) for name in names]
        for guess, column in zip(guesses, columns, strict=True):
            guess.add(column)
        arrays = [guess.array(column) for guess, column in zip(guesses, columns, strict=True)]
        details = {"sheet": title, "sheets": SHEETS.join(sheets), "header": "first row" if header else "none"}
        infos = tuple(ColumnInfo(name, str(g.type), g.note) for name, g in zip(names, guesses, strict=True))
        table = pa.table(arrays, names=list(names))
        return table, SourceInfo(self.name, "Excel", infos, table.num_rows, details, tuple(notes))

    def _sheet(self, book: CalamineWorkbook) -> CalamineSheet:
        wanted = self._options.sheet
        try:
            return book.get_sheet_by_index(0) if wanted is None else book.get_sheet_by_name(wanted)
        except WorksheetNotFound:
            hint = f"There are {', '.join(map(repr, book.sheet_names))}."
            raise SourceError(f"there is no sheet {wanted!r}", where=self.name, hint=hint) from None

    def _columns(
        self, title: str, grid: Sequence[Sequence[Any]], sheets: Sequence[str], header: bool
    ) -> tuple[tuple[str, ...], list[list[Any]], list[str]]:
        rows = [row for row in grid if len(row) == 1 or any(cell != "" for cell in row)]
        if not rows:
            others = [sheet for sheet in sheets if sheet != title]
            hint = f"The others are {', '.join(map(repr, others))}." if others else "It has neither a header nor a row."
            raise SourceError(f"the sheet {title!r} is empty", where=self.name, hint=hint)
        gone = len(grid) - len(rows)
        notes = [f"{gone:,} empty {'row was' if gone == 1 else 'rows were'} passed over"] if gone else []
        columns = [[_value(cell) for cell in column] for column in zip(*rows, strict=True)]
        if not header:
            return tuple(f"column{at + 1}" for at in range(len(columns))), columns, notes
        titled = ["" if column[0] is None else _title(column[0]) for column in columns]
        kept = [at for at, column in enumerate(columns) if titled[at] or any(cell is not None for cell in column)]
        names, more = named([titled[at] for at in kept], self.name)
        return names, [columns[at][1:] for at in kept], notes + more


def _value(cell: Any) -> Any:
    """A cell as a value: null where it is empty, a whole number where its float is one."""
    if cell == "":
        return None
    if type(cell) is float and cell.is_integer() and abs(cell) <= _EXACT_INTEGER:
        return int(cell)
    return cell


def _title(cell: Any) -> str:
    return canonical.text(cell) or ""
