"""A bad input gets a message that says what is wrong, its exit code, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.bad_inputs import CASES, can_mount, page

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_has_its_exit_code_a_message_and_leaves_nothing(case):
    outcome = case.outcome
    assert (outcome.code, outcome.left) == (case.code, case.leaves)
    assert len(outcome.message) > 15
    assert outcome.message.startswith(("error: ", "DIFFERENT: ")) == (case.code != 0)


def test_the_table_in_the_documentation_is_what_is_obtained_now():
    committed = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    obtained = page()
    if can_mount() is None:  # no disk can be filled here, only a file's size limited; that has words of its own
        obtained = obtained.replace("the file is larger than allowed here", "the disk is full")
    assert obtained == committed
