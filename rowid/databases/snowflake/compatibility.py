"""What Snowflake would make of a table, told before anything is sent to it."""

import re
from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from rowid.databases.dialect import Compatibility
from rowid.databases.snowflake.dialect import SnowflakeDialect
from rowid.errors import ColumnError
from rowid.model import Caveat

TEXT_DEFAULT, TEXT_MOST = 16 * 2**20, 128 * 2**20
BINARY_DEFAULT, BINARY_MOST = 8 * 2**20, 64 * 2**20

RESERVED = frozenset({
    "ACCOUNT", "ALL", "ALTER", "AND", "ANY", "AS", "BETWEEN", "BY", "CASE", "CAST", "CHECK", "COLUMN", "CONNECT",
    "CONNECTION", "CONSTRAINT", "CREATE", "CROSS", "CURRENT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "CURRENT_USER", "DATABASE", "DELETE", "DISTINCT", "DROP", "ELSE", "EXISTS", "FALSE", "FOLLOWING", "FOR", "FROM",
    "FULL", "GRANT", "GROUP", "GSCLUSTER", "HAVING", "ILIKE", "IN", "INCREMENT", "INNER", "INSERT", "INTERSECT",
    "INTO", "IS", "ISSUE", "JOIN", "LATERAL", "LEFT", "LIKE", "LOCALTIME", "LOCALTIMESTAMP", "MINUS", "NATURAL",
    "NOT", "NULL", "OF", "ON", "OR", "ORDER", "ORGANIZATION", "QUALIFY", "REGEXP", "REVOKE", "RIGHT", "RLIKE",
    "ROW", "ROWS", "SAMPLE", "SCHEMA", "SELECT", "SET", "SOME", "START", "TABLE", "TABLESAMPLE", "THEN", "TO",
    "TRIGGER", "TRUE", "TRY_CAST", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES", "VIEW", "WHEN", "WHENEVER",
    "WHERE", "WITH",
})  # fmt: skip
"""The words that Snowflake takes as a name only in double quotes."""

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


class SnowflakeCompatibility(Compatibility):
    """What Snowflake makes of rows.

    Args:
        schema: the columns.
        texts: whether to tell text that is partly numbers.
    """

    def __init__(self, schema: pa.Schema, *, texts: bool = True) -> None:
        self._schema, self._texts = schema, texts
        self._of_schema = [*_twins(schema.names)]
        for field in schema:
            self._of_schema += [*_of_name(field.name), *_of_type(field.name, field.type)]
        self._longest = [0] * len(schema)
        self._numbers, self._others = [0] * len(schema), [0] * len(schema)

    def add(self, rows: pa.RecordBatch) -> None:
        """Looks at the sizes of the values, and at what texts are."""
        for at, column in enumerate(rows.columns):
            text = _is_text(column.type)
            if not (text or _is_binary(column.type)):
                continue
            self._longest[at] = max(self._longest[at], pc.max(pc.binary_length(column)).as_py() or 0)
            if text and self._texts:
                like = pc.sum(pc.match_substring_regex(column, _NUMBER)).as_py() or 0
                self._numbers[at] += like
                self._others[at] += len(column) - column.null_count - like

    def caveats(self) -> list[Caveat]:
        """By the columns' names and types, and by the values so far."""
        found = [*self._of_schema]
        for field, most, like, other in zip(self._schema, self._longest, self._numbers, self._others, strict=True):
            found += _too_big(field, most)
            if like and other:
                what = f"mixed: {like:,} values are numbers, {other:,} are other text"
                found.append(Caveat(field.name, what, "note", "It is loaded as TEXT, each value as it is."))
        return found


def findings(schema: pa.Schema, batches: Iterable[pa.RecordBatch] = ()) -> list[Caveat]:
    """What is to be known before a table is loaded: by its names and types, and by the values where they are given.

    Args:
        schema: the columns.
        batches: the rows, in one pass, for what only values can tell: size, and text that is partly numbers.
    """
    known = SnowflakeCompatibility(schema)
    for batch in batches:
        known.add(batch)
    return known.caveats()


def _twins(names: list[str]) -> Iterable[Caveat]:
    seen: dict[str, str] = {}
    for name, count in Counter(names).items():
        if count > 1:
            yield Caveat(name, f"the name stands {count} times", "blocks", "Rename all but one.")
        before = seen.setdefault(name.upper(), name)
        if name != before:
            yield Caveat(name, f"it differs from {before!r} in capitals alone", "note", "Both need double quotes.")


def _of_name(name: str) -> Iterable[Caveat]:
    if not name or "\0" in name or len(name.encode("utf-8", "surrogatepass")) > (SnowflakeDialect.longest_name or 0):
        yield Caveat(name[:80], "it cannot be a name", "blocks", "A name has 1 to 255 bytes, and no NUL.")
    elif name.upper() in RESERVED:
        yield Caveat(name, "a reserved word", "note", f'In a query it needs double quotes: "{name}".')
    elif not _PLAIN.fullmatch(name):
        quoted = SnowflakeDialect().quote(name)
        yield Caveat(name, "kept exactly as written", "note", f"In a query it needs double quotes: {quoted}.")


def _of_type(name: str, type_: pa.DataType) -> Iterable[Caveat]:
    try:
        SnowflakeDialect().type_of(type_)
    except ColumnError as error:
        if pa.types.is_union(type_):
            yield Caveat(name, "values of mixed types", "blocks", "Turn them into text.")
        elif pa.types.is_decimal(type_):
            yield Caveat(name, f"{type_.precision} digits; a NUMBER has 38", "blocks", "Turn it into text, or round.")
        else:
            yield Caveat(name, f"there is no column type for {type_}", "blocks", error.hint)
        return
    if pa.types.is_null(type_):
        yield Caveat(name, "it has no value, so no type", "note", "It becomes TEXT.")
    if pa.types.is_float16(type_) or pa.types.is_float32(type_):
        yield Caveat(name, f"{type_} becomes FLOAT, which has 64 bits", "note", "Every value is kept.")
    if pa.types.is_timestamp(type_) and type_.tz:
        what = f"the zone {type_.tz} is not kept: TIMESTAMP_TZ holds the instant with an offset"
        hint = "It is read back in UTC. TIMESTAMP_LTZ would show it in each session's own zone."
        yield Caveat(name, what, "note" if type_.tz == "UTC" else "changes", hint)
    if (pa.types.is_timestamp(type_) or pa.types.is_time(type_)) and type_.unit == "ns":
        what, hint = "nanoseconds are kept, but are read back to the microsecond", "Round them, or load them as text."
        yield Caveat(name, what, "changes", hint)


def _too_big(field: pa.Field, most: int) -> Iterable[Caveat]:
    text = _is_text(field.type)
    usual, limit = (TEXT_DEFAULT, TEXT_MOST) if text else (BINARY_DEFAULT, BINARY_MOST)
    kind = "VARCHAR" if text else "BINARY"
    if most > limit:
        what = f"a value of {most:,} bytes; {kind} holds {limit:,}"
        yield Caveat(field.name, what, "blocks", "Leave the column out, or split it.")
    elif most > usual:
        what = f"a value of {most:,} bytes; {kind} holds {usual:,} unless it is declared larger"
        yield Caveat(field.name, what, "blocks", f"Declare the column as {kind}({limit}).")


def _is_text(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_)


def _is_binary(type_: pa.DataType) -> bool:
    return pa.types.is_binary(type_) or pa.types.is_large_binary(type_)
