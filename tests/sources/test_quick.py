"""Cells read in one go: whatever is so read is read as the rules for each cell read it."""

import random

import pyarrow as pa
import pytest

from rowid.sources import quick
from rowid.sources.infer import ColumnGuess
from rowid.sources.spelling import BOOLEAN, DATE, DECIMAL, INSTANT, INTEGER, SPECIAL, TIMESTAMP
from rowid.stream import cells, values

_PLAIN = {
    INTEGER: ["0", "1", "-1", "42", "9007199254740994", "-9007199254740993", "9223372036854775807"],
    DECIMAL: ["0.5", "-0.5", ".5", "-.5", "5.", "1.50", "-0.0", "12345.678901234", "0.30000000000000004"],
    BOOLEAN: ["true", "True", "TRUE", "false", "False", "FALSE"],
    DATE: ["2020-02-29", "0001-01-01", "9999-12-31", "1969-12-31"],
    TIMESTAMP: ["2020-01-01 10:00", "2020-01-01T10:00:01", "0001-01-01T00:00:00.123456", "9999-12-31 23:59:59"],
    INSTANT: ["2020-01-01T10:00Z", "2020-01-01 10:00:00+02:00", "2020-01-01T10:00-0530", "2020-01-01T10:00:00.5+02"],
}
_ODD = [
    "", " ", "-", ".", "-.", "+5", "-0", "-00", "007", "-05", "00.5", "-01.5", " 5", "5 ", "1,5", "1_0", "0x1F", "-0x1",
    "0X1f", "1e5", "1E-7", "1e400", "--1", "1-2", "1..2", "1/2", "٣", "nan", "NaN", "NAN", "inf", "-Infinity", "+inf",
    "9223372036854775808", "1234567890123456", "0.10000000000000001", "12345678901234567.5", "tRue", "t", "yes",
    "2023-02-29", "0000-01-01", "2020-1-1", "20200101", "-020-01-01", "2020-01-01T10", "2020-01-01T24:00",
    "2020-01-01T23:59:60", "2020-01-01t10:00", "2020-01-01T10:00:00.", "2020-01-01T10:00:00.1234567",
    "0000-01-01T00:00", "2020-01-01T10Z", "2020-01-01T10+02:00", "2020-01-01T10:00+24:00", "2020-01-01T10:00+02:60",
    "0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00", "2020-01-01T10:00z", "2020-01-01Z", "x", "n/a", "\n",
]  # fmt: skip


def _column(choose: random.Random) -> list[list[str | None]]:
    """Chunks of cells of one kind or two, with an odd one here and there."""
    some: list[str | None] = [
        one for kind in choose.sample(sorted(_PLAIN), choose.choice((1, 1, 2))) for one in _PLAIN[kind]
    ]
    some += [None] * choose.choice((0, 3))
    chunks = [choose.choices(some, k=choose.choice((3, 10, 40))) for _ in range(choose.choice((2, 3, 5)))]
    for chunk in chunks:
        if choose.random() < 0.2:
            chunk[choose.randrange(len(chunk))] = choose.choice(_ODD)
    return chunks


def _guess(chunks: list[list[str | None]]) -> tuple[ColumnGuess, list[quick.Read | None]]:
    guess, row, reads = ColumnGuess(), 1, []
    for chunk in chunks:
        # a slice, so that its offsets do not start at zero
        reads.append(guess.add(pa.array(["before", *chunk], pa.string()).slice(1), row))
        row += len(chunk)
    return guess, reads


def _public(guess: ColumnGuess) -> tuple[object, ...]:
    return guess.type, guess.note, guess.is_canonical, guess._kinds, guess._misfits, guess._first


@pytest.mark.parametrize("seed", range(10))
def test_a_column_is_taken_for_the_same_as_when_each_cell_is_looked_at(monkeypatch, seed):
    choose = random.Random(seed)
    columns = [_column(choose) for _ in range(100)]
    found = [_guess(column) for column in columns]
    assert sum(read is not None for _, reads in found for read in reads) > 50
    monkeypatch.setattr(quick, "read", lambda *_: None)
    for column, (guess, reads) in zip(columns, found, strict=True):
        slow, _ = _guess(column)
        assert _public(guess) == _public(slow), column
        for chunk, read in zip(column, reads, strict=True):
            if read:
                assert read.values.equals(values(cells(pa.array(chunk, pa.string()), read.values.type)))
                assert not read.is_canonical or read.values.cast(pa.string()).to_pylist() == chunk


@pytest.mark.parametrize("kind", [INTEGER, DECIMAL, BOOLEAN, DATE, TIMESTAMP, INSTANT])
def test_cells_of_every_kind_are_read_in_one_go(kind):
    plain = [*_PLAIN[kind], None]
    read = quick.read(pa.array(plain), {kind})
    assert read is not None
    assert read.kinds == {kind: len(plain) - 1}
    assert read.values.null_count == 1


@pytest.mark.parametrize("odd", _ODD)
@pytest.mark.parametrize("kind", [INTEGER, DECIMAL, BOOLEAN, DATE, TIMESTAMP, INSTANT])
def test_a_single_odd_cell_is_found_among_many(kind, odd):
    one, slow = ColumnGuess(), ColumnGuess()
    many = _PLAIN[kind] * 20
    read = quick.read(pa.array([*many, odd, *many]), {kind})
    one.add(pa.array(many), 1)
    one.add(pa.array([*many, odd, *many]), len(many) + 1)
    slow.add(pa.array([*many, *many, odd, *many]), 1)
    assert (one.type, one._kinds, one._misfits) == (slow.type, slow._kinds, slow._misfits)
    assert read is None or not slow._misfits


def test_specials_among_numbers_are_no_reason_to_look_at_every_other_cell():
    read = quick.read(pa.array(["1", "2.5"]), {INTEGER, SPECIAL})
    assert read is not None
    assert read.kinds == {INTEGER: 1, DECIMAL: 1}


def test_a_long_whole_number_among_decimals_is_in_doubt_and_a_long_decimal_is_not():
    assert quick.read(pa.array(["9007199254740994", "1.5"]), {DECIMAL}) is None
    assert quick.read(pa.array(["0.30000000000000004", "1", "1.5"]), {DECIMAL}) is not None
    assert quick.read(pa.array(["0.30000000000000001", "1", "1.5"]), {DECIMAL}) is None


def test_a_minus_zero_is_a_whole_number_that_is_not_its_text():
    for chunks in ([["1", "-0"]], [["1"], ["-0"]], [["1"], ["2", "-0", "9007199254740994"]]):
        guess, _ = _guess(chunks)
        assert (guess.type, guess.is_canonical) == (pa.int64(), False)
    assert _guess([["1"], ["2", None]])[0].is_canonical
