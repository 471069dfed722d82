"""Spark's expressions, from version 4 on, with ANSI mode and without."""

from typing import ClassVar

from rowid.databases import Dialect
from rowid.sql.words import INTERVAL, PADDED, TRUTH, YEARS, Type, Words, decimal_cut, midnight_cut, types

# A cast of a timestamp without zone asks neither the session's zone nor its policy for formats; date_format asks both.
_TIMESTAMP = "replace(CAST({x} AS STRING), ' ', 'T')"
_UTC = "timestampadd(MICROSECOND, unix_micros({x}), CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ))"
_DIGITS = "replace(format_number({x}, {scale}), ',', '')"  # a cast writes 1E-9 where ANSI mode is off


class _Names(Dialect):
    name: ClassVar[str] = "Spark"

    def quote(self, identifier: str) -> str:
        return "`" + identifier.replace("`", "``") + "`"


SPARK = Words(
    name="spark",
    names=_Names(),
    types=types(
        ("BOOLEAN", Type("boolean", TRUTH)),
        ("TINYINT, BYTE, SMALLINT, SHORT, INT, INTEGER, BIGINT, LONG", Type("integer", "CAST({x} AS STRING)")),
        ("DECIMAL, DEC, NUMERIC", Type("decimal", decimal_cut(_DIGITS))),
        ("FLOAT, REAL, DOUBLE", Type("float")),
        ("STRING, VARCHAR", Type()),
        ("CHAR, CHARACTER", PADDED),
        ("BINARY", Type("binary", "lower(hex({x}))")),
        ("DATE", Type("date", "CAST({x} AS STRING)", YEARS)),
        ("TIMESTAMP_NTZ", Type("timestamp", midnight_cut(_TIMESTAMP), YEARS)),
        (
            "TIMESTAMP, TIMESTAMP_LTZ",
            Type("timestamp_utc", _TIMESTAMP.format(x=_UTC) + " || 'Z'", YEARS.format(x=_UTC)),
        ),
        ("VOID", Type("string", "CAST({x} AS STRING)")),
        ("INTERVAL", INTERVAL),
    ),
    varchar="STRING",
    double="DOUBLE",
    text="CAST(unhex('{hex}') AS STRING)",
    binary="unhex('{hex}')",
    length="octet_length({x})",
    ascii="octet_length({x}) = char_length({x})",
    trim="trim(BOTH {chars} FROM {x})",
    squeeze="regexp_replace({x}, ' +', ' ')",
    fail="raise_error('{why}')",
    is_day="try_cast({x} AS DATE) IS NOT NULL",
    hash="sha2({x}, 256)",
    forms={
        "binary": "unhex({x})",
        "int64": "CAST(conv(left({x}, 16), 16, -10) AS BIGINT)",
    },
    vectors={
        "null": "STRING", "bool": "BOOLEAN", "string": "STRING", "int": "BIGINT", "uint": "DECIMAL(20,0)", "float64":
        "DOUBLE", "decimal": "DECIMAL(38,{scale})", "date": "DATE", "timestamp": "TIMESTAMP_NTZ", "timestamp_tz":
        "TIMESTAMP", "binary": "BINARY",
    },
)  # fmt: skip
