"""How values of each type are spelled in a text file, as regular expressions that RE2 (Arrow) and Python both read."""

import re

_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"  # 0001 to 9999
_DATE = f"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
_EXPONENT = "(?:[eE][+-]?[0-9]+)?"
_NUMBER = rf"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}"

INTEGER, DECIMAL, SPECIAL, BOOLEAN = "whole number", "decimal number", "infinity or NaN", "boolean"
DATE, TIMESTAMP, INSTANT = "date", "timestamp", "timestamp with zone"

SPELLINGS: dict[str, str] = {
    INTEGER: "^-?(?:0|[1-9][0-9]*)$",
    DECIMAL: rf"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}$",
    SPECIAL: "^(?:-?inf|-?Infinity|nan|NaN)$",
    BOOLEAN: "^(?:true|True|TRUE|false|False|FALSE)$",
    DATE: f"^{_DATE}$",
    TIMESTAMP: f"^{_DATE}[T ]{_TIME}$",
    INSTANT: f"^{_DATE}[T ]{_TIME}{_OFFSET}$",
}
"""The spellings that are read as a type. An INTEGER would be a DECIMAL too; the first that fits counts."""

LOOKALIKES: dict[str, str] = {
    "leading zeros": rf"^-?0[0-9]+(?:\.[0-9]*)?{_EXPONENT}$",
    "a plus sign": rf"^\+{_NUMBER}$",
    "white space around a value": rf"^(?:\s+[+-]?(?:{_NUMBER}|{_DATE}.*)\s*|[+-]?(?:{_NUMBER}|{_DATE}.*)\s+)$",
    "commas or points between digits": r"^[+-]?[0-9]{1,3}(?:[,.' ][0-9]{3})*[,.][0-9]+$",
    "an impossible date or time": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?$",
}
"""Spellings in which a value of a type would lose something, and what."""

_TYPED = re.compile("|".join([*SPELLINGS.values(), *LOOKALIKES.values()]).replace("$", r"\Z"))


def looks_typed(text: str) -> bool:
    """Whether a field looks like a value of some type rather than like a name or a sentence."""
    return _TYPED.match(text) is not None and SPELLED_SPECIAL.match(text) is None


SPELLED_SPECIAL = re.compile(SPELLINGS[SPECIAL].replace("$", r"\Z"))
