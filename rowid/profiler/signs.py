"""What a column looks like, by its values and by its name: the signs, each with its reason and never with a value."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from rowid.model import ColumnProfile, Sign
from rowid.profiler import payloads
from rowid.profiler.columns import Column
from rowid.profiler.words import is_plain_name, named, personal

_ENOUGH_STEPS = 10
_FEW_LOADS = 5
_ROWS_ENOUGH = 100
_PERSONAL_PATTERNS = {"e-mail": 0.5, "IBAN": 0.8, "phone": 0.8, "social security number": 0.8}
_LONG, _MANY_WORDS, _VERY_LONG = 40, 6, 200


def signs(column: Column, profile: ColumnProfile) -> tuple[Sign, ...]:
    """The signs of one column."""
    found = (
        _constant(profile),
        _monotonic(profile),
        _mutable(column),
        _measure(column),
        _surrogate(column, profile),
        _personal(profile),
        _free_text(column, profile),
        _load_time(column, profile),
    )
    return tuple(sign for sign in found if sign is not None)


def with_neighbours(columns: Sequence[ColumnProfile]) -> tuple[ColumnProfile, ...]:
    """The columns; one that is called a name is personal where another one is."""
    if not any(column.sign("personal") for column in columns):
        return tuple(columns)
    reason = "called a name, in a table with other personal data"
    return tuple(
        replace(column, signs=(*column.signs, Sign("personal", reason)))
        if is_plain_name(column.name) and not column.sign("personal")
        else column
        for column in columns
    )


def _constant(profile: ColumnProfile) -> Sign | None:
    if profile.values + profile.nulls < 2 or not 0 <= profile.distinct <= 1:
        return None
    if not profile.distinct:
        return Sign("constant", "nothing but nulls")
    return Sign("constant", "one value and nulls" if profile.nulls else "the same value in every row")


def _monotonic(profile: ColumnProfile) -> Sign | None:
    if not profile.monotonic or profile.distinct < _ENOUGH_STEPS:  # a few values stand in order by chance
        return None
    return Sign("monotonic", f"{profile.monotonic} from row to row")


def _mutable(column: Column) -> Sign | None:
    return Sign("mutable", "by its name, a thing that changes in time") if named(column.name, "mutable") else None


def _measure(column: Column) -> Sign | None:
    numbers = column.numbers
    if numbers is None or not payloads.is_number(column.carried):
        return None
    if numbers.fractional:
        return Sign("measure", "numbers with a fraction")
    return (
        Sign("measure", "by its name, a thing that is measured or counted") if named(column.name, "measure") else None
    )


def _surrogate(column: Column, profile: ColumnProfile) -> Sign | None:
    unique = profile.exact and not profile.nulls and profile.distinct == profile.values > 1
    if not unique:
        return None
    uuids = column.texts is not None and column.texts.found["UUID"] == profile.values
    if uuids or isinstance(column.carried, pa.UuidType):
        return Sign("surrogate", "a different UUID in every row")
    whole = payloads.is_number(column.carried) and column.numbers is not None and not column.numbers.fractional
    if not whole or column.numbers is None or column.numbers.rows != profile.values:
        return None
    if named(column.name, "surrogate"):
        return Sign("surrogate", "a different whole number in every row, named like an ID")
    if _consecutive(profile):
        return Sign("surrogate", "consecutive whole numbers, one for every row")
    return None


def _consecutive(profile: ColumnProfile) -> bool:
    """Whether different whole numbers leave none out."""
    ends = [profile.least or "", profile.most or ""]
    return all(end.removeprefix("-").isdigit() for end in ends) and int(ends[1]) - int(ends[0]) == profile.values - 1


def _personal(profile: ColumnProfile) -> Sign | None:
    what = personal(profile.name)
    if what and not profile.type.startswith("bool"):
        return Sign("personal", f"by its name, {what}")
    for pattern in profile.patterns:
        if pattern.share >= _PERSONAL_PATTERNS.get(pattern.name, 2):
            return Sign("personal", f"values have the form of {_named_form(pattern.name)}")
    return None


def _named_form(pattern: str) -> str:
    return {"e-mail": "e-mail addresses", "IBAN": "bank accounts (IBAN)", "phone": "phone numbers"}.get(
        pattern, f"{pattern}s"
    )


def _free_text(column: Column, profile: ColumnProfile) -> Sign | None:
    texts, lengths = column.texts, profile.lengths
    if texts is None or lengths is None or not texts.filled:
        return None
    words = texts.words / texts.filled
    if lengths.mean >= _LONG and words >= _MANY_WORDS:
        return Sign("free text", f"{lengths.mean:.0f} characters and {words:.0f} words on average")
    return Sign("free text", f"texts of up to {lengths.most:,} characters") if lengths.most >= _VERY_LONG else None


def _load_time(column: Column, profile: ColumnProfile) -> Sign | None:
    temporal = pa.types.is_timestamp(column.carried) or pa.types.is_date(column.carried)
    if named(column.name, "load time"):
        return Sign("load time", "by its name, when or by what the row was loaded")
    few = 0 < profile.distinct <= _FEW_LOADS and profile.values >= _ROWS_ENOUGH
    if temporal and few and column.numbers is not None and column.numbers.off_midnight:
        return Sign("load time", f"{profile.distinct} points in time for {profile.values:,} rows")
    return None
