"""Whether bytes are UTF-8 (Unicode, table 3-7): what a producer calls a string need not be."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from rowid.kernel.memory import I8, I64, function, load, load_i64, load_u8

_HIGH_BITS = np.int64(-0x7F7F7F7F7F7F7F80)  # the first bit of each of eight bytes
_BLOCK = 64


@function
def is_utf8(begin: int, end: int) -> bool:
    """Whether the bytes from the address ``begin`` up to ``end`` are a sequence of whole characters."""
    at = begin
    while at < end and at < begin + 3:
        length = _character(at, end)
        if length == 0:
            return False
        at += length
    if end - at >= _BLOCK:
        whole = True  # no character goes on at the beginning of the block
        while end - at >= _BLOCK:
            is_ascii = are_ascii(at)
            if not (is_ascii and whole) and not are_characters(at):
                return False
            whole = is_ascii
            at += _BLOCK
        at -= 1  # the last character of the last block may go on behind it
        while is_inside(at):
            at -= 1
    while at < end:
        while end - at >= 8 and not load_i64(at) & _HIGH_BITS:
            at += 8
        if at < end:
            length = _character(at, end)
            if length == 0:
                return False
            at += length
    return True


@function
def is_ascii(begin: int, end: int) -> bool:
    """Whether the bytes from the address ``begin`` up to ``end`` are ASCII."""
    at = begin
    while end - at >= _BLOCK:
        if not are_ascii(at):
            return False
        at += _BLOCK
    while end - at >= 8:
        if load_i64(at) & _HIGH_BITS:
            return False
        at += 8
    while at < end:
        if load_u8(at) & 0x80:
            return False
        at += 1
    return True


@intrinsic
def are_ascii(typing, address):
    """Whether none of 64 bytes has its first bit set."""

    def generate(context, builder, signature, arguments):
        vector = ir.VectorType(I8, _BLOCK)
        here = load(builder, arguments[0], vector)
        high = builder.icmp_signed("<", here, ir.Constant(vector, [0] * _BLOCK))
        bits = builder.bitcast(high, ir.IntType(_BLOCK))
        return builder.icmp_unsigned("==", bits, ir.Constant(ir.IntType(_BLOCK), 0))

    return types.boolean(types.int64), generate


@intrinsic
def are_characters(typing, address):
    """Whether 64 bytes go on with the sequence of characters before them; the three bytes before are read, too."""

    def generate(context, builder, signature, arguments):
        return _emit(builder, arguments[0])

    return types.boolean(types.int64), generate


def _emit(b: Any, address: Any) -> Any:
    vector = ir.VectorType(I8, _BLOCK)

    def all_(octet: int) -> Any:
        return ir.Constant(vector, [octet] * _BLOCK)

    def before(back: int) -> Any:
        return load(b, b.sub(address, ir.Constant(I64, back)), vector)

    def above(octets: Any, octet: int) -> Any:
        return b.icmp_unsigned(">=", octets, all_(octet))

    def below(octets: Any, octet: int) -> Any:
        return b.icmp_unsigned("<", octets, all_(octet))

    def after(octet: int, wrong: Any) -> Any:
        return b.and_(b.icmp_unsigned("==", one, all_(octet)), wrong)

    here, one, two, three = before(0), before(1), before(2), before(3)
    further = b.icmp_unsigned("==", b.and_(here, all_(0xC0)), all_(0x80))
    wanted = b.or_(b.or_(above(one, 0xC0), above(two, 0xE0)), above(three, 0xF0))
    wrong = b.xor(further, wanted)
    wrong = b.or_(wrong, b.or_(above(here, 0xF5), b.icmp_unsigned("==", b.and_(here, all_(0xFE)), all_(0xC0))))
    wrong = b.or_(wrong, b.or_(after(0xE0, below(here, 0xA0)), after(0xED, above(here, 0xA0))))
    wrong = b.or_(wrong, b.or_(after(0xF0, below(here, 0x90)), after(0xF4, above(here, 0x90))))
    bits = b.bitcast(wrong, ir.IntType(_BLOCK))
    return b.icmp_unsigned("==", bits, ir.Constant(ir.IntType(_BLOCK), 0))


@function
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


@function
def is_inside(at: int) -> bool:
    """Whether the byte at an address is not the first of its character."""
    return load_u8(at) & 0xC0 == 0x80
