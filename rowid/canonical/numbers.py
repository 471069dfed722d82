"""The text of floats and decimals, rounding, and numbers in strings (section 1)."""

import math
import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal

from rowid.canonical.refusal import RefusalError

MAX_DIGITS = 10_000
"""Plain notation is refused beyond so many digits on one side of the point: ``1e999999999`` would fill the memory."""

_EXACT = Context(prec=2 * MAX_DIGITS + 40, Emax=MAX_EMAX, Emin=MIN_EMIN)
# "optional sign, digits, optional fraction, optional e exponent"; digits are ASCII
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def float_text(number: float) -> str | None:
    """ECMAScript's Number::toString (RFC 8785, section 3.2.2.3); None for a NaN; negative zero is 0."""
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    shortest = repr(number)  # the shortest digits that read back as the same double; what is left is the notation
    if "e" not in shortest:  # from 1e-4 up to below 1e16, where that is plain in ECMAScript, too
        return shortest.removesuffix(".0")
    mantissa, _, exponent = shortest.lstrip("-").partition("e")
    text = mantissa.replace(".", "")
    count, point = len(text), int(exponent) + 1  # ECMA-262's k and n
    if count <= point <= 21:
        text += "0" * (point - count)
    elif 0 < point <= 21:
        text = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{text}"
    else:
        fraction = f".{text[1:]}" if count > 1 else ""
        text = f"{text[0]}{fraction}e{point - 1:+d}"
    return f"-{text}" if number < 0 else text


def decimal_text(number: Decimal) -> str | None:
    """Plain notation, never an exponent; no trailing zeros in the fraction; negative zero is 0; None for a NaN."""
    if number.is_nan():
        return None
    if number.is_infinite():
        return "Infinity" if number > 0 else "-Infinity"
    if not number:
        return "0"
    check_size(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, places: int) -> Decimal:
    """The number rounded half away from zero to ``places`` places (the normaliser ``decimals: N``)."""
    if not number.is_finite():
        return number
    check_size(number)
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)


def number_in(string: str) -> Decimal | None:
    """The number that a string holds, exactly; None if it holds none."""
    if not _NUMBER.fullmatch(string):
        return None
    number = Decimal(string)  # the constructor is exact, whatever the context
    check_size(number)
    return number


def check_size(number: Decimal) -> None:
    """Refuses a number whose plain notation has more than MAX_DIGITS digits on one side of the point."""
    exponent = number.as_tuple().exponent
    if number and (number.adjusted() >= MAX_DIGITS or (isinstance(exponent, int) and exponent < -MAX_DIGITS)):
        raise RefusalError(f"too long to write without an exponent (over {MAX_DIGITS:,} digits)")
