"""Numbers as decimal digits, written at an address; each function returns the address behind what it wrote.

Stores are wider than the text: up to sixteen bytes behind the returned address may be overwritten.
"""

import numpy as np
from numba import njit

from rowid.kernel.memory import copy_16, quotient, remainder, store_8, store_16, store_32

_FIGURES = np.frombuffer(b"".join(b"%04d" % number for number in range(10_000)), "<u4").copy()
_POWERS = np.array([10**places for places in range(19)], np.int64)
_FLOAT_POWERS = np.array([float(10**places) for places in range(23)])  # all of them exact
MOST_PLACES = 15
_EXACT = 1e15  # below it, a decimal of 15 digits is the only one of so few digits that reads as its float64

ZERO, POINT, COLON, MINUS = 0x30, 0x2E, 0x3A, 0x2D


@njit
def four(number: int) -> int:
    """Four figures of 0 to 9999, as the bytes of a word."""
    return np.int64(_FIGURES[number])


@njit
def put_length(at: int, length: int) -> int:
    """LENGTH ':' (section 2)."""
    if length < 10:
        store_16(at, (COLON << 8) | (ZERO + length))
        return at + 2
    if length < 100:
        store_32(at, (COLON << 16) | (four(length) >> 16))
        return at + 3
    return _put_long_length(at, length)


@njit
def _put_long_length(at: int, length: int) -> int:
    end = put_unsigned(at, length)
    store_8(end, COLON)
    return end + 1


@njit
def put_unsigned(at: int, number: int) -> int:
    """The digits of 0 <= number < 2**63."""
    if number < 10_000:
        return _put_small(at, number)
    return _put_large(at, number)


@njit
def _put_small(at: int, number: int) -> int:
    drop = (number < 1000) + (number < 100) + (number < 10)
    store_32(at, four(number) >> (8 * drop))
    return at + 4 - drop


@njit
def _put_large(at: int, number: int) -> int:
    begun = False
    for group in range(16, -1, -4):
        weight = _POWERS[group]
        if begun or number >= weight:
            quads = quotient(number, weight)
            number -= quads * weight
            if begun:
                store_32(at, four(quads))
                at += 4
            else:
                at, begun = _put_small(at, quads), True
    return at


TEXT_AT = 3
"""Where the text of a field starts whose length is known only when it is written; see ``framed``."""


@njit
def framed(at: int, end: int) -> int:
    """Puts the length before a text of 1 to 99 bytes from ``at + TEXT_AT`` to ``end``; returns the field's end."""
    length = end - (at + TEXT_AT)
    if length < 10:
        store_16(at, (COLON << 8) | (ZERO + length))
        copy_16(at + 2, at + TEXT_AT)
        return end - 1
    store_16(at, four(length) >> 16)
    store_8(at + 2, COLON)
    return end


@njit
def put_scaled(at: int, number: int, places: int) -> int:
    """The decimal ``number / 10**places`` (number >= 0, places 0 to 18), no trailing zeros in its fraction."""
    if places == 2:  # money
        whole = quotient(number, 100)
        cents = number - whole * 100
        end = put_unsigned(at, whole)
        if cents:
            store_32(end, POINT | ((four(cents) >> 16) << 8))
            end += 3 - (remainder(cents, 10) == 0)
        return end
    while places > 0 and remainder(number, 10) == 0:
        number = quotient(number, 10)
        places -= 1
    whole = quotient(number, _POWERS[places])
    fraction = number - whole * _POWERS[places]
    end = put_unsigned(at, whole)
    if places:
        store_8(end, POINT)
        for back in range(places, 0, -1):
            store_8(end + back, ZERO + remainder(fraction, 10))
            fraction = quotient(fraction, 10)
        end += places + 1
    return end


@njit
def places_of(number: float, guess: int) -> int:
    """The fewest decimal places, by trying ``guess`` first, with which 15 digits write ``number`` >= 0; -1 if none.

    If m / 10**k is the number and m < 10**15, no other decimal of so few digits is: distinct ones of up to 15 digits
    are distinct doubles. The division is IEEE's, of exact operands, so it is the reading of the decimal itself.
    """
    if _reads(number, guess):
        return guess
    for places in range(MOST_PLACES + 1):
        if _reads(number, places):
            return places
    return -1


@njit
def _reads(number: float, places: int) -> bool:
    whole = np.rint(number * _FLOAT_POWERS[places])
    return whole < _EXACT and whole / _FLOAT_POWERS[places] == number


@njit
def whole_of(number: float, places: int) -> int:
    """The digits of a number that ``places_of`` found, as a whole number."""
    return np.int64(np.rint(number * _FLOAT_POWERS[places]))
