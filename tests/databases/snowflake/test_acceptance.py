"""The script that proves it on a real account runs here, as far as the fake goes."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from rowid.errors import UsageError
from tests.databases.snowflake.fixture import FakeSnowflake

SCRIPT = runpy.run_path(str(Path(__file__).parents[3] / "deploy" / "snowflake" / "acceptance.py"))
FAKE_CANNOT = {
    "Snowflake itself refuses two statements in one",  # it answers HTTP 500
    "the history of queries shows the job and the recipe",  # it keeps none
}


def test_all_is_proved_that_the_fake_can(snowflake: FakeSnowflake, capsys: pytest.CaptureFixture[str]) -> None:
    assert SCRIPT["main"]([snowflake.uri]) == 1
    told: dict[str, list[str]] = {"passed": [], "FAILED": []}
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("passed", "FAILED"))]
    for line in lines:
        told[line.split()[0]].append(line[8:])
    assert {line.partition(":")[0] for line in told["FAILED"]} == FAKE_CANNOT
    assert len(told["passed"]) == len(lines) - len(FAKE_CANNOT) == 10
    database = snowflake.open()
    assert database.tables() == []  # nothing is left behind
    database.close()


@pytest.mark.parametrize("uri", ["snowflake://x", "snowflake://x/DB", "duckdb:///x", "snowflake://x/D/S/T"])
def test_a_schema_is_asked_for(uri: Any) -> None:
    with pytest.raises(UsageError, match="it names no schema"):
        SCRIPT["main"]([uri])
