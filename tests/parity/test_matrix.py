"""Every engine gives every vector and every flight its ID or refuses it, and the page says so."""

from pathlib import Path

import pytest

from tests.parity.matrix import ENGINES, HEAD, expected, folder_for_all, line, reasons

PAGE = (Path(__file__).parents[2] / "docs" / "parity.md").read_text(encoding="utf-8")

pytestmark = [
    pytest.mark.flights,
    # what others warn of in their own code
    pytest.mark.filterwarnings("ignore::UserWarning:fakesnow", "ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_fails_at_no_vector_and_the_page_says_what_it_did(name):
    with folder_for_all() as folder:
        outcome = ENGINES[name](folder)
    assert outcome.certificate.ok, {group: one.failed for group, one in outcome.certificate.groups.items()}
    assert sum(one.passed for one in outcome.certificate.groups.values()) > 500
    assert outcome.wrong == ()
    assert sorted(outcome.flights) == expected()
    assert line(name, outcome) in PAGE.splitlines()
    assert not (why := reasons(name, outcome)) or f"{why}\n" in PAGE


def test_the_page_has_these_engines_and_no_others():
    assert PAGE.startswith(HEAD)
    lines = [row.split(" | ")[0].removeprefix("| ") for row in PAGE.splitlines() if row.startswith("| ")]
    assert lines == ["engine", "---", *ENGINES] or lines[2:] == list(ENGINES)
    assert "**" not in PAGE
