"""What makes a good key: few, stable, short, typed columns; and what speaks against one, in words.

The score of a key is a product. It starts at 1; each column after the first takes a tenth of it away, and each column
takes its share by what it looks like: see ``WEIGHTS``. Nulls halve it, and so does uniqueness that may be chance: a
single column of 15 different values is no surprise, nor are four columns that tell more apart than there are rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rowid.keys.codes import Codes
from rowid.model import ColumnProfile

WEIGHTS = {
    "float": 0.3, "measure": 0.3, "mutable": 0.3, "load time": 0.2, "free text": 0.4, "personal": 0.9, "surrogate": 1.0,
}  # fmt: skip
"""What is left of a key's score for a column that looks so."""

RISKS = ("float", "measure", "mutable", "load time", "free text")
"""What no safe key contains."""

CHANCE = 10
"""Pairs of equal rows that chance alone is to let expect, at least, where none proves something."""

_MORE = 0.9
_NULLS = 0.5
_FLOATS = ("halffloat", "float", "double")
_SAY = {
    "float": "is a floating-point number, of which two programs may write the last digit differently",
    "measure": "looks like a measure, which agrees or differs by accident",
    "mutable": "looks as if it changes while the row stays the same",
    "load time": "looks like the time of loading, which differs with each load",
    "free text": "looks like free text, which people edit",
    "personal": "looks personal: a plain hash of it can be looked up, a keyed one cannot",
    "surrogate": "looks like a surrogate key: stable as long as its system is, but no content of the row",
}


@dataclass(frozen=True, slots=True)
class Rank:
    """How good a key is: the score, the reasons, the risks of its columns, and whether it may be unique by chance."""

    score: float
    reasons: tuple[str, ...]
    risks: tuple[str, ...]
    by_chance: bool


@dataclass(frozen=True, slots=True)
class Column:
    """What ranking knows of a column: its profile, and the chance that two of its rows agree."""

    profile: ColumnProfile
    chance: float


def looks(column: ColumnProfile) -> dict[str, str]:
    """What speaks for or against a column as part of a key, with the reason."""
    found = {sign.kind: sign.reason for sign in column.signs if sign.kind in WEIGHTS}
    if column.type in _FLOATS and not column.suggested.startswith(("int", "uint")):
        found["float"] = ""  # a column of integers with a gap comes as floats, and is none
    return found


def chances(codes: Codes) -> list[float]:
    """For each column, how probable it is that two of the rows, taken at random, agree in it."""
    rows = max(1, len(codes))
    return [float(np.square(np.bincount(column) / rows).sum()) for column in codes.columns]


def rank(names: Sequence[str], columns: Mapping[str, Column], rows: int, with_null: int) -> Rank:
    """How good these columns are as a key of so many rows."""
    score, reasons, risks = _MORE ** (len(names) - 1), [_size(len(names))], []
    for name in names:
        found = looks(columns[name].profile)
        for look in found:
            score *= WEIGHTS[look]
            risks += [look] if look in RISKS else []
        said = [_SAY[look] + (f" ({why})" if why else "") for look, why in found.items()]
        reasons += [f"{name} {', and '.join(said)}"] if said else []
    if with_null:
        score *= _NULLS
        reasons.append(f"{with_null:,} {'row has' if with_null == 1 else 'rows have'} a null in it, which counts as a "
                       "value here; no database takes it as a primary key")  # fmt: skip
    expected = rows * (rows - 1) / 2 * float(np.prod([columns[name].chance for name in names]))
    if expected < CHANCE:
        score *= _NULLS
        reasons.append(f"that it is unique proves little: by chance {_about(expected)} of rows would agree in it")
    if not risks and not with_null and expected >= CHANCE:
        reasons.append(f"by chance {_about(expected)} of rows would agree in it, and none does")
    return Rank(round(score, 3), tuple(reasons), tuple(dict.fromkeys(risks)), expected < CHANCE)


def _size(columns: int) -> str:
    return "a single column" if columns == 1 else f"{columns} columns, none of which can go"


def _about(expected: float) -> str:
    if expected < 1:
        return "hardly a pair"
    digits = 10 ** max(0, int(np.log10(expected)) - 1)
    count = round(expected / digits) * digits
    return f"about {count:,} {'pair' if count == 1 else 'pairs'}"
