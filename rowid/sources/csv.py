"""Delimited text: a first pass learns the types from every row, and what it parsed is delivered if it could be kept.

Else a second pass parses the file again. Both are streams.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from rowid.errors import SourceError
from rowid.lanes import ahead
from rowid.model import ColumnInfo, ReadOptions, SourceInfo
from rowid.sources.columns import named, require_known
from rowid.sources.dialect import Dialect, dialect_of
from rowid.sources.encoding import Encoding, EncodingError, encoding_of, is_utf8, second_guess
from rowid.sources.files import InputFile
from rowid.sources.infer import ColumnGuess
from rowid.sources.kept import Column, Kept
from rowid.sources.scan import RowTooLongError, Scan
from rowid.stream import CellType, reader

_SAMPLE = 1 << 18
_BIG_SAMPLE = 1 << 25
_BLOCKS = (1 << 22, 1 << 24, 1 << 26, 1 << 28)  # bytes read at a time; a row must fit into one block


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first pass found."""

    encoding: Encoding
    dialect: Dialect
    names: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    schema: pa.Schema
    block: int
    info: SourceInfo


class CsvSource:
    """A CSV or TSV file. Columns that a number, boolean or time would spoil stay text; the rest come as cells.

    Whole numbers that are written as their canonical text come as mere numbers: their characters tell nothing more.
    """

    def __init__(self, file: InputFile, options: ReadOptions, format_: str = "CSV") -> None:
        self._file, self._options, self._format = file, options, format_
        self._found: _Survey | None = None
        self._kept: Kept | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._file.name

    def info(self) -> SourceInfo:
        """What was understood of the file; reads it once, whole."""
        return self._survey().info

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader."""
        found = self._survey()
        kept, self._kept = self._kept, None  # the first reader takes them along, and gives their memory back
        return reader(found.schema, self._batches(found, kept))

    def _batches(self, found: _Survey, kept: Kept | None) -> Iterator[pa.RecordBatch]:
        if kept:
            self._file.require_unchanged()
            yield from (_delivered(columns, found) for columns in kept.batches())
            return
        with Scan(self._file, found.encoding, found.dialect, found.block) as rows:
            for batch in rows:
                yield _delivered([Column(cells) for cells in batch.columns], found)

    def _survey(self) -> _Survey:
        if self._found is None:
            self._found = self._look()
        return self._found

    def _look(self) -> _Survey:
        sample, _ = self._file.sample(_SAMPLE)
        if not sample:
            raise SourceError("the file is empty", where=self.name, hint="It has neither a header nor a row.")
        encoding = encoding_of(sample, self._options.encoding, self.name)
        try:
            return self._read(encoding)
        except EncodingError as error:
            if not (encoding.guessed and encoding.codec == "utf-8" and not encoding.bom):
                raise
            other = second_guess(self._file, error)
            if other is None:
                raise
        return self._read(other)

    def _read(self, encoding: Encoding) -> _Survey:
        dialect = self._dialect(encoding)
        names, notes = self._names(dialect)
        require_known(self._options.text_columns, names, self.name)
        for block in _BLOCKS:
            guesses = [ColumnGuess(keep_text=name in self._options.text_columns) for name in names]
            try:
                with Scan(self._file, encoding, dialect, block, survey=True) as rows:
                    self._kept = _guessed(rows, guesses)
                break
            except RowTooLongError as error:
                if block == _BLOCKS[-1]:
                    raise SourceError(
                        f"a row after row {error.row:,} is longer than {block >> 20} MB",
                        where=self.name,
                        hint="A quote that is never closed can be the cause.",
                    ) from None
        if rows.has_nul:
            notes.append("some cells hold NUL characters")
        if encoding.codec == "cp1252":
            notes.append("not UTF-8, so read as Windows-1252; say which encoding it has if letters look wrong")
        columns = tuple(
            ColumnInfo(name, str(guess.type), guess.note) for name, guess in zip(names, guesses, strict=True)
        )
        details = {"encoding": encoding.label, **dialect.details()}
        if self._file.compression:
            details = {"compression": self._file.compression, **details}
        info = SourceInfo(self.name, self._format, columns, rows.done, details, tuple(notes))
        types = tuple(guess.type for guess in guesses)
        schema = pa.schema([_field(name, guess) for name, guess in zip(names, guesses, strict=True)])
        return _Survey(encoding, dialect, names, types, schema, block, info)

    def _dialect(self, encoding: Encoding) -> Dialect:
        prefer = "\t" if self._format == "TSV" else ""
        for size in (_SAMPLE, _BIG_SAMPLE):
            raw, complete = self._file.sample(size)
            text = _text(raw[encoding.bom :], encoding, complete, self.name)
            dialect = dialect_of(text, complete, self._options, prefer=prefer, name=self.name)
            if complete or sum(map(len, dialect.first_row)) < size // 2:
                break
        return dialect

    def _names(self, dialect: Dialect) -> tuple[tuple[str, ...], list[str]]:
        notes = list(dialect.notes)
        if not dialect.header:
            return tuple(f"column{at + 1}" for at in range(dialect.width)), notes
        names, more = named(dialect.first_row, self.name)
        return names, notes + more


def _guessed(rows: Scan, guesses: list[ColumnGuess]) -> Kept | None:
    """Gives every row to the guesses, and returns the cells if all could be kept."""
    kept, first_row = Kept(), 1
    with closing(ahead(iter(rows))) as batches:
        for batch in batches:
            pairs = zip(guesses, batch.columns, strict=True)
            kept.add([Column.of(cells, guess.add(cells, first_row)) for guess, cells in pairs])
            first_row += batch.num_rows
    return kept if kept.is_whole else None


def _field(name: str, guess: ColumnGuess) -> pa.Field:
    is_plain = guess.type == pa.string() or guess.is_canonical
    return pa.field(name, guess.type if is_plain else CellType(guess.type))


def _delivered(columns: Sequence[Column], found: _Survey) -> pa.RecordBatch:
    parts = zip(columns, found.schema, found.types, strict=True)
    return pa.record_batch([column.delivered(field, type_) for column, field, type_ in parts], schema=found.schema)


def _text(raw: bytes, encoding: Encoding, complete: bool, name: str) -> str:
    """The sample as text; what is not valid is left to the pass over the file, which knows the place."""
    if encoding.guessed and not encoding.codec.startswith("utf-16") and b"\0" in raw and not is_utf8(raw):
        hint = "If it is a spreadsheet or a Parquet file, give it its proper ending."
        raise SourceError("this is binary data, not text", where=name, hint=hint)
    return raw.decode(encoding.codec, "replace")
