"""What a dialect's table holds: SQL expressions as templates, in which ``{x}`` stands for the value.

Everything that a session could set (formats, zones, styles) is pinned in a template or not used in it. No template
holds a backslash or a quote but those around its literals: sessions differ in how they read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rowid.canonical.kinds import Kind
from rowid.databases import Dialect

TRUTH = "CASE {x} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END"
"""The text of a boolean, in every dialect."""


@dataclass(frozen=True, slots=True)
class Type:
    """How values of an SQL type get their canonical text.

    Args:
        kind: the kind of the specification that its values are.
        text: their canonical text; null of a null. ``{scale}`` stands for the places of a decimal.
        valid: which values that are not null have a text at all; empty: all of them.
        refusal: why the type has no text here; the rest says nothing then.
    """

    kind: Kind = "string"
    text: str = "{x}"
    valid: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A dialect of SQL.

    Args:
        name: what a user calls it.
        names: how it quotes names.
        types: its types, by their names in capitals without arguments.
        varchar: its type for text.
        double: its type for 64-bit floats.
        text: a text literal from the hexadecimal digits ``{hex}`` of its UTF-8 bytes.
        binary: the same for bytes.
        length: the bytes of a text in UTF-8.
        ascii: whether a text is ASCII alone.
        trim: a text without the characters of ``{chars}`` at both ends.
        squeeze: a text in which each run of spaces is one.
        fail: no value but the end of the statement, with the words ``{why}``; ``{x}`` is a text that is no constant.
        is_day: whether a text that looks like YYYY-MM-DD is a day of the calendar; it may end the statement instead.
        hash: the SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal.
        forms: ``binary`` and ``int64`` from those digits.
        vectors: the types in which the values of test vectors are given, by the vectors' kinds.
        nul: whether a text may hold the character NUL.
    """

    name: str
    names: Dialect
    types: Mapping[str, Type]
    varchar: str
    double: str
    text: str
    binary: str
    length: str
    ascii: str
    trim: str
    squeeze: str
    fail: str
    is_day: str
    hash: str
    forms: Mapping[str, str]
    vectors: Mapping[str, str] = field(repr=False)
    nul: bool = True


def midnight_cut(text: str) -> str:
    """The text of a timestamp, cut to the date at midnight exactly."""
    return f"regexp_replace({text}, 'T00:00:00$', '')"


def zeros_cut(text: str) -> str:
    """The text without trailing zeros of its fraction, which it has."""
    return f"trim(TRAILING '.' FROM trim(TRAILING '0' FROM {text}))"


def decimal_cut(text: str) -> str:
    """The text of a decimal without trailing zeros of its fraction, where it has one."""
    return f"CASE WHEN position('.' IN {text}) > 0 THEN {zeros_cut(text)} ELSE {text} END"


YEARS = "EXTRACT(YEAR FROM {x}) BETWEEN 1 AND 9999"
"""Whether a date or a timestamp is of the years that have a text; false or null of an infinite one."""

TIME_ZONED = Type(refusal="a time with a zone has no canonical text")
INTERVAL = Type(refusal="an interval of SQL has months and days of no one length, and no canonical text")
PADDED = Type(refusal="a text padded with blanks loses them in SQL, so cast it to a text of variable length")


def types(*groups: tuple[str, Type]) -> dict[str, Type]:
    """The table from groups of names, separated by commas, and what they have in common."""
    return {name.strip(): type_ for names, type_ in groups for name in names.split(",")}
