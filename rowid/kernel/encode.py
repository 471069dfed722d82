"""From the columns of a plan to padded messages to digests, for a range of rows; compiled, and free of the GIL."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from rowid.kernel.digits import places_of, power
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
from rowid.kernel.memory import (
    copy_32,
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
    swapped_64,
)
from rowid.kernel.sha256 import LANES, hash_sixteen
from rowid.kernel.utf8 import is_inside, is_utf8

STRING, SHORT_STRING, INTEGER, FLOAT, BOOLEAN, DATE, TIMESTAMP, TIME, DECIMAL, BINARY, UUID, NULL = range(12)
DATA, OFFSETS, VALID, START, BEHIND, UNIT, FLAG = range(1, 8)  # of a column's row in the plan; its kind is 0
_NULL_FIELD = 0x7E  # ~
_TRUE, _FALSE = (int.from_bytes(text, "little") for text in (b"4:true", b"5:false"))
ROWS = 512  # messages that are made before they are hashed: they stay in the processor's second cache
_MOST_BLOCKS = 256  # messages with more blocks than this are sorted as if they had so many


@njit
def short_floats(numbers: np.ndarray) -> np.ndarray:
    """Which of n floats 15 digits write, as bool of length n."""
    found = np.empty(len(numbers), np.bool_)
    for at in range(len(numbers)):
        found[at] = numbers[at] != numbers[at] or places_of(abs(numbers[at])) >= 0
    return found


def _loop(field: Callable[..., int]) -> Callable[..., None]:
    """Compiled code that appends one column's field to each of ``rows`` messages that end at ``ends``.

    ``field(data, offsets, behind, unit, flag, row, at, memo)`` writes the field of value number ``row`` at ``at`` and
    returns its end, 0 where it cannot, -1 for a null. The numbers of the column are passed one by one: what is read
    from memory, the compiler reads again after every store.
    """

    @njit
    def encode(column, first, rows, ends, nulls, left):
        memo = np.zeros(1, np.int64)
        data, offsets, behind, unit, flag = column[DATA], column[OFFSETS], column[BEHIND], column[UNIT], column[FLAG]
        valid, start = column[VALID], column[START] + first
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
            else:
                left[first + at] = True

    return encode


@njit
def _short_string(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i32(offsets + 4 * row)
    return put_string(data + begin, load_i32(offsets + 4 * row + 4) - begin, behind, at)


@njit
def _string(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i64(offsets + 8 * row)
    return put_string(data + begin, load_i64(offsets + 8 * row + 8) - begin, behind, at)


@njit
def _long(data, offsets, behind, unit, flag, row, at, memo):
    number = load_i64(data + 8 * row)
    return 0 if number < 0 and flag == 0 else put_integer(number, at)  # an unsigned one beyond 63 bits


@njit
def _integer(data, offsets, behind, unit, flag, row, at, memo):
    source = data + unit * row
    if unit == 4:
        return put_integer(load_i32(source) if flag else load_u32(source), at)
    if unit == 2:
        return put_integer(load_i16(source) if flag else load_u16(source), at)
    return put_integer(load_i8(source) if flag else load_u8(source), at)


@njit
def _float(data, offsets, behind, unit, flag, row, at, memo):
    number = load_f64(data + 8 * row)
    return -1 if number != number else put_float(number, at, memo)


@njit
def _boolean(data, offsets, behind, unit, flag, row, at, memo):
    truth = (load_u8(data + (row >> 3)) >> (row & 7)) & 1
    store_64(at, _TRUE if truth else _FALSE)
    return at + 7 - truth


@njit
def _date(data, offsets, behind, unit, flag, row, at, memo):
    return put_date(load_i32(data + 4 * row), at)


@njit
def _timestamp(data, offsets, behind, unit, flag, row, at, memo):
    return put_timestamp(load_i64(data + 8 * row), at, unit, power(unit), flag)


@njit
def _time(data, offsets, behind, unit, flag, row, at, memo):
    return put_time(load_i64(data + 8 * row) if flag == 8 else load_i32(data + 4 * row), at, unit, power(unit))


@njit
def _decimal(data, offsets, behind, unit, flag, row, at, memo):
    return put_scaled(load_i64(data + 16 * row), at, unit)


@njit
def _binary(data, offsets, behind, unit, flag, row, at, memo):
    begin = load_i64(offsets + 8 * row)
    return put_binary(data + begin, load_i64(offsets + 8 * row + 8) - begin, at)


@njit
def _uuid(data, offsets, behind, unit, flag, row, at, memo):
    return put_uuid(data + 16 * row, at)


_strings, _short_strings, _longs, _integers = _loop(_string), _loop(_short_string), _loop(_long), _loop(_integer)
_floats, _booleans, _dates, _timestamps = _loop(_float), _loop(_boolean), _loop(_date), _loop(_timestamp)
_times, _decimals, _binaries, _uuids = _loop(_time), _loop(_decimal), _loop(_binary), _loop(_uuid)


@njit
def _are_texts(column, first, rows):
    """Whether the strings of some rows are UTF-8: the bytes of all together, and each begins with a character."""
    data, offsets, start = column[DATA], column[OFFSETS], column[START] + first
    if column[0] == SHORT_STRING:
        begin, end = load_i32(offsets + 4 * start), load_i32(offsets + 4 * (start + rows))
    elif column[0] == STRING:
        begin, end = load_i64(offsets + 8 * start), load_i64(offsets + 8 * (start + rows))
    else:
        return True
    if not is_utf8(data + begin, data + end):
        return False
    for row in range(start, start + rows):
        offset = load_i32(offsets + 4 * row) if column[0] == SHORT_STRING else load_i64(offsets + 8 * row)
        if offset < end and is_inside(data + offset):
            return False
    return True


@njit
def _encode(column, first, rows, ends, nulls, left):
    kind = column[0]
    if kind == SHORT_STRING:
        _short_strings(column, first, rows, ends, nulls, left)
    elif kind == STRING:
        _strings(column, first, rows, ends, nulls, left)
    elif kind == INTEGER:
        if column[UNIT] == 8:
            _longs(column, first, rows, ends, nulls, left)
        else:
            _integers(column, first, rows, ends, nulls, left)
    elif kind == FLOAT:
        _floats(column, first, rows, ends, nulls, left)
    elif kind == DATE:
        _dates(column, first, rows, ends, nulls, left)
    elif kind == TIMESTAMP:
        _timestamps(column, first, rows, ends, nulls, left)
    elif kind == BOOLEAN:
        _booleans(column, first, rows, ends, nulls, left)
    elif kind == TIME:
        _times(column, first, rows, ends, nulls, left)
    elif kind == DECIMAL:
        _decimals(column, first, rows, ends, nulls, left)
    elif kind == BINARY:
        _binaries(column, first, rows, ends, nulls, left)
    elif kind == UUID:
        _uuids(column, first, rows, ends, nulls, left)
    else:  # a column of nulls
        for at in range(rows):
            store_8(ends[at], _NULL_FIELD)
            ends[at] += 1
            nulls[first + at] += 1


@njit
def _place(plan, first, rows, fixed, scratch, room, starts):
    """Where each message starts in the scratch, with room for its longest; returns how many of the rows fit."""
    for at in range(rows):
        starts[at] = fixed
    for number in range(len(plan)):
        column = plan[number]
        kind = column[0]
        if kind in (SHORT_STRING, STRING, BINARY):
            for at in range(rows):
                row = column[START] + first + at
                if kind == SHORT_STRING:
                    offset = column[OFFSETS] + 4 * row
                    starts[at] += load_i32(offset + 4) - load_i32(offset)
                else:
                    offset = column[OFFSETS] + 8 * row
                    starts[at] += (load_i64(offset + 8) - load_i64(offset)) << (kind == BINARY)
    place = 0
    for at in range(rows):
        longest = ((starts[at] + 63) & -64) | 64  # an odd number of lines: rows spread over all sets of a cache
        if place + longest > room:
            return at
        starts[at] = scratch + place
        place += longest
    return rows


@njit
def _pad(starts: np.ndarray, ends: np.ndarray, rows: int, before: int, blocks: np.ndarray) -> None:
    """Section 5.1.1 of FIPS 180-4; ``before`` counts bytes that were hashed already."""
    for at in range(rows):
        end = ends[at]
        length = end - starts[at]
        blocks[at] = (length + 72) >> 6
        last = starts[at] + (blocks[at] << 6) - 8
        store_64(end, 0x80)
        end += 8
        while end < last:
            store_64(end, 0)
            end += 8
        store_64(last, swapped_64((length + before) << 3))


@njit
def _by_blocks(blocks: np.ndarray, rows: int, order: np.ndarray, counts: np.ndarray) -> None:
    """The rows in the order of their number of blocks, so that the lanes of a vector end together; the last repeats."""
    counts[:] = 0
    for at in range(rows):
        counts[min(blocks[at], _MOST_BLOCKS)] += 1
    place = 0
    for number in range(_MOST_BLOCKS + 1):
        counts[number], place = place, place + counts[number]
    for at in range(rows):
        number = min(blocks[at], _MOST_BLOCKS)
        order[counts[number]] = at
        counts[number] += 1
    for at in range(rows, (rows + LANES - 1) & -LANES):
        order[at] = order[rows - 1]


@njit
def _hash(starts, blocks, order, rows, state, digests, hexes):
    """Hashes the messages in groups of lanes; ``digests`` and ``hexes`` are the addresses for row 0, or 0."""
    for group in range(0, rows, LANES):
        most = np.int64(0)
        for lane in range(LANES):
            most = max(most, blocks[order[group + lane]])
        numbers = order.ctypes.data + 8 * group
        hash_sixteen(numbers, starts.ctypes.data, blocks.ctypes.data, most, state.ctypes.data, digests, hexes)


@njit
def _wrap(digests, rows, inner, starts, ends, blocks, order):
    """The inner digests as the messages of HMAC's outer hash (FIPS 198-1)."""
    for at in range(rows):
        starts[at] = inner.ctypes.data + 64 * at
        copy_32(starts[at], digests + 32 * at)
        ends[at] = starts[at] + 32
        order[at] = at
    _pad(starts, ends, rows, 64, blocks)


def build(sources: int, *, cache: bool) -> Any:
    """The compiled ``hash_rows(plan, fixed, first, last, scratch, states, digests, hexes, nulls, left)``.

    Hashes the rows ``first`` to ``last`` of a plan.

    ``scratch``: uint8, where messages are made. ``states``: uint32 of shape (1, 8), or (2, 8) for HMAC: the states
    after the inner and after the outer key block. ``digests``, ``hexes``: addresses of 32 and 64 bytes a row, 0
    for what is not wanted. ``nulls`` counts the null fields of each row, ``left`` marks the
    rows that are left to the reference.

    ``sources`` stands for the source code of the kernel. numba's cache looks at the file of this function alone; as
    a variable that is closed over, the number makes another entry of another kernel.
    """

    @njit(nogil=True, cache=cache)
    def hash_rows(plan, fixed, first, last, scratch, states, digests, hexes, nulls, left):
        if sources == 0:
            return
        keyed = len(states) == 2
        starts, ends, blocks = np.empty(ROWS, np.int64), np.empty(ROWS, np.int64), np.empty(ROWS, np.int64)
        order, counts = np.empty(ROWS + LANES, np.int64), np.empty(_MOST_BLOCKS + 1, np.int64)
        inner = np.empty((ROWS if keyed else 1, 64), np.uint8)
        unkept = np.empty((ROWS, 32), np.uint8)
        begin = (scratch.ctypes.data + 63) & -64
        room = scratch.ctypes.data + len(scratch) - begin
        while first < last:
            rows = _place(plan, first, min(ROWS, last - first), fixed, begin, room, starts)
            if rows == 0:  # a row too long for the scratch
                left[first] = True
                first += 1
                continue
            ends[:rows] = starts[:rows]
            for number in range(len(plan)):
                if _are_texts(plan[number], first, rows):
                    _encode(plan[number], first, rows, ends, nulls, left)
                else:
                    left[first : first + rows] = True
            _pad(starts, ends, rows, 64 * keyed, blocks)
            _by_blocks(blocks, rows, order, counts)
            digest = digests + 32 * first if digests else unkept.ctypes.data
            hex_ = hexes + 64 * first if hexes else 0
            _hash(starts, blocks, order, rows, states[0], digest, 0 if keyed else hex_)
            if keyed:
                _wrap(digest, rows, inner, starts, ends, blocks, order)
                _hash(starts, blocks, order, rows, states[1], digest, hex_)
            first += rows

    return hash_rows
