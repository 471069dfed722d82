"""DuckDB's expressions."""

from typing import ClassVar

from rowid.databases import Dialect
from rowid.sql.words import INTERVAL, TIME_ZONED, TRUTH, YEARS, Type, Words, decimal_cut, midnight_cut, types, zeros_cut

_SECONDS = "%Y-%m-%dT%H:%M:%S"
_TIMESTAMP = zeros_cut(f"strftime({{x}}, '{_SECONDS}.%f')")
_MICROSECONDS = "CAST({x} AS TIMESTAMP)"  # EXTRACT of seconds misjudges the column's range, and folds to false
_TIMES = ("TIME", "TIME_NS")
_UTC = "make_timestamp(epoch_us({x}))"  # the session's zone and its calendar are not asked
_DIGITS = "ltrim(replace(replace(' ' || CAST({x} AS VARCHAR), ' .', '0.'), ' -.', '-0.'))"  # it writes .5 for 0.5


class _Names(Dialect):
    name: ClassVar[str] = "DuckDB"


DUCKDB = Words(
    name="duckdb",
    names=_Names(),
    types=types(
        ("BOOLEAN", Type("boolean", TRUTH)),
        (
            "TINYINT, SMALLINT, INTEGER, BIGINT, HUGEINT, UTINYINT, USMALLINT, UINTEGER, UBIGINT, UHUGEINT",
            Type("integer", "CAST({x} AS VARCHAR)"),
        ),
        ("DECIMAL", Type("decimal", decimal_cut(_DIGITS))),
        ("FLOAT, DOUBLE", Type("float")),
        ("VARCHAR", Type()),
        ("ENUM", Type("string", "CAST({x} AS VARCHAR)")),
        ("BLOB", Type("binary", "lower(hex({x}))")),
        ("DATE", Type("date", "strftime({x}, '%Y-%m-%d')", YEARS)),
        *((name, Type("time", "CAST({x} AS VARCHAR)", f"{{x}} < CAST('24:00:00' AS {name})")) for name in _TIMES),
        ("TIMESTAMP", Type("timestamp", midnight_cut(_TIMESTAMP), YEARS)),
        (
            "TIMESTAMP_S, TIMESTAMP_MS",
            Type("timestamp", midnight_cut(_TIMESTAMP.format(x=_MICROSECONDS)), YEARS.format(x=_MICROSECONDS)),
        ),
        (
            "TIMESTAMP_NS",
            Type("timestamp", midnight_cut(zeros_cut(f"strftime({{x}}, '{_SECONDS}.%n')")), "isfinite({x})"),
        ),
        (
            "TIMESTAMP WITH TIME ZONE, TIMESTAMPTZ",
            Type(
                "timestamp_utc",
                _TIMESTAMP.format(x=_UTC) + " || 'Z'",
                f"isfinite({{x}}) AND {YEARS.format(x=_UTC)}",
            ),
        ),
        ("UUID", Type("uuid", "CAST({x} AS VARCHAR)")),
        ('"NULL"', Type("string", "CAST({x} AS VARCHAR)")),
        ("INTERVAL", INTERVAL),
        ("TIME WITH TIME ZONE, TIMETZ", TIME_ZONED),
    ),
    varchar="VARCHAR",
    double="DOUBLE",
    text="decode(unhex('{hex}'))",
    binary="unhex('{hex}')",
    length="strlen({x})",
    ascii="strlen({x}) = length({x})",
    trim="trim({x}, {chars})",
    squeeze="regexp_replace({x}, ' +', ' ', 'g')",
    fail="error('{why}')",
    is_day="TRY_CAST({x} AS DATE) IS NOT NULL",
    hash="sha256({x})",
    forms={
        "binary": "unhex({x})",
        "int64": "CAST(CAST('0x' || left({x}, 16) AS UBIGINT) - CASE WHEN left({x}, 1) >= '8' "
        "THEN CAST(18446744073709551616 AS HUGEINT) ELSE 0 END AS BIGINT)",
    },
    vectors={
        "null": "VARCHAR", "bool": "BOOLEAN", "string": "VARCHAR", "int": "BIGINT", "uint": "UBIGINT",
        "float64": "DOUBLE", "decimal": "DECIMAL(38,{scale})", "date": "DATE", "timestamp": "TIMESTAMP",
        "timestamp_tz": "TIMESTAMPTZ", "time": "TIME", "binary": "BLOB", "uuid": "UUID",
    },
)  # fmt: skip
