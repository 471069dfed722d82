"""Errors by number and state, in our words; queries that are let through; what Snowflake would make of a table."""

import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from snowflake.connector import errors

from rowid.databases.snowflake import SnowflakeDialect, findings
from rowid.databases.snowflake.compatibility import BINARY_DEFAULT, TEXT_DEFAULT
from rowid.databases.snowflake.dialect import read_type
from rowid.databases.snowflake.errors import refused
from rowid.databases.snowflake.guard import require_select
from rowid.errors import ColumnError, DatabaseError, UsageError
from rowid.model import Caveat
from tests.databases.snowflake.fixture import FakeSnowflake

SECRET = "s3cret value"


@pytest.mark.parametrize(
    ("number", "state", "kind"),
    [
        (390100, "08001", "authentication"),
        (390144, "08001", "authentication"),
        (390318, "08001", "authentication"),
        (394304, "28000", "authentication"),
        (251008, None, "authentication"),
        (390189, "08001", "permission"),
        (3001, "42501", "permission"),
        (9999, "42501", "permission"),
        (2003, "42S02", "missing"),
        (2043, "02000", "missing"),
        (904, "42000", "missing"),
        (90105, "22000", "missing"),
        (606, "57P03", "suspended"),
        (90073, "22000", "suspended"),
        (250001, "08001", "network"),
        (250003, None, "network"),
        (290503, "08001", "network"),
        (290404, "08001", "network"),
        (253003, None, "network"),
        (625, "57014", "busy"),
        (1003, "42000", "statement"),
        (100038, "22018", "statement"),
        (None, None, "statement"),
    ],
)
def test_an_error_is_known_by_its_number_or_state(number: int | None, state: str | None, kind: str) -> None:
    error = errors.ProgrammingError(msg=SECRET, errno=number, sqlstate=state, send_telemetry=False)
    told = refused(error, "snowflake://x")
    assert told.kind == kind
    assert SECRET not in str(told)
    assert SECRET in told.detail
    if kind != "statement":
        assert told.hint


@pytest.mark.parametrize("error", [errors.HttpError(msg="x", errno=290404), errors.ForbiddenError(msg="x")])
def test_what_is_not_found_at_a_login_is_the_account(error: errors.Error) -> None:
    assert refused(error, "", connecting=True).kind == "missing"
    assert "account" in refused(error, "", connecting=True).hint


def test_a_server_that_fails_is_out_of_reach() -> None:
    """The connector's number for it is twice its own."""
    assert refused(errors.InternalServerError(msg="x", errno=580500), "").kind == "network"


def test_the_servers_errors_arrive_with_their_numbers(snowflake: FakeSnowflake) -> None:
    for sql, kind in (("SELECT * FROM nowhere", "missing"), ("SELECT SELECT", "statement")):
        with pytest.raises(DatabaseError) as caught:
            snowflake.sql(sql)
        assert caught.value.kind == kind
        assert sql not in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "  select ';' as a -- ; DROP\n ;  ",
        'WITH x AS (SELECT 1 AS "drop") SELECT * FROM x /* ; */',
        "(SELECT 1) UNION ALL (SELECT 2)",
        "SELECT $$ it's; DROP $$, 'it''s', 'a\\'; DROP TABLE t'",
        'SELECT "a""b; DROP" FROM t // DROP',
        "SELECT GET(v, 'a'), SYSTEM$TYPEOF(v) FROM t",
    ],
)
def test_a_query_is_let_through(sql: str) -> None:
    require_select(sql, "")


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- SELECT",
        ";SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1;;",
        "SELECT 'a",
        'SELECT "a',
        "SELECT $$ a",
        "SELECT /* 1",
        "SELECT 'a\\'",
        "'x' SELECT 1",
        "DROP TABLE t",
        "(DROP TABLE t)",
        "EXPLAIN SELECT 1",
        "SHOW TABLES",
        "PUT file:///etc/passwd @~",
        "EXECUTE IMMEDIATE 'DROP TABLE t'",
        "BEGIN SELECT 1; END",
        "WITH p AS PROCEDURE () RETURNS INT LANGUAGE SQL AS $$ $$ CALL p()",
        "SELECT SYSTEM$ABORT_SESSION(1)",
        "SELECT s.nextval",
        "SELECT * FROM TABLE(x) DELETE",
    ],
)
def test_anything_else_is_not(sql: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        require_select(sql, "here")
    assert caught.value.kind == "statement"


def test_types_of_both_directions_agree() -> None:
    dialect = SnowflakeDialect()
    for type_, declared, read in (
        (pa.int32(), "NUMBER(10, 0)", pa.int64()),
        (pa.decimal128(12, 3), "NUMBER(12, 3)", pa.decimal128(12, 3)),
        (pa.decimal128(38, 37), "NUMBER(38, 37)", pa.decimal128(38, 37)),
    ):
        assert dialect.type_of(type_) == declared
        digits, places = declared[len("NUMBER(") : -1].split(", ")
        assert read_type("a", "FIXED", int(digits), int(places)) == read
    assert dialect.type_of(pa.timestamp("ms", "Europe/Rome")) == "TIMESTAMP_TZ(3)"
    assert dialect.type_of(pa.timestamp("ns")) == "TIMESTAMP_NTZ(9)"
    assert read_type("v", "VARIANT", None, None) == pa.string()
    for refused_type in (pa.list_(pa.int8()), pa.decimal256(50, 2), pa.duration("s"), pa.decimal128(5, -2)):
        with pytest.raises(ColumnError, match="snowflake has no column type"):
            dialect.type_of(refused_type)
    with pytest.raises(ColumnError, match="a column of type VECTOR cannot be read"):
        read_type("v", "VECTOR", None, None)
    with pytest.raises(UsageError, match="at most 255 bytes"):
        dialect.quoted("é" * 128)


def by_column(found: list[Caveat]) -> dict[str, list[tuple[str, str]]]:
    told: dict[str, list[tuple[str, str]]] = {}
    for one in found:
        told.setdefault(one.column, []).append((one.severity, one.what))
    return told


def test_the_report_names_what_names_and_types_bring() -> None:
    schema = pa.schema([
        ("PLAIN", pa.int64()), ("select", pa.string()), ("Mixed Case", pa.string()), ("mixed case", pa.string()),
        ("x" * 256, pa.string()), ("Z", pa.timestamp("us", "Europe/Rome")), ("UTC", pa.timestamp("us", "UTC")),
        ("NS", pa.timestamp("ns")), ("T", pa.time64("ns")), ("D", pa.decimal256(40, 2)), ("L", pa.list_(pa.int8())),
        ("N", pa.null()), ("F", pa.float32()), ("U", pa.dense_union([pa.field("a", pa.int8())])),
    ])  # fmt: skip
    told = by_column(findings(schema))
    assert "PLAIN" not in told
    assert told["select"] == [("note", "a reserved word")]
    assert ("note", "it differs from 'Mixed Case' in capitals alone") in told["mixed case"]
    assert told["x" * 80] == [("blocks", "it cannot be a name")]
    assert told["Z"][0][0] == "changes"
    assert told["UTC"][0][0] == "note"
    assert told["NS"][0][0] == told["T"][0][0] == "changes"
    assert told["D"] == [("blocks", "40 digits; a NUMBER has 38")]
    assert told["L"][0][0] == told["U"][0][0] == "blocks"
    assert told["N"][0][0] == told["F"][0][0] == "note"
    assert "blocks" in {one.severity for one in findings(schema)}
    assert all(one.hint for one in findings(schema))
    assert not findings(pa.schema([("A", pa.int64()), ("B_2", pa.date32())]))


def test_the_report_looks_at_values() -> None:
    big = pa.record_batch(
        {
            "TEXT": ["x" * (TEXT_DEFAULT + 1), None],
            "BYTES": pa.array([b"x" * (BINARY_DEFAULT + 1), None]),
            "MIXED": ["12.5", "n/a"],
            "NUMBERS": ["1", None],
            "NOTHING": pa.array([None, None], pa.string()),
        }
    )
    told = by_column(findings(big.schema, [big, big.slice(0, 0)]))
    assert told["TEXT"] == [
        ("blocks", "a value of 16,777,217 bytes; VARCHAR holds 16,777,216 unless it is declared larger")
    ]
    assert told["BYTES"][0][0] == "blocks"
    assert told["MIXED"] == [("note", "mixed: 1 values are numbers, 1 are other text")]
    assert set(told) == {"TEXT", "BYTES", "MIXED"}
    assert findings(pa.schema([("A", pa.string())]), [pa.record_batch({"A": pa.array([], pa.string())})]) == []


def test_two_columns_of_one_name_block() -> None:
    schema = pa.schema([pa.field("A", pa.int8()), pa.field("A", pa.int8())])
    assert [one.severity for one in findings(schema)] == ["blocks"]


def test_a_reserved_word_and_an_old_date_are_loaded_as_they_are(snowflake: FakeSnowflake) -> None:
    database = snowflake.open()
    database.execute('CREATE TABLE "table" ("select" DATE, "from" NUMBER(38, 37))')
    with pytest.raises(UsageError):
        database.dialect.quoted("")
    rows = {"select": [datetime.date(1, 1, 1)], "from": pa.array([Decimal("1." + "1" * 37)], pa.decimal128(38, 37))}
    (table,) = database.tables()
    database.append(table, pa.record_batch(rows))
    assert database.rows('SELECT "select", "from" FROM "table"') == [(rows["select"][0], rows["from"][0].as_py())]
    database.close()
