"""What may change in a key column while the row stays the same."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from rowid.recipe import Recipe
from rowid.report import examine
from tests.doubles import Table

START = datetime(2024, 1, 1, tzinfo=UTC)


def kinds(values: pa.Array, **rules) -> set[str]:
    found = examine(Table(pa.table({"a": values, "b": range(len(values))})), Recipe(["a"], **rules))
    return {risk.kind for risk in found.risks}


@pytest.mark.parametrize(("step", "fine"), [(1_000_000, False), (1_000, False), (1, True), (10, True)])
def test_a_time_is_fine_if_its_values_are_not_if_its_type_is(step, fine):
    times = pa.array([START + timedelta(microseconds=step * at) for at in range(50)], pa.timestamp("us", "UTC"))
    assert ("fine time" in kinds(times)) == fine


def test_a_float_is_a_risk_unless_it_is_whole_or_rounded():
    broken = pa.array([at + 0.1 for at in range(50)])
    assert "float" in kinds(broken)
    assert "float" not in kinds(broken, decimals={"a": 1})
    assert "float" not in kinds(pa.array([float(at) for at in range(50)]))


def test_text_that_looks_like_numbers_is_a_risk_until_its_type_is_declared():
    text = pa.array([f"{at}.50" for at in range(50)])
    assert "text that looks otherwise" in kinds(text)
    assert "text that looks otherwise" not in kinds(text, types={"a": "number"})


def test_personal_data_is_a_risk_unless_the_ids_are_keyed(monkeypatch):
    monkeypatch.setenv("SECRET", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==")
    mails = pa.array([f"ada{at}@example.com" for at in range(50)])
    assert "personal" in kinds(mails)
    assert "personal" not in kinds(mails, key_env="SECRET")
