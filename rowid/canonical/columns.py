"""Texts of whole columns by Arrow's functions, where they are the specification's to the letter.

Each function returns the texts (large_string) and which values are odd (bool, never null): for those the text that it
gives is not the right one, and they are done one by one.
"""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from rowid.canonical.kinds import Kind
from rowid.canonical.normal import WHITE_SPACE
from rowid.recipe import Rule

TEXT = pa.large_string()
Texts = tuple[pa.Array, pa.Array]

_SCALE = 18
_EXACT = pa.decimal128(37, _SCALE)
_MOST_DIGITS = {128: 38, 256: 76}  # of a decimal of so many bits
_TICKS = pa.decimal128(19)
_PLACES = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_LONGEST = _SCALE + 2  # characters that are sure to have no more than 18 behind the point
_RUN = f"[{WHITE_SPACE}]+"
_PLAIN_NUMBER = rf"^[{WHITE_SPACE}]*[+-]?[0-9]{{1,18}}(?:\.[0-9]{{1,18}})?[{WHITE_SPACE}]*$"
_BETWEEN = "\0"  # no letter, no mark: what stands on one side of it does not change what is made of the other


def texts(array: pa.Array, kind: Kind, rule: Rule) -> Texts | None:
    """The texts of a column by a rule; None where nothing here is of use.

    Floats are of 64 bits, decimals of 128 or 256.
    """
    if rule.normalise and kind == "string" and rule.type in (None, "text"):
        return _normalised(array, rule)
    if rule.type == "number" and kind == "string":
        return _numbers(array, rule)
    if rule.type is None and kind == "float":
        return _floats(array) if rule.decimals is None else _rounded_floats(array, rule.decimals)
    if rule.type is None and kind == "decimal" and array.type.scale >= 0:
        return _decimals(array, rule.decimals)
    if rule.type is None and kind == "duration":
        return _durations(array)
    return None


def _floats(numbers: pa.Array) -> Texts:
    """Arrow writes the shortest digits, too; with an exponent, the notation is another, as that of zero."""
    written = numbers.cast(TEXT)
    finite = pc.and_(pc.is_finite(numbers), pc.not_equal(numbers, 0))
    return written, _or(pc.match_substring(written, "e"), pc.invert(finite))


def _rounded_floats(numbers: pa.Array, places: int) -> Texts | None:
    written, odd = _floats(numbers)
    odd = _or(odd, pc.greater(pc.binary_length(written), _LONGEST))
    exact = pc.if_else(odd, pa.scalar(None, TEXT), written).cast(_EXACT)
    result = _decimals(exact, places)
    return result and (result[0], _or(odd, result[1]))


def _decimals(numbers: pa.Array, places: int | None) -> Texts | None:
    precision, scale = numbers.type.precision, numbers.type.scale
    if places is not None and places < scale:
        if precision == _MOST_DIGITS[256]:
            return None  # what is rounded up may need a digit more
        wider = pa.decimal128 if precision < _MOST_DIGITS[128] else pa.decimal256
        numbers = pc.round(numbers.cast(wider(precision + 1, scale)), places, "half_towards_infinity")
    written = numbers.cast(TEXT)
    if scale:
        written = pc.ascii_rtrim(pc.ascii_rtrim(written, "0"), ".")
    zero = pc.equal(numbers, pa.scalar(Decimal(0), numbers.type))
    written = pc.if_else(zero, pa.scalar("0", TEXT), written)
    return written, pc.match_substring(written, "E").fill_null(False)


def _durations(durations: pa.Array) -> Texts | None:
    """So many ticks of 10**-n seconds are the decimal of as many places."""
    ticks = durations.view(pa.int64())
    found = _decimals(ticks.cast(_TICKS).view(pa.decimal128(_TICKS.precision, _PLACES[durations.type.unit])), None)
    before = pc.if_else(pc.less(ticks, 0), pa.scalar("-PT", TEXT), pa.scalar("PT", TEXT))
    behind, nothing = pa.scalar("S", TEXT), pa.scalar("", TEXT)
    return found and (pc.binary_join_element_wise(before, pc.ascii_ltrim(found[0], "-"), behind, nothing), found[1])


def _numbers(strings: pa.Array, rule: Rule) -> Texts | None:
    odd = pc.invert(pc.match_substring_regex(strings, _PLAIN_NUMBER)).fill_null(False)
    plain = pc.if_else(odd, pa.scalar(None, TEXT), strings)
    found = _decimals(pc.ascii_ltrim(pc.utf8_trim(plain, WHITE_SPACE), "+").cast(_EXACT), rule.decimals)
    return found and (found[0], _or(odd, found[1]))


def _normalised(strings: pa.Array, rule: Rule) -> Texts | None:
    for step in rule.normalise:
        strings = _STEPS[step](strings)
        if strings is None:
            return None
    return strings, pa.repeat(pa.scalar(False), len(strings))


def _cased(
    ascii_alone: Callable[[pa.Array], pa.Array], function: Callable[[str], str], strings: pa.Array
) -> pa.Array | None:
    """By Python where there is more than ASCII, as Arrow's tables are not those of its Unicode; all strings at once.

    None if that is not possible.
    """
    if pc.all(pc.string_is_ascii(strings)).as_py() is not False:
        return ascii_alone(strings)
    together = function(_BETWEEN.join(strings.fill_null("").to_pylist())).split(_BETWEEN)
    if len(together) != len(strings):
        return None
    return pc.if_else(strings.is_null(), pa.scalar(None, TEXT), pa.array(together, TEXT))


_STEPS: dict[str, Callable[[pa.Array], pa.Array | None]] = {
    "nfc": partial(_cased, lambda strings: strings, partial(unicodedata.normalize, "NFC")),
    "trim": lambda strings: pc.utf8_trim(strings, WHITE_SPACE),
    "squeeze": lambda strings: pc.replace_substring_regex(strings, _RUN, " "),
    "lower": partial(_cased, pc.ascii_lower, str.lower),
    "upper": partial(_cased, pc.ascii_upper, str.upper),
    "empty_as_null": lambda strings: pc.if_else(pc.equal(strings, ""), pa.scalar(None, TEXT), strings),
}


def _or(one: pa.Array, other: pa.Array) -> pa.Array:
    return pc.or_(one.fill_null(False), other.fill_null(False))
