"""Personal data in a key: how guessable it is, and a dictionary tried on the table's own IDs."""

import math
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical, digest
from rowid.model import ColumnProfile
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report.nouns import Demonstration, Guess, Personal, Rows
from rowid.report.words import count, listed, seconds
from rowid.stream import taken

IDS = 3
"""IDs that the demonstration looks up."""

_SAMPLE = 50_000
_MOST_TRIES = 200_000
_PER_SECOND = 20_000_000  # SHA-256 of short messages on one processor core, about
_CENTURY = 36_525
_MOST = 0.9  # the share of a sample that has to look like something
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.\-]{6,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a table without a null in the key: their numbers, and the key's canonical texts by column."""

    numbers: tuple[int, ...]
    texts: tuple[tuple[str, ...], ...]
    types: tuple[str, ...]


def sampled(source: Source, recipe: Recipe) -> Sample:
    """The sample of a source; reads no further than it must."""
    columns = list(recipe.columns)
    numbers: list[int] = []
    texts: list[list[str]] = [[] for _ in columns]
    types: tuple[str, ...] = ()
    row = 0
    with closing(source.open()) as reader:
        for batch in reader:
            types = tuple(str(batch.column(name).type) for name in columns)
            part = taken(batch.select(columns), range(min(batch.num_rows, _SAMPLE - row)))
            some = [canonical.texts(part.column(name), recipe.rule(name), column=name) for name in columns]
            whole = pc.indices_nonzero(_all_valid(some)).to_pylist()
            numbers += [row + 1 + at for at in whole]
            for column, array in zip(texts, some, strict=True):
                column.extend(array.take(pa.array(whole, pa.int64())).to_pylist())
            row += batch.num_rows
            if row >= _SAMPLE:
                break
    return Sample(tuple(numbers), tuple(map(tuple, texts)), types)


def personal(recipe: Recipe, profiles: Sequence[ColumnProfile], distinct_keys: int, sample: Sample) -> Personal:
    """What is personal in the key, and what that means for its IDs."""
    by_name = {profile.name: profile for profile in profiles}
    guesses = tuple(
        _guess(name, by_name[name], sample.texts[at], sample.types[at] if sample.types else "")
        for at, name in enumerate(recipe.columns)
    )
    keyed, bits = recipe.key_env is not None, math.log2(max(1, distinct_keys))
    about = [one.column for one in guesses if one.personal]
    if not about:
        return Personal(guesses, bits, keyed, None, ("No column of the key looks personal.",))
    shown = demonstrated(recipe, sample)
    return Personal(guesses, bits, keyed, shown, tuple(_sentences(guesses, distinct_keys, bits, shown, keyed=keyed)))


def demonstrated(recipe: Recipe, sample: Sample) -> Demonstration | None:
    """Looks up some of the sample's IDs, plain and keyed, by trying the values that stand in the sample."""
    rows = len(sample.numbers)
    if not rows:
        return None
    chosen = sorted({rows * (2 * at + 1) // (2 * IDS) for at in range(IDS)})
    messages = [canonical.message([column[at] for column in sample.texts]) for at in chosen]
    secret = secrets.token_bytes(32)
    plain = {digest.digest(message): at for message, at in zip(messages, chosen, strict=True)}
    keyed = {digest.digest(message, secret) for message in messages}
    words = [list(dict.fromkeys(column)) for column in sample.texts]
    combinations = math.prod(map(len, words))
    candidates: Iterable[Sequence[str]]
    if combinations <= _MOST_TRIES:
        candidates, dictionary = product(*words), "every combination of the values that stand in these rows"
    else:
        candidates, dictionary = zip(*sample.texts, strict=True), "a list of the people in these rows"
    started = time.perf_counter()
    found: dict[int, bytes] = {}
    found_keyed = tried = 0
    for candidate in candidates:
        tried += 1
        guess = digest.digest(canonical.message(candidate))
        found_keyed += guess in keyed
        if guess in plain:
            found[plain[guess]] = guess
            if len(found) == len(plain):
                break
    took = time.perf_counter() - started
    places = sorted(found)
    values = tuple((found[at].hex()[:16] + "…", *(column[at] for column in sample.texts)) for at in places)
    numbers = tuple(sample.numbers[at] for at in places)
    given_away = Rows(numbers, ("SHA-256", *recipe.columns), values)
    return Demonstration(len(plain), len(found), found_keyed, tried, took, dictionary, given_away)


def _guess(name: str, profile: ColumnProfile, texts: Sequence[str], type_: str) -> Guess:
    reasons = [sign.reason for sign in profile.signs if sign.kind == "personal"]
    domain, known_as = _domain(texts, type_)
    distinct = max(0, profile.distinct)
    return Guess(name, "; ".join(reasons), distinct, profile.exact, math.log2(max(1, distinct)), domain, known_as)


def _domain(texts: Sequence[str], type_: str) -> tuple[int | None, str]:
    """How many such values there are at all, and what they are."""
    if type_.startswith("bool"):
        return 2, "true and false"
    if type_.startswith("date") or _look_like(_DATE, texts):
        return _CENTURY, "the days of a century"
    if _look_like(_EMAIL, texts):
        return None, "e-mail addresses: lists of billions of them go around"
    widths = {len(text) for text in texts} if _look_like(re.compile("[0-9]+"), texts) else set()
    if len(widths) == 1 and (width := widths.pop()) <= 18:
        return 10**width, f"numbers of {width} digits"
    if _look_like(_PHONE, texts):
        return 10**10, "phone numbers of ten digits"
    return None, ""


def _look_like(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    some = texts[:1000]
    return bool(some) and sum(pattern.fullmatch(text) is not None for text in some) >= _MOST * len(some)


def _sentences(
    guesses: Sequence[Guess], distinct: int, bits: float, shown: Demonstration | None, *, keyed: bool
) -> Iterator[str]:
    about = [one.column for one in guesses if one.personal]
    yield f"Personal, it seems: {listed(about)} ({'; '.join(one.personal for one in guesses if one.personal)})."
    yield (
        f"The key takes {count(distinct, 'value')} here: {bits:.1f} bits to guess, whatever the length of the hash. "
        "Who has a list of candidates hashes it and compares."
    )
    domains = [one.domain for one in guesses]
    if all(domain is not None for domain in domains):
        every = math.prod(domain for domain in domains if domain is not None)
        yield (
            f"There are about {every:,} such keys at all ({', '.join(one.known_as for one in guesses)}): "
            f"{_time(every / _PER_SECOND)} on one processor core, at {_PER_SECOND / 1e6:.0f} million a second."
        )
    if shown is None:
        return
    yield (
        f"Tried here: {shown.found} of {shown.ids} plain hashes of rows of this table were looked up in "
        f"{seconds(shown.seconds)}, after {count(shown.tried, 'guess', 'guesses')} ({shown.dictionary})."
    )
    lead = "This recipe's IDs are keyed with a secret" if keyed else "The answer is a secret (key_env)"
    yield f"{lead}: of the same IDs, keyed, that dictionary found {shown.found_keyed}."


def _time(number: float) -> str:
    for name, size in (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if number >= 2 * size:
            return f"{number / size:,.0f} {name}"
    return f"{number:,.0f} seconds" if number >= 2 else "a moment"


def _all_valid(arrays: Sequence[pa.Array]) -> pa.Array:
    valid = arrays[0].is_valid()
    for array in arrays[1:]:
        valid = pc.and_(valid, array.is_valid())
    return valid
