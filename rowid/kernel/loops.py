"""The columns of a plan, one loop for each kind: a field appended to each of some messages."""

from collections.abc import Callable

import numpy as np

from rowid.kernel.digits import power
from rowid.kernel.fields import (
    put_binary,
    put_date,
    put_float,
    put_integer,
    put_scaled,
    put_string,
    put_time,
    put_timestamp,
    put_uuid,
)
from rowid.kernel.layout import BEHIND, DATA, FLAG, KIND, OFFSETS, START, UNIT, VALID, Kind
from rowid.kernel.memory import (
    function,
    load_f64,
    load_i8,
    load_i16,
    load_i32,
    load_i64,
    load_u8,
    load_u16,
    load_u32,
    store_8,
    store_64,
)
from rowid.kernel.utf8 import is_ascii, is_inside, is_utf8

STRING, SHORT_STRING, INTEGER, FLOAT, BOOLEAN, DATE, TIMESTAMP, TIME, DECIMAL, BINARY, UUID, NULL = map(int, Kind)
_NULL_FIELD = 0x7E  # ~
_TOO_LONG = 10**18  # a decimal that is written has 18 digits at most
_TRUE, _FALSE = (int.from_bytes(text, "little") for text in (b"4:true", b"5:false"))


@function
def of(numbers: int, which: int) -> int:
    """One of the numbers at an address: of a call, or of a column, which is a row of the plan."""
    return load_i64(numbers + 8 * which)


def _loop(field: Callable[..., int]) -> Callable[..., int]:
    """Compiled code that appends one column's field to each of ``rows`` messages that end at ``ends``.

    It returns how many it left to the reference, and sets ``memo[1]`` if there is a null.

    ``field(data, offsets, behind, unit, flag, row, at, memo)`` writes the field of value number ``row`` at ``at`` and
    returns its end, 0 where it cannot, -1 for a null. The numbers of the column are passed one by one: what is read
    from memory, the compiler reads again after every store.
    """

    @function
    def encode(column, first, rows, ends, nulls, left, memo):
        memo[0] = 0
        data, offsets, behind = of(column, DATA), of(column, OFFSETS), of(column, BEHIND)
        unit, flag = of(column, UNIT), of(column, FLAG)
        valid, start = of(column, VALID), of(column, START) + first
        unwritten = 0
        for at in range(rows):
            row = start + at
            end = np.int64(-1)
            if valid == 0 or (load_u8(valid + (row >> 3)) >> (row & 7)) & 1:
                end = field(data, offsets, behind, unit, flag, row, ends[at], memo)
            if end > 0:
                ends[at] = end
            elif end < 0:
                store_8(ends[at], _NULL_FIELD)
                ends[at] += 1
                nulls[first + at] += 1
                memo[1] = 1
            else:
                left[first + at] = True
                unwritten += 1
        return unwritten

    return encode


@function
def _short_string(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i32(offsets + 4 * row)
    return put_string(data + begin, load_i32(offsets + 4 * row + 4) - begin, behind, at)


@function
def _string(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i64(offsets + 8 * row)
    return put_string(data + begin, load_i64(offsets + 8 * row + 8) - begin, behind, at)


@function
def _long(data, offsets, behind, unit, flag, row, at, memo):
    number = load_i64(data + 8 * row)
    return 0 if number < 0 and flag == 0 else put_integer(number, at)  # an unsigned one beyond 63 bits


@function
def _integer(data, offsets, behind, unit, flag, row, at, memo):
    source = data + unit * row
    if unit == 4:
        return put_integer(load_i32(source) if flag else load_u32(source), at)
    if unit == 2:
        return put_integer(load_i16(source) if flag else load_u16(source), at)
    return put_integer(load_i8(source) if flag else load_u8(source), at)


@function
def _float(data, offsets, behind, unit, flag, row, at, memo):
    number = load_f64(data + 8 * row)
    return -1 if number != number else put_float(number, at, memo)


@function
def _boolean(data, offsets, behind, unit, flag, row, at, memo):
    truth = (load_u8(data + (row >> 3)) >> (row & 7)) & 1
    store_64(at, _TRUE if truth else _FALSE)
    return at + 7 - truth


@function
def _date(data, offsets, behind, unit, flag, row, at, memo):
    return put_date(load_i32(data + 4 * row), at)


@function
def _timestamp(data, offsets, behind, unit, flag, row, at, memo):
    return put_timestamp(load_i64(data + 8 * row), at, unit, power(unit), flag)


@function
def _time(data, offsets, behind, unit, flag, row, at, memo):
    return put_time(load_i64(data + 8 * row) if flag == 8 else load_i32(data + 4 * row), at, unit, power(unit))


@function
def _decimal(data, offsets, behind, unit, flag, row, at, memo):
    low, high = load_i64(data + 16 * row), load_i64(data + 16 * row + 8)
    return put_scaled(low, at, unit) if high == low >> 63 and -_TOO_LONG < low < _TOO_LONG else 0


@function
def _binary(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i64(offsets + 8 * row)
    return put_binary(data + begin, load_i64(offsets + 8 * row + 8) - begin, at)


@function
def _uuid(data, offsets, behind, unit, flag, row, at, memo):
    return put_uuid(data + 16 * row, at)


_strings, _short_strings, _longs, _integers = _loop(_string), _loop(_short_string), _loop(_long), _loop(_integer)
_floats, _booleans, _dates, _timestamps = _loop(_float), _loop(_boolean), _loop(_date), _loop(_timestamp)
_times, _decimals, _binaries, _uuids = _loop(_time), _loop(_decimal), _loop(_binary), _loop(_uuid)


@function
def put_fields(column, first, rows, ends, nulls, left, memo):
    """Appends the fields of ``rows`` rows of a column, from row ``first`` on, to the messages that end at ``ends``.

    Returns how many it left to the reference.
    """
    kind = of(column, KIND)
    if kind == SHORT_STRING:
        return _short_strings(column, first, rows, ends, nulls, left, memo)
    if kind == STRING:
        return _strings(column, first, rows, ends, nulls, left, memo)
    if kind == INTEGER:
        if of(column, UNIT) == 8:
            return _longs(column, first, rows, ends, nulls, left, memo)
        return _integers(column, first, rows, ends, nulls, left, memo)
    if kind == FLOAT:
        return _floats(column, first, rows, ends, nulls, left, memo)
    if kind == DATE:
        return _dates(column, first, rows, ends, nulls, left, memo)
    if kind == TIMESTAMP:
        return _timestamps(column, first, rows, ends, nulls, left, memo)
    if kind == BOOLEAN:
        return _booleans(column, first, rows, ends, nulls, left, memo)
    if kind == TIME:
        return _times(column, first, rows, ends, nulls, left, memo)
    if kind == DECIMAL:
        return _decimals(column, first, rows, ends, nulls, left, memo)
    if kind == BINARY:
        return _binaries(column, first, rows, ends, nulls, left, memo)
    if kind == UUID:
        return _uuids(column, first, rows, ends, nulls, left, memo)
    for at in range(rows):  # a column of nulls
        store_8(ends[at], _NULL_FIELD)
        ends[at] += 1
        nulls[first + at] += 1
    memo[1] = 1
    return 0


@function
def are_texts(column, first, rows):
    """Whether the strings of some rows are UTF-8: the bytes of all together, and each begins with a character."""
    data, offsets, start = of(column, DATA), of(column, OFFSETS), of(column, START) + first
    if of(column, KIND) == SHORT_STRING:
        begin, end = load_i32(offsets + 4 * start), load_i32(offsets + 4 * (start + rows))
    elif of(column, KIND) == STRING:
        begin, end = load_i64(offsets + 8 * start), load_i64(offsets + 8 * (start + rows))
    else:
        return True
    if is_ascii(data + begin, data + end):
        return True
    if not is_utf8(data + begin, data + end):
        return False
    for row in range(start, start + rows):
        offset = load_i32(offsets + 4 * row) if of(column, KIND) == SHORT_STRING else load_i64(offsets + 8 * row)
        if offset < end and is_inside(data + offset):
            return False
    return True
