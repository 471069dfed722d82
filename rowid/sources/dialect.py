"""How a delimited text file is written: delimiter, quote and header, judged by a sample of its rows.

The delimiter is the one that splits most rows into as many fields as the first row has; of equals, the one that gives
more fields. A file that no delimiter splits so has a single column.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

from rowid.errors import SourceError
from rowid.model import ReadOptions
from rowid.sources.spelling import looks_typed

DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"  # stands in where there is only one column
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space", NO_DELIMITER: "none"}
_QUOTE_NAMES = {'"': "double quote", "'": "single quote", "": "none"}
_ROWS = 1000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_TOO_MUCH = 0.02  # control characters in what is to be text
_HALF, _MOST = 0.5, 0.8


class Cell(NamedTuple):
    """A field as the sample has it. ``whole`` is False where text follows the closing quote or there is none."""

    text: str
    quoted: bool
    whole: bool = True


Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to split a file. ``first_row`` is its first row, be it a header or not; ``skip`` lines stand before it."""

    delimiter: str
    quote: str
    header: bool
    first_row: tuple[str, ...]
    skip: int = 0
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.first_row)

    def details(self) -> dict[str, str]:
        """In words, for the eyes of a reader."""
        return {
            "delimiter": _NAMES.get(self.delimiter, repr(self.delimiter)),
            "quote": _QUOTE_NAMES.get(self.quote, repr(self.quote)),
            "header": "first row" if self.header else "none",
        }


def dialect_of(text: str, complete: bool, options: ReadOptions, *, prefer: str = "", name: str = "") -> Dialect:
    """The dialect of a file that starts with ``text`` (all of it if ``complete``); options overrule what is seen.

    ``prefer`` is the delimiter that wins if it splits the file at all. Raises SourceError where there is no text.
    """
    for what, given in (("delimiter", options.delimiter), ("quote", options.quote)):
        if given is not None and (len(given) > 1 or not given.isascii() or (given and given in "\r\n")):
            raise SourceError(f"the {what} {given!r} is not one plain character", where=name)
    if options.delimiter == "":
        raise SourceError("the delimiter is empty", where=name, hint="Leave it out to have it found.")
    skip = 0
    delimiter = options.delimiter
    if excel := re.match(r"sep=([^\r\n])\r?\n", text):  # a line that Excel reads and writes
        skip, text = 1, text[excel.end() :]
        delimiter = delimiter or excel[1]
    best = max(_candidates(text, complete, delimiter, options.quote, prefer), key=lambda c: c.rank, default=None)
    if best is None or not best.rows:
        raise SourceError("the file is empty", where=name, hint="It has neither a header nor a row.")
    _refuse_binary(text, best.quote, name)
    header = options.header if options.header is not None else has_header(best.rows)
    first = tuple(cell.text for cell in best.rows[0])
    if header:  # an empty line above the header is no row, not even of a single column
        skip += len(re.findall(r"\r\n|\r|\n", re.match(r"[\r\n]*", text)[0]))  # type: ignore[index]
    return Dialect(best.delimiter, best.quote, header, first, skip, tuple(_doubts(text, complete, best)))


def rows(text: str, delimiter: str, quote: str, complete: bool = True) -> Iterator[Row]:
    """The rows of a text; lines without a character are passed over, and a last row that may be cut off."""
    stop = re.escape(delimiter) + r"\r\n"
    plain = rf"(?P<plain>[^{stop}]*)"
    field = plain
    if quote:
        q = re.escape(quote)
        field = rf"(?:{q}(?P<quoted>(?:[^{q}]|{q}{q})*)(?P<closed>{q}|\Z)(?P<rest>[^{stop}]*)|{plain})"
    row: list[Cell] = []
    for match in re.finditer(rf"{field}(?P<end>{re.escape(delimiter)}|\r\n|\r|\n|\Z)", text):
        row.append(_cell(match, quote))
        if match["end"] == delimiter:
            continue
        if match["end"] == "" and (not complete or (len(row) == 1 and match.end() == match.start())):
            return
        if len(row) > 1 or row[0].text or row[0].quoted:
            yield row
        row = []
        if match.end() == len(text):
            return


def has_header(table: Sequence[Row]) -> bool:
    """Whether the first row names the columns: unless it looks like the data below it.

    A name stands above values of a type (for); a value of a type stands above such values (against). One vote for is
    enough, and where nobody votes there is a header. Where not all is quoted, a quoted cell is a text.
    """
    first, rest = table[0], table[1:]
    filled = [cell for row in rest for cell in row if cell.text]
    all_quoted = bool(filled) and all(cell.quoted for cell in filled)
    against = False
    for at, cell in enumerate(first):
        below = [row[at].text for row in rest if at < len(row) and row[at].text]
        typed_below = bool(below) and all(map(looks_typed, below))
        typed = looks_typed(cell.text) and (all_quoted or not cell.quoted)
        if cell.text and not typed and typed_below:
            return True
        against = against or (typed and (typed_below or not rest))
    return not against


@dataclass(frozen=True, slots=True)
class _Candidate:
    delimiter: str
    quote: str
    rows: list[Row]
    rank: tuple[float, ...]


def _candidates(
    text: str, complete: bool, delimiter: str | None, quote: str | None, prefer: str
) -> Iterator[_Candidate]:
    delimiters = (delimiter,) if delimiter else (*DELIMITERS, NO_DELIMITER)
    marks = (quote,) if quote is not None else ('"', "'", "")
    split = cache(lambda one, mark: _table(text, one, mark, complete))
    tables = {
        (one, mark): split(_or_absent(one, NO_DELIMITER, text), _or_absent(mark, "", text))
        for one in delimiters
        for mark in marks
    }
    doubled = any(
        cell.quoted and cell.whole for one in delimiters for row in tables.get((one, '"'), ()) for cell in row
    )
    for (one, mark), table in tables.items():
        if not table or (quote is None and not _is_quote(mark, table, doubled)):
            continue
        width = len(table[0])
        many = sum(len(row) > 1 for row in table) / len(table)
        same = sum(len(row) == width for row in table) / len(table)
        evidence = (mark != '"', -delimiters.index(one))
        if one == NO_DELIMITER:
            yield _Candidate(one, mark, table, (False, 0, 0, *evidence))
        elif delimiter or (width > 1 and many >= _HALF):
            yield _Candidate(one, mark, table, (one == prefer, same, width, *evidence))


def _or_absent(character: str, other: str, text: str) -> str:
    """The character, or another that splits the text into the same rows, as neither stands in it."""
    return character if character in text or (other and other in text) else other


def _table(text: str, delimiter: str, quote: str, complete: bool) -> list[Row]:
    """The first rows; a row that the sample cuts off only where there is no other."""
    return list(islice(rows(text, delimiter, quote, complete), _ROWS)) or list(islice(rows(text, delimiter, quote), 1))


def _is_quote(mark: str, table: Sequence[Row], doubled: bool) -> bool:
    """Whether rows that were split with this quote speak for it.

    The double quote needs no evidence. Others are out if some field is well quoted with it (``doubled``). The single
    quote is one if at least two fields are quoted with it, all of them well. Nothing is quoted if at least two fields
    begin with a double quote and none ends with one.
    """
    if mark == '"' or doubled:
        return mark == '"'
    cells = [cell for row in table for cell in row]
    if mark == "'":
        quoted = [cell.whole for cell in cells if cell.quoted]
        return len(quoted) > 1 and all(quoted)
    return sum(cell.text[:1] == '"' for cell in cells) > 1 and not any(cell.text[-1:] == '"' for cell in cells)


def _cell(match: re.Match[str], quote: str) -> Cell:
    if not quote or match["quoted"] is None:
        return Cell(match["plain"], quoted=False)
    text = match["quoted"].replace(quote * 2, quote) + match["rest"]
    return Cell(text, quoted=True, whole=bool(match["closed"]) and not match["rest"])


def _refuse_binary(text: str, quote: str, name: str) -> None:
    bare = re.sub(f"{quote}[^{quote}]*{quote}", "", text) if quote else text
    control = len(_CONTROL.findall(bare))
    if "\0" in bare or control > _TOO_MUCH * len(bare):
        hint = "If it is a spreadsheet or a Parquet file, give it its proper ending."
        raise SourceError("this is binary data, not text", where=name, hint=hint)


def _doubts(text: str, complete: bool, best: _Candidate) -> Iterator[str]:
    if any(cell.quoted and not cell.whole for row in best.rows for cell in row):
        yield "some quoted cells go on after their closing quote; the quotes were dropped"
    for one in DELIMITERS if best.delimiter == NO_DELIMITER else ():
        table = list(islice(rows(text, one, best.quote, complete), _ROWS))
        if len(table) > 2 and sum(len(row) > 1 for row in table) >= _MOST * len(table):
            yield f"read as a single column: most rows hold a {_NAMES[one]}, but the first row holds none"
