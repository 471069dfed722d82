"""Snowflake's expressions."""

from typing import ClassVar

from rowid.databases import Dialect
from rowid.sql.words import TRUTH, YEARS, Type, Words, midnight_cut, types

_ISO = "'YYYY-MM-DD\"T\"HH24:MI:SS.FF9'"
_ZEROS = "REGEXP_REPLACE({t}, '[.]?0+$', '')"  # of a text that has a point
_DIGITS = "CAST({x} AS VARCHAR)"
_TIMESTAMP = _ZEROS.format(t=f"TO_CHAR(CAST({{x}} AS TIMESTAMP_NTZ), {_ISO})")
_UTC = "CONVERT_TIMEZONE('UTC', {x})"
_AMBIGUOUS = Type(refusal="it is what the session's TIMESTAMP_TYPE_MAPPING says, so write TIMESTAMP_NTZ, _LTZ or _TZ")
_SEMI = Type(refusal="semi-structured values have no canonical text, so cast what you want of them")
# The digits' values, each at its place; the first digit is the one with the sign.
_VALUE = "(POSITION(SUBSTR({{x}}, {at}, 1), '{digits}') - 1)"
_INT64 = f"({_VALUE.format(at=1, digits='89abcdef01234567')} - 8) * {16**15}" + "".join(
    f" + {_VALUE.format(at=at, digits='0123456789abcdef')} * {16 ** (16 - at)}" for at in range(2, 17)
)


class _Names(Dialect):
    name: ClassVar[str] = "Snowflake"


SNOWFLAKE = Words(
    name="snowflake",
    names=_Names(),
    types=types(
        ("BOOLEAN", Type("boolean", TRUTH)),
        (
            "NUMBER, DECIMAL, NUMERIC, FIXED",
            Type(
                "decimal",
                f"CASE WHEN POSITION('.', {_DIGITS}) > 0 THEN {_ZEROS.format(t=_DIGITS)} ELSE {_DIGITS} END",
            ),
        ),
        ("INT, INTEGER, BIGINT, SMALLINT, TINYINT, BYTEINT", Type("integer", _DIGITS)),
        ("FLOAT, FLOAT4, FLOAT8, DOUBLE, DOUBLE PRECISION, REAL", Type("float")),
        ("TEXT, VARCHAR, STRING, CHAR, CHARACTER, NCHAR, NVARCHAR", Type()),
        ("BINARY, VARBINARY", Type("binary", "HEX_ENCODE({x}, 0)")),
        ("DATE", Type("date", "TO_CHAR(CAST({x} AS DATE), 'YYYY-MM-DD')", YEARS)),
        ("TIME", Type("time", _ZEROS.format(t="TO_CHAR(CAST({x} AS TIME), 'HH24:MI:SS.FF9')"))),
        (
            "TIMESTAMP_NTZ, DATETIME",
            Type("timestamp", midnight_cut(_TIMESTAMP), YEARS),
        ),
        (
            "TIMESTAMP_LTZ, TIMESTAMP_TZ",
            Type("timestamp_utc", _TIMESTAMP.format(x=_UTC) + " || 'Z'", YEARS.format(x=_UTC)),
        ),
        ("TIMESTAMP", _AMBIGUOUS),
        ("VARIANT, OBJECT, ARRAY, MAP, GEOGRAPHY, GEOMETRY, VECTOR", _SEMI),
    ),
    varchar="VARCHAR",
    double="FLOAT",
    text="HEX_DECODE_STRING('{hex}')",
    binary="TO_BINARY('{hex}', 'HEX')",
    length="LENGTH(TO_BINARY({x}, 'UTF-8'))",
    ascii="LENGTH(TO_BINARY({x}, 'UTF-8')) = LENGTH({x})",
    trim="TRIM({x}, {chars})",
    squeeze="REGEXP_REPLACE({x}, ' +', ' ')",
    fail="CAST(TO_NUMBER(LEFT({x}, 0) || '{why}') AS VARCHAR)",  # there is no function that raises
    is_day="TRY_TO_DATE({x}, 'YYYY-MM-DD') IS NOT NULL",
    hash="SHA2({x}, 256)",
    forms={
        "binary": "TO_BINARY({x}, 'HEX')",
        "int64": f"CAST({_INT64} AS NUMBER(19, 0))",
    },
    vectors={
        "null": "VARCHAR", "bool": "BOOLEAN", "string": "VARCHAR", "int": "NUMBER(38,0)", "uint": "NUMBER(38,0)",
        "float64": "FLOAT", "decimal": "NUMBER(38,{scale})", "date": "DATE", "timestamp": "TIMESTAMP_NTZ",
        "timestamp_tz": "TIMESTAMP_TZ", "time": "TIME", "binary": "BINARY",
    },
)  # fmt: skip
