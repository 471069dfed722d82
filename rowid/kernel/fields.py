"""The field of one value (rowid v1, sections 1 and 2), for each kind of column that is done at full speed.

Each function writes ``LENGTH ":" TEXT`` of the value number ``row`` of ``column`` at an address and returns the address
behind it, or 0 where it cannot: then the reference does the row. ``column`` is a row of ``plan.LAYOUT``.
"""

import numpy as np
from numba import njit

from rowid.kernel.digits import (
    COLON,
    MINUS,
    POINT,
    TEXT_AT,
    ZERO,
    four,
    framed,
    places_of,
    put_length,
    put_scaled,
    put_unsigned,
    whole_of,
)
from rowid.kernel.memory import (
    copy_32,
    load_u8,
    quotient,
    remainder,
    store_8,
    store_16,
    store_32,
    store_64,
)

DATA, OFFSETS, VALID, START, END, UNIT, FLAG = range(1, 8)
"""Where a column's numbers stand in its row of the plan; KIND is 0."""

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, in days since 1970-01-01
_DAY = 86_400
_HEX = np.frombuffer(b"".join(b"%02x" % octet for octet in range(256)), "<u2").copy()


@njit
def put_string(column: np.ndarray, begin: int, end: int, at: int) -> int:
    """The bytes of a string from offset ``begin`` to ``end`` of the column's data."""
    length = end - begin
    at = put_length(at, length)
    source = column[DATA] + begin
    if source + ((length + 32) & -32) <= column[END]:
        copy_32(at, source)
        for done in range(32, length, 32):
            copy_32(at + done, source + done)
    else:  # Arrow pads its buffers by custom, not by law
        for done in range(length):
            store_8(at + done, load_u8(source + done))
    return at + length


@njit
def put_binary(column: np.ndarray, begin: int, end: int, at: int) -> int:
    """The bytes as lower-case hexadecimal."""
    at = put_length(at, 2 * (end - begin))
    for octet in range(begin, end):
        store_16(at, np.int64(_HEX[load_u8(column[DATA] + octet)]))
        at += 2
    return at


@njit
def put_uuid(source: int, at: int) -> int:
    """A UUID's 16 bytes, with hyphens."""
    store_32(at, (COLON << 16) | (four(36) >> 16))
    at += 3
    for octet in range(16):
        if octet in (4, 6, 8, 10):
            store_8(at, MINUS)
            at += 1
        store_16(at, np.int64(_HEX[load_u8(source + octet)]))
        at += 2
    return at


@njit
def put_integer(number: int, at: int) -> int:
    """A signed integer; the smallest of all is left to the reference."""
    if 0 <= number < 10_000:  # one store for length and digits
        drop = (number < 1000) + (number < 100) + (number < 10)
        store_64(at, (ZERO + 4 - drop) | (COLON << 8) | ((four(number) >> (8 * drop)) << 16))
        return at + 6 - drop
    if number == np.int64(-(2**63)):
        return 0
    text = at + TEXT_AT
    if number < 0:
        store_8(text, MINUS)
        return framed(at, put_unsigned(text + 1, -number))
    return framed(at, put_unsigned(text, number))


@njit
def put_float(number: float, at: int, memo: np.ndarray) -> int:
    """A float that 15 digits write; ``memo[0]`` is the number of places of the last one."""
    text = at + TEXT_AT
    size = number
    if number < 0:
        store_8(text, MINUS)
        text += 1
        size = -number
    places = places_of(size, memo[0])
    if places < 0:
        return 0
    memo[0] = places
    digits = whole_of(size, places)
    if places > 6 and digits < 10 ** (places - 6):  # below 1e-6 the notation has an exponent
        return 0
    return framed(at, put_scaled(text, digits, places))


@njit
def put_decimal(unscaled: int, at: int, scale: int) -> int:
    """A decimal of up to 18 digits."""
    text = at + TEXT_AT
    if unscaled < 0:
        store_8(text, MINUS)
        return framed(at, put_scaled(text + 1, -unscaled, scale))
    return framed(at, put_scaled(text, unscaled, scale))


@njit
def _put_day(at: int, days: int) -> int:
    """YYYY-MM-DD of days since 1970-01-01 (Hinnant, 'chrono-compatible low-level date algorithms', civil_from_days)."""
    shifted = days + 719_468
    era = quotient(shifted, 146_097)
    of_era = shifted - era * 146_097
    leaps = quotient(of_era, 1460) - quotient(of_era, 36_524) + quotient(of_era, 146_096)
    year = quotient(of_era - leaps, 365)
    of_year = of_era - (365 * year + quotient(year, 4) - quotient(year, 100))
    month = quotient(5 * of_year + 2, 153)
    day = of_year - quotient(153 * month + 2, 5) + 1
    month = month + 3 - 12 * (month > 9)
    store_32(at, four(year + era * 400 + (month <= 2)))
    store_64(at + 4, MINUS | ((four(month) >> 16) << 8) | (MINUS << 24) | ((four(day) >> 16) << 32))
    return at + 10


@njit
def put_date(days: int, at: int) -> int:
    """A date."""
    if days < _FIRST_DAY or days > _LAST_DAY:
        return 0
    store_32(at, (COLON << 16) | (four(10) >> 16))
    return _put_day(at + 3, days)


@njit
def _put_clock(at: int, seconds: int, fraction: int, places: int) -> int:
    """HH:MM:SS and the fraction, which counts units of 10**-places."""
    minutes = quotient(seconds, 60)
    hour = quotient(minutes, 60)
    minute, second = minutes - hour * 60, seconds - minutes * 60
    store_64(at, (four(hour) >> 16) | (COLON << 16) | ((four(minute) >> 16) << 24) | (COLON << 40))
    store_16(at + 6, four(second) >> 16)
    at += 8
    if fraction:
        while remainder(fraction, 10) == 0:
            fraction = quotient(fraction, 10)
            places -= 1
        store_8(at, POINT)
        for back in range(places, 0, -1):
            store_8(at + back, ZERO + remainder(fraction, 10))
            fraction = quotient(fraction, 10)
        at += places + 1
    return at


@njit
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
    text = at + TEXT_AT
    _put_day(text, days)
    store_8(text + 10, 0x54)  # T
    end = _put_clock(text + 11, clock, fraction, places)
    if utc:
        store_8(end, 0x5A)  # Z
        end += 1
    return framed(at, end)


@njit
def put_time(ticks: int, at: int, places: int, per_second: int) -> int:
    """A time of day."""
    seconds = ticks // per_second
    if ticks < 0 or seconds >= _DAY:
        return 0
    return framed(at, _put_clock(at + TEXT_AT, seconds, ticks - seconds * per_second, places))
