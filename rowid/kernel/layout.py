"""How compiled code sees a batch, and what it works in; both sides read it here. All numbers are int64.

A call is a row of numbers, and behind them the plan, which compiled code makes of the batch: a row for each column with
its kind, the address of the data, of the offsets, of the validity bitmap (0: no nulls), the array's own offset in rows,
the end of the strings, and two numbers that depend on the kind.
"""

import sys
from enum import IntEnum

CALL = 32  # numbers of a call
ARRAY, FORMS, COLUMNS, FIXED, LAST, STATES, KEYED, DIGESTS, HEXES, NULLS, LEFT = range(11)
TAKEN, ANY_LEFT, ANY_NULL, GIVEN_UP = range(16, 20)  # zero before the call; they have a line of memory of their own
"""Rows that were taken on by any thread; 1 if a row was left to the reference, and if a field is null; the number,
counted from 1, of a column with too many values to be left, for which the call was given up."""
FORM = 4
POSITION, ITS_KIND, ITS_UNIT, ITS_FLAG = range(FORM)  # of a column in the batch, and what goes into the plan
WIDTH = 8
KIND, DATA, OFFSETS, VALID, START, BEHIND, UNIT, FLAG = range(WIDTH)  # of a column's row in the plan
STANDS_BY = sys.platform == "linux"
"""Whether threads can wait in compiled code, for a semaphore of the C library."""
DESK = 24  # numbers of a desk, where helpers stand by
SEMAPHORE, SUMMONED, ASKED, OFFERED, OPEN, DONE = 0, 4, 5, 6, 8, 16
"""A semaphore (``sem_t``); 1 while a call is about to come; the number of things to do in Python; the address of the
call; how many may still join it; how many of them are done with it. The last two have lines of their own."""
ROWS = 512  # messages that are made before they are hashed: they stay in the processor's second cache
LANES = 16
MOST_BLOCKS = 256  # messages with more blocks than this are sorted as if they had so many
MOST_PLACES = 15
EXACT = 1e15  # below it, a decimal of 15 digits is the only one of so few digits that reads as its float64


class Kind(IntEnum):
    """What a column holds, and how."""

    STRING = 0  # 64-bit offsets
    SHORT_STRING = 1  # 32-bit offsets
    INTEGER = 2  # unit: bytes of each, flag: 1 for signed
    FLOAT = 3
    BOOLEAN = 4
    DATE = 5
    TIMESTAMP = 6  # unit: decimal places of a tick, flag: 1 for one with a zone
    TIME = 7  # unit: decimal places of a tick, flag: bytes of each
    DECIMAL = 8  # unit: scale; up to 18 digits
    BINARY = 9  # 64-bit offsets
    UUID = 10
    NULL = 11


TABLES = (  # of the workspace: bytes of each, in this order; what is left of it is the scratch
    8 * ROWS,  # starts: the address of each message
    8 * ROWS,  # ends
    8 * ROWS,  # blocks of each
    8 * (ROWS + LANES),  # order in which they are hashed
    8 * (MOST_BLOCKS + 1),  # messages by their number of blocks
    64,  # memo: what a column's loop remembers
    128 * ROWS,  # HMAC's inner digests, as messages
    32 * ROWS,  # digests that nobody wants
)
SCRATCH = 1 << 21  # bytes for messages; a longer row is left to the reference
WORKSPACE = sum(TABLES) + SCRATCH
