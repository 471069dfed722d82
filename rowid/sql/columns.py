"""The canonical text of a column as an SQL expression (section 1 of the specification)."""

import re
from dataclasses import replace
from decimal import Decimal

from rowid.canonical.normal import WHITE_SPACE
from rowid.recipe import Rule
from rowid.sql.refusal import NotInSqlError
from rowid.sql.words import Type, Words

_DECLARED = re.compile(r"\s*([A-Za-z_\"][\w \"]*?)\s*(?:\(([^\[]*)\))?((?: +[A-Za-z]+)*)\s*")
_DIGITS_MOST = 15  # a decimal of so many digits is the shortest text of the double nearest to it, and of no other
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_TRUE, _FALSE = "'true', 't', 'yes', 'y', '1'", "'false', 'f', 'no', 'n', '0'"
_STEPS = {
    "nfc": "nfc: no engine is known to have this version of Unicode's normal forms",
    "lower": "lower: an engine's mapping of letters is not the full one of Unicode, or depends on its locale",
    "upper": "upper: an engine's mapping of letters is not the full one of Unicode, or depends on its locale",
}


def text_of(words: Words, declared: str, x: str, rule: Rule) -> str:
    """The canonical text of ``x``, a column of the type ``declared``, under ``rule``: null where the value is null.

    Raises:
        NotInSqlError: SQL would not give the same text for every value.
    """
    type_, scale = _type(words, declared)
    if rule.type is not None:
        type_, x = _read_as(words, type_, scale, x, rule.type)
    if type_.kind == "float":
        return _float(words, x, rule.decimals)
    if type_.kind == "decimal" and rule.decimals is not None:
        x, scale = f"round({x}, {rule.decimals})", min(scale, rule.decimals)
    text = _valid(words, type_, scale, x)
    return _normalised(words, text, rule) if type_.kind == "string" else text


def _type(words: Words, declared: str) -> tuple[Type, int]:
    """The type that the catalogue's words stand for, and the places of its decimals."""
    match = _DECLARED.fullmatch(declared)
    type_ = words.types.get(f"{match[1]}{match[3]}".upper()) if match else None
    if match is None or type_ is None:
        raise NotInSqlError(
            f"the type {declared} has no canonical text in {words.names.name}, so cast it to one that has"
        )
    if type_.refusal:
        raise NotInSqlError(f"{declared}: {type_.refusal}")
    places = (match[2] or "").partition(",")[2].strip()
    return type_, int(places) if places.isdecimal() else 0


def _valid(words: Words, type_: Type, scale: int, x: str) -> str:
    """The plain text of ``x``; the statement ends at a value that has none."""
    text = type_.text.format(x=x, scale=scale)
    if not type_.valid:
        return text
    why = "outside the years 0001 to 9999" if "YEAR" in type_.valid else "a value without canonical text"
    fail = _fail(words, f"CAST({x} AS {words.varchar})", why)
    return f"CASE WHEN {x} IS NULL THEN NULL WHEN {type_.valid.format(x=x)} THEN {text} ELSE {fail} END"


def _fail(words: Words, text: str, why: str) -> str:
    return words.fail.format(x=text, why=f"rowid: {why}")


def _float(words: Words, x: str, places: int | None) -> str:
    """The text of a double, rounded half away from zero to places, from comparisons of doubles alone.

    The rounded text is k units of the last place if the shortest text of x lies between the ties on both sides of k.
    A tie has at most 15 digits, so the shortest text lies below it if and only if x lies below the double nearest to
    it; and that double is the quotient of two integers that are doubles themselves, because IEEE 754 division rounds
    correctly. What would need more digits ends the statement.
    """
    if places is None:
        raise NotInSqlError("no engine writes a float as the specification does, but with `decimals: N` it can")
    x = f"CAST({x} AS {words.double})"
    unit, tie = (f"CAST({10**power} AS {words.double})" for power in (places, places + 1))
    near = f"floor(abs({x}) * {unit} + 0.5)"
    units = (
        f"{near} - CASE WHEN abs({x}) < ({near} * 10 - 5) / {tie} THEN 1 ELSE 0 END"
        f" + CASE WHEN abs({x}) >= ({near} * 10 + 5) / {tie} THEN 1 ELSE 0 END"
    )
    sign = f"CASE WHEN {x} < 0 THEN -1 ELSE 1 END"
    type_, _ = _type(words, words.vectors["decimal"].format(scale=places))
    one = f"CAST('{Decimal(1).scaleb(-places):f}' AS {_exact(words, 19, places)})"
    number = f"CAST({sign} * ({units}) AS {_exact(words, 15, 0)}) * {one}"
    text = replace(type_, valid="").text.format(x=f"({number})", scale=places)
    fail = _fail(words, f"CAST({x} AS {words.varchar})", f"a float of more than {_DIGITS_MOST} digits")
    nan = f"CAST('NaN' AS {words.double})"
    return (
        f"CASE WHEN {x} IS NULL OR {x} = {nan} THEN NULL"
        f" WHEN abs({x}) * {unit} < {10 ** (_DIGITS_MOST - 1) - 1} THEN {text} ELSE {fail} END"
    )


def _exact(words: Words, precision: int, scale: int) -> str:
    name = words.vectors["decimal"].partition("(")[0]
    return f"{name}({precision}, {scale})"


def _read_as(words: Words, type_: Type, scale: int, x: str, wanted: str) -> tuple[Type, str]:
    """The value read as a declared type, as a value of another SQL type or as its text."""
    kind = type_.kind
    if wanted == "text":
        if kind == "float":
            raise NotInSqlError("no engine writes a float as the specification does")
        return Type("string"), _valid(words, type_, scale, x)
    if kind == wanted or (wanted == "number" and kind in ("integer", "decimal", "float")):
        return type_, x
    if wanted == "timestamp" and kind == "date":
        return type_, x
    if wanted == "boolean" and kind in ("integer", "decimal", "float", "string"):
        return Type("boolean"), _truth(words, x, of_text=kind == "string")
    if wanted == "date" and kind == "string":
        return Type("date"), _day(words, x)
    if wanted == "date" and kind == "timestamp":
        text = _valid(words, type_, scale, x)
        return Type("date"), f"CASE WHEN {x} IS NULL THEN NULL WHEN length({text}) = 10 THEN {text} ELSE " + (
            _fail(words, text, "not readable as date") + " END"
        )
    if kind == "string":
        raise NotInSqlError(f"SQL cannot read a text as {wanted} in all the ways that the specification allows")
    raise NotInSqlError(f"a value of the kind {kind} is never readable as {wanted}")


def _truth(words: Words, x: str, *, of_text: bool) -> str:
    fail = _fail(words, f"CAST({x} AS {words.varchar})", "not readable as boolean")
    true, false, ascii_ = "1", "0", ""
    if of_text:
        true, false, x = _TRUE, _FALSE, words.trim.format(x=x, chars=_white_space(words))
        ascii_ = f" AND {words.ascii.format(x=x)}"  # a collation may take other letters for these
        x = f"translate({x}, '{_UPPER}', '{_LOWER}')"
    return (
        f"CASE WHEN {x} IS NULL THEN NULL WHEN {x} IN ({true}){ascii_} THEN 'true'"
        f" WHEN {x} IN ({false}){ascii_} THEN 'false' ELSE {fail} END"
    )


def _day(words: Words, x: str) -> str:
    shape = f"translate({x}, '123456789', '000000000') = '0000-00-00' AND {words.length.format(x=x)} = 10"
    fail = _fail(words, x, "not readable as date")
    return (
        f"CASE WHEN {x} IS NULL THEN NULL WHEN NOT ({shape} AND left({x}, 4) <> '0000') THEN {fail}"
        f" WHEN {words.is_day.format(x=x)} THEN {x} ELSE {fail} END"
    )


def _normalised(words: Words, text: str, rule: Rule) -> str:
    """The text after the rule's normalisers, which stand in the order of the specification."""
    impossible = [_STEPS[step] for step in rule.normalise if step in _STEPS]
    if impossible:
        raise NotInSqlError(", ".join(impossible))
    for step in rule.normalise:
        if step == "trim":
            text = words.trim.format(x=text, chars=_white_space(words))
        elif step == "squeeze":
            text = words.squeeze.format(x=f"translate({text}, {_white_space(words)}, '{' ' * len(WHITE_SPACE)}')")
        else:  # empty_as_null; by its length, because a collation may take other texts for the empty one
            text = f"CASE WHEN {words.length.format(x=text)} > 0 THEN {text} END"
    return text


def _white_space(words: Words) -> str:
    return words.text.format(hex=WHITE_SPACE.encode().hex())
