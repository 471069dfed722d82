"""Numbers as decimal digits, written at an address; each function returns the address behind what it wrote.

Stores are wider than the text: up to sixteen bytes behind the returned address may be overwritten.
"""

import numpy as np

from rowid.kernel.layout import EXACT, MOST_PLACES
from rowid.kernel.memory import (
    function,
    load_f64,
    load_i64,
    load_u32,
    quotient,
    remainder,
    store_8,
    store_32,
    store_64,
    table,
)

_figures = table("rowid_figures", b"".join(b"%04d" % number for number in range(10_000)))
_powers = table("rowid_powers", np.array([10**places for places in range(19)], np.int64).tobytes())
_float_powers = table("rowid_float_powers", np.array([float(10**places) for places in range(23)]).tobytes())  # exact


@function
def power(places: int) -> int:
    """10**places, for 0 to 18."""
    return load_i64(_powers() + 8 * places)


@function
def float_power(places: int) -> float:
    """10.0**places, for 0 to 22."""
    return load_f64(_float_powers() + 8 * places)


ZERO, POINT, COLON, MINUS = 0x30, 0x2E, 0x3A, 0x2D


@function
def four(number: int) -> int:
    """Four figures of 0 to 9999, as the bytes of a word."""
    return load_u32(_figures() + 4 * number)  # an index would be looked at for its sign


@function
def put_length(at: int, length: int) -> int:
    """LENGTH ':' (section 2); one store without a branch, as lengths are what a processor cannot foresee."""
    if length < 10_000:
        drop = (length < 1000) + (length < 100) + (length < 10)
        store_64(at, (four(length) >> (8 * drop)) | (COLON << (32 - 8 * drop)))
        return at + 5 - drop
    return _put_long_length(at, length)


@function
def _put_long_length(at: int, length: int) -> int:
    end = put_unsigned(at, length)
    store_8(end, COLON)
    return end + 1


@function
def put_unsigned(at: int, number: int) -> int:
    """The digits of 0 <= number < 2**63."""
    if number < 10_000:
        return _put_small(at, number)
    return _put_large(at, number)


@function
def _put_small(at: int, number: int) -> int:
    drop = (number < 1000) + (number < 100) + (number < 10)
    store_32(at, four(number) >> (8 * drop))
    return at + 4 - drop


@function
def _put_large(at: int, number: int) -> int:
    begun = False
    for group in range(16, -1, -4):
        weight = power(group)
        if begun or number >= weight:
            quads = quotient(number, weight)
            number -= quads * weight
            if begun:
                store_32(at, four(quads))
                at += 4
            else:
                at, begun = _put_small(at, quads), True
    return at


@function
def digit_count(number: int) -> int:
    """How many digits 0 <= number < 2**63 has."""
    if number < 10_000:
        return 4 - (number < 1000) - (number < 100) - (number < 10)
    count = 5
    while count < 19 and number >= power(count):
        count += 1
    return count if count < 19 else 18 + (number >= 1_000_000_000_000_000_000)


@function
def put_number(at: int, negative: int, number: int) -> int:
    """The field of a whole number; ``negative`` is 1 for one below zero.

    Its length is worked out first: a text that is moved when it stands there is read before its stores are done.
    """
    at = put_length(at, negative + digit_count(number))
    store_8(at, MINUS)
    return put_unsigned(at + negative, number)


@function
def put_decimal(at: int, negative: int, number: int, places: int) -> int:
    """The field of the decimal ``number / 10**places`` (places 0 to 18), no trailing zeros in its fraction."""
    if places == 2:  # money
        whole = quotient(number, 100)
        fraction = number - whole * 100
        places = 0 if fraction == 0 else 2 - (remainder(fraction, 10) == 0)
        at = put_length(at, negative + digit_count(whole) + places + (places > 0))
        store_8(at, MINUS)
        end = put_unsigned(at + negative, whole)
        store_32(end, POINT | ((four(fraction) >> 16) << 8))
        return end + places + (places > 0)
    while places > 0 and remainder(number, 10) == 0:
        number = quotient(number, 10)
        places -= 1
    if places == 0:
        return put_number(at, negative, number)
    whole = quotient(number, power(places))
    at = put_length(at, negative + digit_count(whole) + 1 + places)
    store_8(at, MINUS)
    end = put_unsigned(at + negative, whole)
    put_fraction(end, number - whole * power(places), places)
    return end + 1 + places


@function
def put_fraction(at: int, fraction: int, places: int) -> None:
    """A point and ``places`` digits."""
    store_8(at, POINT)
    for back in range(places, 0, -1):
        store_8(at + back, ZERO + remainder(fraction, 10))
        fraction = quotient(fraction, 10)


@function
def whole_of(number: float, places: int) -> int:
    """The number times 10**places if 15 digits of a decimal of so many places write it, else -1; number >= 0.

    If m / 10**k is the number and m < 10**15, no other decimal of so few digits is: distinct ones of up to 15 digits
    are distinct doubles. The division is IEEE's, of exact operands, so it is the reading of the decimal itself.
    """
    scaled = number * float_power(places) + 0.5
    if scaled < EXACT:
        whole = np.int64(scaled)
        if np.float64(whole) / float_power(places) == number:
            return whole
    return -1


@function
def places_of(number: float) -> int:
    """The fewest decimal places with which 15 digits write a number >= 0; -1 if there are none."""
    for places in range(MOST_PLACES + 1):
        if whole_of(number, places) >= 0:
            return places
    return -1
