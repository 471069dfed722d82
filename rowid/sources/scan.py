"""One pass over the rows of a delimited text file: errors say where, and never show a value."""

from codecs import BOM_UTF8
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from rowid.errors import RowIdError, SourceError
from rowid.lanes import processors, spread
from rowid.sources.blocks import end_of_rows
from rowid.sources.dialect import Dialect
from rowid.sources.encoding import Encoding, Utf8Stream
from rowid.sources.files import InputFile

_ROWS = 65_536
_MOST, _AT_ONCE = 4, 1 << 24  # blocks, and bytes of them, that are parsed at a time


class RowTooLongError(Exception):
    """A row does not fit into a block; it stands after row ``row``."""

    def __init__(self, row: int) -> None:
        super().__init__()
        self.row = row


@dataclass(frozen=True, slots=True)
class _Block:
    """Text of whole rows; ``head`` lines stand above the first: those to skip, and the header."""

    rows: pa.Buffer
    head: tuple[int, int]


@dataclass(slots=True)
class _Odd:
    """The rows of another width in what is parsed in one go, below ``head`` lines; they are left out.

    ``last`` is the number of the last of them, from 1. Those of nothing but white space are not ``ragged``.
    """

    width: int
    head: int
    rows: int = 0
    last: int = 0
    ragged: int = 0
    first_ragged: tuple[int, int] = (0, 0)

    def take(self, row: pacsv.InvalidRow) -> str:
        """What Arrow is to do with a row of another width."""
        self.rows += 1
        self.last = row.number - self.head
        if self.width == 1 or row.text.strip():
            self.ragged += 1
            if self.ragged == 1:
                self.first_ragged = (self.last, row.actual_columns)
        return "skip"


class Scan:
    """One pass over the rows, as batches of strings.

    The text is cut into blocks of whole rows, some of which are parsed at a time. Where it is not plain where a row
    ends, Arrow's reader of streams goes on, which finds out as it parses, but reads far ahead.

    ``done`` counts the rows of the batches before the one in hand. Rows of another width are counted to the end before
    it complains. A survey looks whether the last quote was closed: it sees a last row of nothing but nulls, which an
    open quote would swallow.
    """

    def __init__(
        self, file: InputFile, encoding: Encoding, dialect: Dialect, block: int, *, survey: bool = False
    ) -> None:
        self._file, self._dialect, self._block, self._is_survey = file, dialect, block, survey
        tail = dialect.delimiter * (dialect.width - 1) + "\n" if survey else ""
        self._stream = Utf8Stream(file, encoding, tail.encode(), mask_nul=True)
        self._ragged = self._odd = self._last_odd = 0
        self._first_ragged = (0, 0)
        self._head = dialect.skip, int(dialect.header)  # lines above the rows that are cut off next
        self._above = 0  # rows above those that are taken next, odd ones too
        self.done = 0

    def __enter__(self) -> "Scan":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    @property
    def has_nul(self) -> bool:
        """Whether a NUL character came by."""
        return self._stream.has_nul

    def __iter__(self) -> Generator[pa.RecordBatch, None, None]:
        held: pa.RecordBatch | None = None
        for batch in self._parsed():
            if held is not None:
                yield held
                self.done += held.num_rows
            held = batch
        if self._is_survey:
            last = self.done + (held.num_rows if held else 0) + self._odd
            if held is None or self._last_odd == last or any(column[-1].is_valid for column in held.columns):
                raise self._open_quote(last)
            held = held.slice(0, held.num_rows - 1)
        if held is not None and held.num_rows:
            yield held
            self.done += held.num_rows
        if self._ragged:
            raise self._uneven()

    def _parsed(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in chain(self._of_blocks(), self._of_stream()):
                batch = _unmasked(batch) if self._stream.masked else batch  # noqa: PLW2901
                for at in range(0, batch.num_rows, _ROWS):
                    yield batch.slice(at, _ROWS)
        except RowIdError:
            raise
        except pa.ArrowInvalid as error:
            if self._ragged:
                raise self._uneven() from None
            if "straddling" in str(error):
                raise RowTooLongError(self.done) from None
            # Arrow's own message can quote the row, so it goes no further.
            what = f"it cannot be read as CSV after row {self.done:,}"
            raise SourceError(what, where=self._file.name, hint="Check the delimiter and the quote.") from None

    def _of_blocks(self) -> Iterator[pa.RecordBatch]:
        threads = max(1, min(_MOST, processors(), _AT_ONCE // self._block))
        with closing(spread(self._parse, self._blocks(), threads)) as parsed:
            for table, odd in parsed:
                self._count(odd)
                self._above += table.num_rows + odd.rows
                yield from table.to_batches()

    def _blocks(self) -> Generator["_Block", None, None]:
        rest, is_begun = b"", False
        while text := rest + self._stream.read(self._block - len(rest)):
            # Arrow drops a byte order mark wherever it begins to read; within the text it is a character of a cell
            mark = BOM_UTF8 if is_begun and text.startswith(BOM_UTF8) else b""
            end = end_of_rows(text, self._dialect.delimiter, self._dialect.quote)
            if not end:
                self._stream.unread(mark + text)
                return
            rest = text[end:]
            yield _Block(pa.py_buffer(mark + text).slice(0, len(mark) + end), self._head)
            self._head, is_begun = (0, 0), True

    def _parse(self, block: "_Block") -> tuple[pa.Table, "_Odd"]:
        odd = _Odd(self._dialect.width, sum(block.head))
        return pacsv.read_csv(pa.BufferReader(block.rows), *self._options(block.head, odd)), odd

    def _of_stream(self) -> Iterator[pa.RecordBatch]:
        if self._stream.is_done:
            return
        odd = _Odd(self._dialect.width, sum(self._head))
        try:
            with pacsv.open_csv(self._stream, *self._options(self._head, odd)) as rows:
                yield from rows
        finally:
            self._count(odd)

    def _count(self, odd: "_Odd") -> None:
        """Adds what was odd in the rows that are taken next."""
        if odd.ragged and not self._ragged:
            self._first_ragged = (self._above + odd.first_ragged[0], odd.first_ragged[1])
        if odd.rows:
            self._last_odd = self._above + odd.last
        self._odd += odd.rows
        self._ragged += odd.ragged

    def _options(
        self, head: tuple[int, int], odd: "_Odd"
    ) -> tuple[pacsv.ReadOptions, pacsv.ParseOptions, pacsv.ConvertOptions]:
        names = [f"f{at}" for at in range(self._dialect.width)]
        return (
            pacsv.ReadOptions(
                use_threads=False,  # with threads there are no row numbers
                block_size=self._block + len(BOM_UTF8),
                column_names=names,
                skip_rows=head[0],
                skip_rows_after_names=head[1],
            ),
            pacsv.ParseOptions(
                delimiter=self._dialect.delimiter,
                quote_char=self._dialect.quote or False,
                double_quote=True,
                newlines_in_values=True,
                ignore_empty_lines=self._dialect.width > 1,
                invalid_row_handler=odd.take,
            ),
            pacsv.ConvertOptions(
                check_utf8=False,  # the stream has
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def _uneven(self) -> SourceError:
        row, width = self._first_ragged
        rows = "row has" if self._ragged == 1 else "rows have"
        expected = f"{self._dialect.width} {'column' if self._dialect.width == 1 else 'columns'}"
        return SourceError(
            f"{self._ragged:,} {rows} another number of columns than the {expected} of the first row; "
            f"the first of them is row {row:,} with {width}",
            where=self._file.name,
            hint="Check the delimiter and the quotes, or repair the file.",
        )

    def _open_quote(self, row: int) -> SourceError:
        return SourceError(
            f"a quote is opened in row {row:,} and never closed",
            where=self._file.name,
            hint="Close it, or say that nothing is quoted if quotes are plain characters here.",
        )


def _unmasked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the NUL characters that were kept from Arrow's parser."""
    columns = batch.columns
    for mask, character in (("\1B", "\0"), ("\1A", "\1")):
        columns = [pc.replace_substring(column, mask, character) for column in columns]
    return pa.record_batch(columns, names=batch.schema.names)
