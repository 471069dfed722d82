"""The field of one value (rowid v1, sections 1 and 2), for each kind of column that is done at full speed.

Each function writes ``LENGTH ":" TEXT`` of a value at an address and returns the address behind it, or 0 where it
cannot: then the reference does the row.
"""

import numpy as np

from rowid.kernel.digits import (
    COLON,
    MINUS,
    ZERO,
    four,
    places_of,
    power,
    put_decimal,
    put_fraction,
    put_length,
    put_number,
    whole_of,
)
from rowid.kernel.memory import (
    copy_32,
    function,
    load_u8,
    load_u16,
    quotient,
    remainder,
    store_8,
    store_16,
    store_32,
    store_64,
    table,
)

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, in days since 1970-01-01
_DAY = 86_400
_hexes = table("rowid_hexes", b"".join(b"%02x" % octet for octet in range(256)))


@function
def _hex(octet: int) -> int:
    return load_u16(_hexes() + 2 * octet)


@function
def put_string(source: int, length: int, behind: int, at: int) -> int:
    """The ``length`` bytes of a string; nothing may be read from the address ``behind`` on."""
    at = put_length(at, length)
    if source + ((length + 32) & -32) <= behind:
        copy_32(at, source)
        for done in range(32, length, 32):
            copy_32(at + done, source + done)
    else:  # Arrow pads its buffers by custom, not by law
        for done in range(length):
            store_8(at + done, load_u8(source + done))
    return at + length


@function
def put_binary(source: int, length: int, at: int) -> int:
    """The bytes as lower-case hexadecimal."""
    at = put_length(at, 2 * length)
    for octet in range(length):
        store_16(at + 2 * octet, _hex(load_u8(source + octet)))
    return at + 2 * length


@function
def put_uuid(source: int, at: int) -> int:
    """A UUID's 16 bytes, with hyphens."""
    store_32(at, (COLON << 16) | (four(36) >> 16))
    at += 3
    for octet in range(16):
        if octet in (4, 6, 8, 10):
            store_8(at, MINUS)
            at += 1
        store_16(at, _hex(load_u8(source + octet)))
        at += 2
    return at


@function
def put_integer(number: int, at: int) -> int:
    """A signed integer; the smallest of all is left to the reference."""
    if 0 <= number < 10_000:  # one store for length and digits
        drop = (number < 1000) + (number < 100) + (number < 10)
        store_64(at, (ZERO + 4 - drop) | (COLON << 8) | ((four(number) >> (8 * drop)) << 16))
        return at + 6 - drop
    if number < 0:
        return 0 if number == np.int64(-(2**63)) else put_number(at, 1, -number)
    return put_number(at, 0, number)


@function
def put_float(number: float, at: int, memo: np.ndarray) -> int:
    """A float that 15 digits write; ``memo[0]`` is the number of places of the last one."""
    size = abs(number)
    places = memo[0]
    whole = whole_of(size, places)
    if whole < 0:
        places = places_of(size)
        if places < 0:
            return 0
        memo[0] = places
        whole = whole_of(size, places)
    if places == 0:
        return put_integer(-whole if number < 0 else whole, at)
    if places > 6 and whole < power(places - 6) and whole > 0:  # below 1e-6 the notation has an exponent
        return 0
    return put_decimal(at, np.int64(number < 0), whole, places)


@function
def put_scaled(unscaled: int, at: int, scale: int) -> int:
    """A decimal of up to 18 digits."""
    return put_decimal(at, np.int64(unscaled < 0), abs(unscaled), scale)


@function
def _put_day(at: int, days: int) -> int:
    """YYYY-MM-DD of days since 1970-01-01 (Neri and Schneider, Euclidean affine functions, 2022, figure 12)."""
    since = 4 * (days + 719_468) + 3  # quarters of a day since 0000-03-01
    century = quotient(since, 146_097)
    of_century = (since - century * 146_097) | 3
    product = 2_939_745 * of_century
    year = product >> 32
    of_year = quotient(product & 0xFFFF_FFFF, 11_758_980)
    turned = 2_141 * of_year + 197_913
    month, day = turned >> 16, quotient(turned & 0xFFFF, 2_141) + 1
    is_next = of_year >= 306
    year += 100 * century + is_next
    month -= 12 * is_next
    store_32(at, four(year))
    store_64(at + 4, MINUS | ((four(month) >> 16) << 8) | (MINUS << 24) | ((four(day) >> 16) << 32))
    return at + 10


@function
def put_date(days: int, at: int) -> int:
    """A date."""
    if days < _FIRST_DAY or days > _LAST_DAY:
        return 0
    store_32(at, (COLON << 16) | (four(10) >> 16))
    return _put_day(at + 3, days)


@function
def _put_clock(at: int, seconds: int) -> None:
    """The clock, HH:MM:SS."""
    minutes = quotient(seconds, 60)
    hour = quotient(minutes, 60)
    minute, second = minutes - hour * 60, seconds - minutes * 60
    store_64(at, (four(hour) >> 16) | (COLON << 16) | ((four(minute) >> 16) << 24) | (COLON << 40))
    store_16(at + 6, four(second) >> 16)


@function
def put_timestamp(ticks: int, at: int, places: int, per_second: int, utc: int) -> int:
    """A timestamp of ``per_second`` = 10**places ticks; ``utc`` is 1 for one with a zone."""
    seconds = ticks // per_second
    fraction = ticks - seconds * per_second
    days = seconds // _DAY
    clock = seconds - days * _DAY
    if days < _FIRST_DAY or days > _LAST_DAY:
        return 0
    if clock == 0 and fraction == 0 and utc == 0:
        return put_date(days, at)
    while fraction and remainder(fraction, 10) == 0:
        fraction = quotient(fraction, 10)
        places -= 1
    shown = places + 1 if fraction else 0
    at = put_length(at, 19 + shown + utc)
    _put_day(at, days)
    store_8(at + 10, 0x54)  # T
    _put_clock(at + 11, clock)
    if fraction:
        put_fraction(at + 19, fraction, places)
    store_8(at + 19 + shown, 0x5A)  # Z
    return at + 19 + shown + utc


@function
def put_time(ticks: int, at: int, places: int, per_second: int) -> int:
    """A time of day."""
    seconds = ticks // per_second
    if ticks < 0 or seconds >= _DAY:
        return 0
    fraction = ticks - seconds * per_second
    while fraction and remainder(fraction, 10) == 0:
        fraction = quotient(fraction, 10)
        places -= 1
    shown = places + 1 if fraction else 0
    at = put_length(at, 8 + shown)
    _put_clock(at, seconds)
    if fraction:
        put_fraction(at + 8, fraction, places)
    return at + 8 + shown
