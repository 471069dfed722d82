"""The values of a column in a form that Arrow can count, and their texts.

A payload is what a value is whatever carries it: a time is its ticks, a float is 64 bits wide, NaN is null, and -0.0
is 0.0 (rowid v1, section 1); so two values of a column are equal where their payloads are.
"""

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.stream import CellType, TextType, values

_DAY_S = 86_400
_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def carried(type_: pa.DataType) -> pa.DataType:
    """The type of the values, without what only carries them: cells, dictionaries, runs."""
    while True:
        if isinstance(type_, CellType) or pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
            type_ = type_.value_type
        elif isinstance(type_, pa.BaseExtensionType) and not isinstance(type_, pa.UuidType | TextType):
            type_ = type_.storage_type
        else:
            return type_


def has_payload(type_: pa.DataType) -> bool:
    """Whether values of a type (``carried``) can be counted: those that have a canonical text can."""
    return not pa.types.is_nested(type_) and not pa.types.is_interval(type_)


def is_text(type_: pa.DataType) -> bool:
    """Whether a type (``carried``) holds characters."""
    is_ = pa.types
    return (
        isinstance(type_, TextType) or is_.is_string(type_) or is_.is_large_string(type_) or is_.is_string_view(type_)
    )


def is_number(type_: pa.DataType) -> bool:
    """Whether a type (``carried``) holds numbers."""
    return pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_)


def payloads(array: pa.Array) -> pa.Array:
    """The payloads of an array, null where the value is null."""
    array = _bare(array)
    type_ = array.type
    if is_text(type_):
        return _characters(array)
    if pa.types.is_floating(type_):
        wide = pc.add(array.cast(pa.float64()), 0.0)  # makes 0.0 of -0.0
        return pc.if_else(pc.is_nan(wide), pa.scalar(None, pa.float64()), wide)
    if pa.types.is_decimal32(type_) or pa.types.is_decimal64(type_):
        return array.cast(pa.decimal128(type_.precision, type_.scale))
    if pa.types.is_binary(type_) or pa.types.is_binary_view(type_):
        return array.cast(pa.large_binary())
    if pa.types.is_temporal(type_) and has_payload(type_):
        return array.view(pa.int32() if type_.bit_width == 32 else pa.int64())
    return array


def seconds_per_tick(type_: pa.DataType) -> float:
    """How many seconds a tick of a temporal type is; 1 for any other."""
    if pa.types.is_date32(type_):
        return float(_DAY_S)
    if pa.types.is_date64(type_):
        return 1e-3
    return 1 / _TICKS[type_.unit] if pa.types.is_temporal(type_) else 1.0


def as_floats(payload: pa.Array, type_: pa.DataType) -> np.ndarray:
    """Numbers and points in time as floats, a null as NaN; of anything else nothing."""
    if not (is_number(type_) or pa.types.is_temporal(type_)):
        return np.empty(0)
    return payload.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) * seconds_per_tick(type_)


def text(payload: Any, type_: pa.DataType) -> str:
    """A payload of a type (``carried``) in the spelling of its canonical text."""
    if isinstance(payload, str):
        return payload
    if isinstance(payload, bool):
        return "true" if payload else "false"
    if isinstance(payload, bytes):
        return _hexadecimal(payload, uuid=isinstance(type_, pa.UuidType))
    if pa.types.is_floating(type_):
        return _float(payload)
    if pa.types.is_decimal(type_):
        plain = f"{payload:f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain in ("-0", "") else plain
    return _temporal(payload, type_) if pa.types.is_temporal(type_) else str(payload)


def _bare(array: pa.Array) -> pa.Array:
    while True:
        type_ = array.type
        if isinstance(type_, CellType):
            array = values(array)
        elif pa.types.is_dictionary(type_):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(type_):
            array = pc.run_end_decode(array)
        elif isinstance(type_, pa.BaseExtensionType):
            array = array.storage
        else:
            return array


def _characters(array: pa.Array) -> pa.Array:
    array = array.cast(pa.large_string())
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:  # a producer can hand over any bytes as a string
        raw = array.cast(pa.large_binary()).to_pylist()
        array = pa.array([None if one is None else one.decode("utf-8", "replace") for one in raw], pa.large_string())
    return array


def _hexadecimal(octets: bytes, *, uuid: bool) -> str:
    digits = octets.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if uuid else digits


def _float(number: float) -> str:
    """The shortest digits, in plain notation from 1e-6 up to below 1e21."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    digits = repr(number).removesuffix(".0")
    if "e" not in digits:
        return digits
    mantissa, exponent = digits.split("e")
    return f"{Decimal(digits):f}" if 1e-6 <= abs(number) < 1e21 else f"{mantissa}e{int(exponent):+}"


def _temporal(ticks: int, type_: pa.DataType) -> str:
    if pa.types.is_date(type_):
        return str(np.datetime64(ticks if pa.types.is_date32(type_) else ticks // (_DAY_S * 1000), "D"))
    per_second = _TICKS[type_.unit]
    seconds, rest = divmod(abs(ticks) if pa.types.is_duration(type_) else ticks, per_second)
    fraction = f".{rest:0{len(str(per_second)) - 1}}".rstrip("0") if rest else ""
    if pa.types.is_duration(type_):
        return f"{'-' if ticks < 0 else ''}PT{seconds}{fraction}S"
    if pa.types.is_time(type_):
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    if type_.tz is not None:
        return f"{np.datetime64(seconds, 's')}{fraction}Z"
    at_midnight = seconds % _DAY_S == 0 and not fraction
    return str(np.datetime64(seconds // _DAY_S, "D")) if at_midnight else f"{np.datetime64(seconds, 's')}{fraction}"
