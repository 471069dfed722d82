"""Thrift's compact protocol, as far as the footer of a Parquet file needs it: a structure in bytes, and back.

A structure is a dictionary of its fields by their numbers, each a pair of type and value; a list is a pair of its
elements' type and its elements. Fields whose meaning nobody asks for are kept, so that nothing is lost on the way.
Source: Apache Thrift, "Thrift Compact protocol encoding".
"""

import io
from typing import Any

Struct = dict[int, tuple[int, Any]]

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12
_STOP = 0
_LONG_LIST = 15
_FIXED = {BYTE: 1, DOUBLE: 8}


def parsed(data: bytes | memoryview) -> Struct:
    """The structure that some bytes begin with.

    Raises:
        ValueError: for a type that is not known here, or if the bytes end too early.
    """
    return _struct(io.BytesIO(data))


def written(fields: Struct) -> bytes:
    """The bytes of a structure."""
    out = bytearray()
    _put_struct(out, fields)
    return bytes(out)


def _struct(data: io.BytesIO) -> Struct:
    fields: Struct = {}
    number = 0
    while (head := _bytes(data, 1)[0]) != _STOP:
        step, type_ = head >> 4, head & 15
        number = number + step if step else _signed(_number(data))
        fields[number] = type_, type_ == TRUE if type_ in (TRUE, FALSE) else _value(data, type_)
    return fields


def _value(data: io.BytesIO, type_: int) -> Any:
    if type_ in (I16, I32, I64):
        return _signed(_number(data))
    if type_ == BINARY:
        return _bytes(data, _number(data))
    if type_ in (LIST, SET):
        head = _bytes(data, 1)[0]
        size, inner = head >> 4, head & 15
        if size == _LONG_LIST:
            size = _number(data)
        return inner, [_element(data, inner) for _ in range(size)]
    if type_ == STRUCT:
        return _struct(data)
    if type_ in _FIXED:
        return _bytes(data, _FIXED[type_])
    raise ValueError(f"type {type_} of Thrift's compact protocol is not expected in a Parquet file")


def _element(data: io.BytesIO, type_: int) -> Any:
    return _bytes(data, 1) if type_ in (TRUE, FALSE) else _value(data, type_)


def _put_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number, (type_, value) in sorted(fields.items()):
        kind = (TRUE if value else FALSE) if type_ in (TRUE, FALSE) else type_
        if 0 < number - before <= 15:
            out.append((number - before) << 4 | kind)
        else:
            out.append(kind)
            _put_number(out, _unsigned(number))
        if type_ not in (TRUE, FALSE):
            _put(out, type_, value)
        before = number
    out.append(_STOP)


def _put(out: bytearray, type_: int, value: Any) -> None:
    if type_ in (I16, I32, I64):
        _put_number(out, _unsigned(value))
    elif type_ == STRUCT:
        _put_struct(out, value)
    elif type_ in (LIST, SET):
        inner, elements = value
        out.append(min(len(elements), _LONG_LIST) << 4 | inner)
        if len(elements) >= _LONG_LIST:
            _put_number(out, len(elements))
        for element in elements:
            _put(out, inner, element)
    else:
        if type_ == BINARY:
            _put_number(out, len(value))
        out += value


def _number(data: io.BytesIO) -> int:
    """An unsigned number, seven bits a byte, the least first."""
    number = shift = 0
    while True:
        octet = _bytes(data, 1)[0]
        number |= (octet & 0x7F) << shift
        if octet < 0x80:
            return number
        shift += 7


def _put_number(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _signed(number: int) -> int:
    return number >> 1 ^ -(number & 1)


def _unsigned(number: int) -> int:
    return number << 1 if number >= 0 else ~number << 1 | 1


def _bytes(data: io.BytesIO, size: int) -> bytes:
    found = data.read(size)
    if len(found) < size:
        raise ValueError("the bytes end within a structure")
    return found
