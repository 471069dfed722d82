"""The script that proves it on a real account runs here, as far as the fake goes."""

import runpy
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rowid.databases.snowflake import METHODS, SnowflakeDialect
from rowid.errors import UsageError
from tests.databases.snowflake import shims
from tests.databases.snowflake.fixture import FakeSnowflake

ROOT = Path(__file__).parents[3]
SCRIPT = runpy.run_path(str(ROOT / "deploy" / "snowflake" / "acceptance.py"))
GUIDE = (ROOT / "docs" / "snowflake.md").read_text(encoding="utf-8")
FAKE_CANNOT = {
    "Snowflake itself refuses two statements in one",  # it answers HTTP 500
    "the history of queries shows the job and the recipe",  # it keeps none
    # a NUMBER(38,0) has 64 bits there, and TO_CHAR of a time forgets its format; tests/parity has those made good
    "the SQL that computes IDs inside Snowflake gives those of rowid",
}


def test_all_is_proved_that_the_fake_can(snowflake: FakeSnowflake, capsys: pytest.CaptureFixture[str]) -> None:
    SCRIPT["run"].__globals__["ROWS"] = 5 * shims.CHUNK
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


def test_the_guide_lists_every_method_and_what_it_needs() -> None:
    rows = [line.split("|")[1:4] for line in GUIDE.splitlines() if line.count("|") == 4]
    told = {row[0].strip().removesuffix(" (legacy)"): row for row in rows}
    for method in METHODS:
        name, authenticator, needs = told[method.name]
        assert name.strip().endswith("(legacy)") == method.legacy
        assert f"`{method.authenticator}`" in authenticator
        for need in method.needs[1:]:
            assert f"`{need.split('|')[0]}`" in needs


def test_the_guide_has_the_types_of_the_dialect() -> None:
    for type_ in (pa.int8(), pa.int64(), pa.uint64(), pa.float64(), pa.string(), pa.binary(), pa.date32()):
        assert SnowflakeDialect().type_of(type_).removeprefix("NUMBER") in GUIDE
