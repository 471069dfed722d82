"""From the columns of a plan to padded messages to digests, for a range of rows; compiled, and free of the GIL."""

import numpy as np
from numba import carray

from rowid.kernel.layout import (
    ANY_LEFT,
    ANY_NULL,
    CALL,
    COLUMNS,
    DIGESTS,
    FIXED,
    GIVEN_UP,
    HEXES,
    KEYED,
    KIND,
    LANES,
    LAST,
    LEFT,
    MOST_BLOCKS,
    NULLS,
    OFFSETS,
    ROWS,
    START,
    STATES,
    TABLES,
    TAKEN,
    WIDTH,
    WORKSPACE,
)
from rowid.kernel.loops import BINARY, SHORT_STRING, STRING, are_texts, of, put_fields
from rowid.kernel.memory import (
    added_64,
    as_pointer,
    copy_32,
    end_mark,
    function,
    load_i32,
    load_i64,
    seen_64,
    store_64,
    swapped_64,
    zeros_64,
)
from rowid.kernel.sha256 import hash_sixteen

_LEAST = 128  # rows that a thread takes at a time, so that no other one waits long for it at the end
_FEW = ROWS >> 4  # one row in sixteen that is left to the reference is about as dear as a column of texts


@function
def _place(plan, columns, first, rows, fixed, scratch, room, starts):
    """Where each message starts in the scratch, with room for its longest; returns how many of the rows fit."""
    for at in range(rows):
        starts[at] = fixed
    for number in range(columns):
        column = plan + 8 * WIDTH * number
        kind = of(column, KIND)
        if kind in (SHORT_STRING, STRING, BINARY):
            start, offsets = of(column, START) + first, of(column, OFFSETS)
            for at in range(rows):
                row = start + at
                if kind == SHORT_STRING:
                    offset = offsets + 4 * row
                    starts[at] += load_i32(offset + 4) - load_i32(offset)
                else:
                    offset = offsets + 8 * row
                    starts[at] += (load_i64(offset + 8) - load_i64(offset)) << (kind == BINARY)
    place = 0
    for at in range(rows):
        longest = ((starts[at] + 63) & -64) | 64  # an odd number of lines: rows spread over all sets of a cache
        if place + longest > room:
            return at
        starts[at] = scratch + place
        place += longest
    return rows


@function
def _pad(starts: np.ndarray, ends: np.ndarray, rows: int, before: int, blocks: np.ndarray) -> None:
    """Section 5.1.1 of FIPS 180-4; ``before`` counts bytes that were hashed already."""
    for at in range(rows):
        end = ends[at]
        length = end - starts[at]
        blocks[at] = (length + 72) >> 6
        last = starts[at] + (blocks[at] << 6) - 8
        end_mark(end)
        end += 64
        while end < last:
            zeros_64(end)
            end += 64
        store_64(last, swapped_64((length + before) << 3))


@function
def _by_blocks(blocks: np.ndarray, rows: int, order: np.ndarray, counts: np.ndarray) -> None:
    """The rows in the order of their number of blocks, so that the lanes of a vector end together; the last repeats."""
    for number in range(MOST_BLOCKS + 1):
        counts[number] = 0
    for at in range(rows):
        counts[min(blocks[at], MOST_BLOCKS)] += 1
    place = 0
    for number in range(MOST_BLOCKS + 1):
        counts[number], place = place, place + counts[number]
    for at in range(rows):
        number = min(blocks[at], MOST_BLOCKS)
        order[counts[number]] = at
        counts[number] += 1
    for at in range(rows, (rows + LANES - 1) & -LANES):
        order[at] = order[rows - 1]


@function
def _hash(starts, blocks, order, rows, state, digests, hexes):
    """Hashes the messages in groups of lanes; ``digests`` and ``hexes`` are the addresses for row 0, or 0."""
    for group in range(0, rows, LANES):
        most = np.int64(0)
        for lane in range(LANES):
            most = max(most, blocks[order[group + lane]])
        numbers = order.ctypes.data + 8 * group
        hash_sixteen(numbers, starts.ctypes.data, blocks.ctypes.data, most, state, digests, hexes)


@function
def _wrap(digests, rows, inner, starts, ends, blocks, order):
    """The inner digests as the messages of HMAC's outer hash (FIPS 198-1)."""
    for at in range(rows):
        starts[at] = inner + 128 * at
        copy_32(starts[at], digests + 32 * at)
        ends[at] = starts[at] + 32
        order[at] = at
    _pad(starts, ends, rows, 64, blocks)


@function
def _append(plan, columns, first, rows, ends, nulls, left, memo):
    """Appends the fields of all columns. Returns the number of a column that is to be given up, from 1; else 0."""
    for number in range(columns):
        column = plan + 8 * WIDTH * number
        if are_texts(column, first, rows):
            unwritten = put_fields(column, first, rows, ends, nulls, left, memo)
            if unwritten > 0:
                memo[2] = 1
                if unwritten > _FEW:
                    return number + 1
        else:
            memo[2] = 1
            for at in range(first, first + rows):
                left[at] = True
    return 0


@function
def hash_rows(call, work):
    """Hashes rows of a call whose plan is made, from and to memory; both arguments are addresses.

    ``call`` holds numbers, most of them addresses, as ``layout`` names them. There are ``LAST`` rows in all, and
    ``COLUMNS`` columns of the plan; ``FIXED`` bounds what a message takes besides its strings.
    ``STATES``: eight 32-bit words to begin with; ``KEYED`` is 1 for HMAC, with the state after the inner and then that
    after the outer key block. ``DIGESTS``, ``HEXES``: 32 and 64 bytes a row, 0 for what is not wanted. ``NULLS``
    (uint16) counts the null fields of each row, ``LEFT`` (bool) marks the rows that are left to the reference.

    ``TAKEN`` counts the rows that were taken on by any thread: some more are taken until none is left, so that threads
    that hash one plan end together, however each of them gets on. They all end where one of them finds a column with
    many values that they cannot write: texts of the column are made sooner than those rows are done.

    ``work``: ``layout.TABLES`` and behind them the scratch.
    """
    plan, columns, fixed, last = call + 8 * CALL, of(call, COLUMNS), of(call, FIXED), of(call, LAST)
    states, keyed, digests, hexes = of(call, STATES), of(call, KEYED), of(call, DIGESTS), of(call, HEXES)
    end = work + WORKSPACE
    starts, work = carray(as_pointer(work), ROWS, np.int64), work + TABLES[0]
    ends, work = carray(as_pointer(work), ROWS, np.int64), work + TABLES[1]
    blocks, work = carray(as_pointer(work), ROWS, np.int64), work + TABLES[2]
    order, work = carray(as_pointer(work), ROWS + LANES, np.int64), work + TABLES[3]
    counts, work = carray(as_pointer(work), MOST_BLOCKS + 1, np.int64), work + TABLES[4]
    memo, work = carray(as_pointer(work), 8, np.int64), work + TABLES[5]
    inner, work = work, work + TABLES[6]
    unkept, work = work, work + TABLES[7]
    begin = (work + 63) & -64
    memo[1] = memo[2] = 0
    step = max(_LEAST, min(ROWS, (last >> 6) & -LANES))
    null_counts = carray(as_pointer(of(call, NULLS)), last, np.uint16)
    to_reference = carray(as_pointer(of(call, LEFT)), last, np.bool_)
    first = behind = np.int64(0)
    while True:
        if first == behind:
            first = added_64(call + 8 * TAKEN, step)
            behind = min(first + step, last)
            if first >= last or seen_64(call + 8 * GIVEN_UP) > 0:
                break
        rows = _place(plan, columns, first, behind - first, fixed, begin, end - begin, starts)
        if rows == 0:  # a row too long for the scratch
            to_reference[first] = True
            memo[2] = 1
            first += 1
            continue
        for at in range(rows):
            ends[at] = starts[at]
        given_up = _append(plan, columns, first, rows, ends, null_counts, to_reference, memo)
        if given_up > 0:
            store_64(call + 8 * GIVEN_UP, given_up)
            break
        _pad(starts, ends, rows, 64 * keyed, blocks)
        _by_blocks(blocks, rows, order, counts)
        digest = digests + 32 * first if digests else unkept
        hex_ = hexes + 64 * first if hexes else 0
        _hash(starts, blocks, order, rows, states, digest, 0 if keyed else hex_)
        if keyed:
            _wrap(digest, rows, inner, starts, ends, blocks, order)
            _hash(starts, blocks, order, rows, states + 32, digest, hex_)
        first += rows
    if memo[1] > 0:
        store_64(call + 8 * ANY_NULL, 1)
    if memo[2] > 0:
        store_64(call + 8 * ANY_LEFT, 1)
