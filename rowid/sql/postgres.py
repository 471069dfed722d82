"""PostgreSQL's expressions, from version 13 on."""

from typing import ClassVar

from rowid.databases import Dialect
from rowid.sql.words import INTERVAL, PADDED, TIME_ZONED, TRUTH, YEARS, Type, Words, midnight_cut, types, zeros_cut

_ISO = "'YYYY-MM-DD\"T\"HH24:MI:SS.US'"
_TIMESTAMP = zeros_cut(f"to_char({{x}}, {_ISO})")
_UTC = "({x} AT TIME ZONE 'UTC')"


class _Names(Dialect):
    name: ClassVar[str] = "PostgreSQL"
    longest_name: ClassVar[int | None] = 63


POSTGRES = Words(
    name="postgres",
    names=_Names(),
    types=types(
        ("BOOLEAN", Type("boolean", TRUTH)),
        ("SMALLINT, INTEGER, BIGINT", Type("integer", "CAST({x} AS text)")),
        (
            "NUMERIC",
            Type(
                "decimal",
                "CASE WHEN {x} <> CAST('NaN' AS numeric) THEN CAST(trim_scale({x}) AS text) END",
                "position('Inf' IN CAST({x} AS text)) = 0",
            ),
        ),
        ("REAL, DOUBLE PRECISION", Type("float")),
        ("TEXT, CHARACTER VARYING", Type("string", 'CAST({x} AS text) COLLATE "C"')),
        ("CHARACTER, BPCHAR, CHAR", PADDED),
        ("BYTEA", Type("binary", "encode({x}, 'hex')")),
        ("DATE", Type("date", "to_char({x}, 'YYYY-MM-DD')", YEARS)),
        (
            "TIME WITHOUT TIME ZONE, TIME",
            Type("time", zeros_cut("to_char({x}, 'HH24:MI:SS.US')"), "{x} < CAST('24:00:00' AS time)"),
        ),
        (
            "TIMESTAMP WITHOUT TIME ZONE, TIMESTAMP",
            Type("timestamp", midnight_cut(_TIMESTAMP), YEARS),
        ),
        (
            "TIMESTAMP WITH TIME ZONE, TIMESTAMPTZ",
            Type("timestamp_utc", _TIMESTAMP.format(x=_UTC) + " || 'Z'", YEARS.format(x=_UTC)),
        ),
        ("UUID", Type("uuid", "CAST({x} AS text)")),
        ("INTERVAL", INTERVAL),
        ("TIME WITH TIME ZONE, TIMETZ", TIME_ZONED),
    ),
    varchar="text",
    double="double precision",
    text="convert_from(decode('{hex}', 'hex'), 'UTF8')",
    binary="decode('{hex}', 'hex')",
    length="octet_length(convert_to({x}, 'UTF8'))",
    ascii="octet_length(convert_to({x}, 'UTF8')) = char_length({x})",
    trim="btrim({x}, {chars})",
    squeeze="regexp_replace({x}, ' +', ' ', 'g')",
    # there is no function that raises: a text that is no number does; the part of {x} keeps it from being a constant
    fail="CAST(CAST(left({x}, 0) || '{why}' AS integer) AS text)",
    is_day="CAST({x} AS date) IS NOT NULL",
    hash="encode(sha256(convert_to({x}, 'UTF8')), 'hex')",
    forms={
        "binary": "decode({x}, 'hex')",
        "int64": "CAST(CAST('x' || left({x}, 16) AS bit(64)) AS bigint)",
    },
    vectors={
        "null": "text", "bool": "boolean", "string": "text", "int": "bigint", "uint": "numeric", "float64":
        "double precision", "decimal": "numeric", "date": "date", "timestamp": "timestamp", "timestamp_tz":
        "timestamptz", "time": "time", "binary": "bytea", "uuid": "uuid",
    },
    nul=False,
)  # fmt: skip
