"""Whether bytes are UTF-8 (Unicode, table 3-7): what a producer calls a string need not be."""

import numpy as np
from numba import njit

from rowid.kernel.memory import load_i64, load_u8

_HIGH_BITS = np.int64(-0x7F7F7F7F7F7F7F80)  # the first bit of each of eight bytes


@njit
def is_utf8(at: int, end: int) -> bool:
    """Whether the bytes from the address ``at`` up to ``end`` are a sequence of whole characters."""
    while at < end:
        while end - at >= 32:
            if (load_i64(at) | load_i64(at + 8) | load_i64(at + 16) | load_i64(at + 24)) & _HIGH_BITS:
                break
            at += 32
        while end - at >= 8 and not load_i64(at) & _HIGH_BITS:
            at += 8
        stop = min(at + 8, end)
        while at < stop:
            length = _character(at, end)
            if length == 0:
                return False
            at += length
    return True


@njit
def _character(at: int, end: int) -> int:
    """The length of the character at an address; 0 if there is none."""
    lead = load_u8(at)
    if lead < 0x80:
        return 1
    length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if lead < 0xC2 or lead > 0xF4 or at + length > end:
        return 0
    second = load_u8(at + 1)
    low = 0xA0 if lead == 0xE0 else 0x90 if lead == 0xF0 else 0x80
    high = 0x9F if lead == 0xED else 0x8F if lead == 0xF4 else 0xBF
    if second < low or second > high:
        return 0
    for further in range(2, length):
        if load_u8(at + further) & 0xC0 != 0x80:
            return 0
    return length


@njit
def is_inside(at: int) -> bool:
    """Whether the byte at an address is not the first of its character."""
    return load_u8(at) & 0xC0 == 0x80
