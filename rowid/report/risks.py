"""Why an ID may change although the row is the same: what the columns of the key look like."""

import re
from collections.abc import Iterable, Sequence

from rowid.model import ColumnInfo, ColumnProfile
from rowid.recipe import Recipe
from rowid.report.nouns import Risk

_FLOATS = ("halffloat", "float", "double")
_SIGNS = {
    "mutable": "Leave it out of the key if its value may change while the row stays the same.",
    "load time": "Leave it out: the same row, loaded again, would get another ID.",
    "measure": "Leave it out if it can be corrected later: what was measured is no name of the row.",
    "free text": "Normalise it (trim, squeeze, lower), or leave it out: people write the same thing in many ways.",
    "personal": "Key the IDs with a secret (key_env), or leave it out: a plain hash of it can be looked up.",
    "constant": "Leave it out: it tells no two rows apart.",
}

_FINE = re.compile(r"[.][0-9]{3}[0-9]*[1-9]")


def risks(recipe: Recipe, profiles: Sequence[ColumnProfile], known: Sequence[ColumnInfo]) -> tuple[Risk, ...]:
    """The risks of the columns of a key, in its order."""
    notes = {column.name: column.note for column in known}
    return tuple(
        risk
        for profile in profiles
        if profile.name in recipe.columns
        for risk in _of_column(profile, recipe, notes.get(profile.name, ""))
    )


def _of_column(profile: ColumnProfile, recipe: Recipe, note: str) -> Iterable[Risk]:
    name, rule = profile.name, recipe.rule(profile.name)
    whole = profile.suggested == "int64"  # floats that are whole numbers have the text of integers
    if profile.type in _FLOATS and not whole and rule.decimals is None and rule.type != "text":
        yield Risk(
            name, "float", "floats are the result of arithmetic: 0.1 + 0.2 is not 0.3",
            f"Round it (decimals: {{{name}: N}}), or leave it out.",
        )  # fmt: skip
    if profile.type.startswith(("timestamp[us", "timestamp[ns")) and _is_fine(profile):
        yield Risk(
            name, "fine time", f"it has {'nano' if '[ns' in profile.type else 'micro'}seconds, and many systems keep "
            "milliseconds",
            "Cut it to what all systems on its way keep.",
        )  # fmt: skip
    looks = note if note.startswith("kept as text") else profile.suggested_reason if _is_text(profile.type) else ""
    if looks and rule.type is None:
        yield Risk(
            name, "text that looks otherwise", looks,
            f"Declare what it is (types: {{{name}: {profile.suggested or 'text'}}}): then all readers agree.",
        )  # fmt: skip
    for sign in profile.signs:
        if sign.kind in _SIGNS and not (sign.kind == "personal" and recipe.key_env):
            yield Risk(name, sign.kind, sign.reason, _SIGNS[sign.kind])


def _is_fine(profile: ColumnProfile) -> bool:
    """Whether a time has a fraction that milliseconds do not hold: its ends do, or one of its most frequent values."""
    shown = [profile.least or "", profile.most or "", *(one.value for one in profile.top)]
    return any(_FINE.search(value) for value in shown)


def _is_text(type_: str) -> bool:
    return "string" in type_ and "dictionary" not in type_
