"""JSON Lines: one object a line.

Strings stay strings, whole numbers keep all their digits, a number with a point or an exponent is a float64, as nearly
every program takes it. The schema holds for all lines: a field that comes late is null before.
"""

import io
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import pyarrow as pa

from rowid.errors import SourceError
from rowid.model import ColumnInfo, ReadOptions, SourceInfo
from rowid.objects import ObjectGuess
from rowid.sources.columns import require_known
from rowid.sources.encoding import Encoding, Utf8Stream, encoding_of
from rowid.sources.files import InputFile
from rowid.stream import reader

_ROWS = 8192
_BYTES = 1 << 24  # of the lines of a batch
_HINT = "Each line is one JSON object."


class JsonLinesSource:
    """A JSON Lines file."""

    def __init__(self, file: InputFile, options: ReadOptions) -> None:
        self._file, self._options = file, options
        self._guesses: dict[str, ObjectGuess] = {}
        self._info: SourceInfo | None = None
        self._encoding: Encoding | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._file.name

    def info(self) -> SourceInfo:
        """What was understood of the file; reads it once, whole."""
        if self._info is None:
            self._info = self._survey()
        return self._info

    def open(self) -> pa.RecordBatchReader:
        """The rows from the first; each call gives a fresh reader."""
        self.info()
        schema = pa.schema([(name, guess.type) for name, guess in self._guesses.items()])
        return reader(schema, self._batches(schema))

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        done = 0
        for rows in self._rows():
            try:
                columns = [guess.array([row.get(name) for row in rows]) for name, guess in self._guesses.items()]
            except (pa.ArrowException, UnicodeEncodeError, OverflowError):
                what = f"rows {done + 1:,} to {done + len(rows):,} hold nested values of different types"
                raise SourceError(what, where=self.name, hint="Leave that field out, or make it one type.") from None
            done += len(rows)
            yield pa.record_batch(columns, schema=schema)

    def _survey(self) -> SourceInfo:
        guesses: dict[str, ObjectGuess] = {}
        count = 0
        for rows in self._rows():
            for row in rows:
                for name in row.keys() - guesses.keys() and row:
                    guesses.setdefault(name, ObjectGuess(keep_text=name in self._options.text_columns))
            for name, guess in guesses.items():
                guess.add([row.get(name) for row in rows])
            count += len(rows)
        if not guesses:
            raise SourceError("no line holds a field", where=self.name, hint=_HINT)
        require_known(self._options.text_columns, list(guesses), self.name)
        self._guesses = guesses
        columns = tuple(ColumnInfo(name, str(guess.type), guess.note) for name, guess in guesses.items())
        details = {"encoding": self._encoding.label if self._encoding else ""}
        if self._file.compression:
            details = {"compression": self._file.compression, **details}
        return SourceInfo(self.name, "JSON Lines", columns, count, details)

    def _rows(self) -> Iterator[Sequence[dict[str, Any]]]:
        sample, _ = self._file.sample(1 << 16)
        guess = encoding_of(sample, self._options.encoding, self.name)
        if guess.guessed and guess.codec == "cp1252":  # RFC 8259: JSON is UTF-8
            guess = Encoding("utf-8", 0, "UTF-8", guessed=False)
        self._encoding = guess
        rows: list[dict[str, Any]] = []
        size = 0
        with Utf8Stream(self._file, guess) as stream, io.BufferedReader(stream, 1 << 20) as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                rows.append(self._object(line, number))
                size += len(line)
                if len(rows) == _ROWS or size > _BYTES:
                    yield rows
                    rows, size = [], 0
        if rows:
            yield rows

    def _object(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            found = _DECODER.decode(line.decode())
        except _TwiceError:
            self._refuse(f"line {number:,} holds an object that names a field twice", "Rename or drop one of them.")
        except (ValueError, RecursionError):
            start = line.lstrip()[:1]
            hint = _HINT
            if number == 1 and start == b"[":
                hint += " This looks like one JSON list: write its elements a line each."
            elif number == 1 and start == b"{":
                hint += " This looks like one object over several lines: write it in one."
            self._refuse(f"line {number:,} is not JSON", hint)
        if not isinstance(found, dict):
            hint = _HINT + " This looks like one JSON list: write its elements a line each." * isinstance(found, list)
            self._refuse(f"line {number:,} is not an object", hint)
        if b"\\ud" in line or b"\\uD" in line:
            try:
                json.dumps(found, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                self._refuse(f"line {number:,} holds a lone surrogate", "Such a half of a character is no text.")
        if any(type(value) is float and math.isinf(value) for value in found.values()) and b"Infinity" not in line:
            self._refuse(f"line {number:,} holds a number too large for a float64", "Write it as a string.")
        return found

    def _refuse(self, what: str, hint: str) -> NoReturn:
        raise SourceError(what, where=self.name, hint=hint) from None


class _TwiceError(Exception):
    """An object names a field twice: which of the two would be meant?"""


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object_of)
