"""SQLite's values and Arrow's types: a declared type is a wish there, so it is taken where all values fit it.

What is written, and what is read as more than SQLite's own whole numbers, floats, texts and blobs:

- ``BOOLEAN``: 0 and 1
- ``DATE``: text, ``YYYY-MM-DD``; ``TIME(d)``: text, ``HH:MM:SS`` and d digits of a second
- ``TIMESTAMP(d)``: text, ``YYYY-MM-DD HH:MM:SS`` as SQLite's ``datetime()`` has it, and d digits (0, 3, 6 or 9; without
  d it is 6); ``TIMESTAMPTZ(d)``: the same in UTC with a ``Z`` behind. With ``T`` and other offsets it is read as well
- ``DECIMAL TEXT(p, s)``: text, so that no digit is lost; SQLite turns what stands in a ``DECIMAL(p, s)`` into a float
- ``UNSIGNED TEXT(20)``: text; SQLite's integers have a sign and 64 bits
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical
from rowid.databases.dialect import Dialect

_EXACT_INTEGER = 2**53
_DECLARED = re.compile(r"([A-Z0-9_ ]*?) *(?:\( *([0-9]+) *(?:, *([0-9]+) *)?\))?")
_UNITS = {0: "s", 3: "ms", 6: "us", 9: "ns"}
_NAMES: Mapping[str, pa.DataType] = {
    "BOOLEAN": pa.bool_(), "BOOL": pa.bool_(), "DATE": pa.date32(),
    "TINYINT": pa.int8(), "INT2": pa.int16(), "INT4": pa.int32(), "INTEGER": pa.int64(),
    "UNSIGNED TINYINT": pa.uint8(), "UNSIGNED INT2": pa.uint16(), "UNSIGNED INT4": pa.uint32(),
    "UNSIGNED TEXT": pa.uint64(),
    "FLOAT2": pa.float16(), "FLOAT4": pa.float32(), "REAL": pa.float64(),
    "TEXT": pa.string(), "BLOB": pa.binary(),
}  # fmt: skip
_UNFIT = (pa.ArrowException, OverflowError, ValueError, InvalidOperation)


class SQLiteDialect(Dialect):
    """SQLite's words."""

    name: ClassVar[str] = "sqlite"
    folds_case: ClassVar[bool] = True
    now: ClassVar[str] = "strftime('%Y-%m-%d %H:%M:%f000Z', 'now')"

    def type_of(self, type_: pa.DataType) -> str:
        """The column type from which values of an Arrow type are read as what they were."""
        is_ = pa.types
        found = next((name for name, known in _NAMES.items() if known == type_ and name != "BOOL"), None)
        if found:
            return "UNSIGNED TEXT(20)" if found == "UNSIGNED TEXT" else found
        if is_.is_timestamp(type_) or is_.is_time(type_):
            zone = "TIMESTAMPTZ" if is_.is_timestamp(type_) and type_.tz else "TIMESTAMP"
            return f"{'TIME' if is_.is_time(type_) else zone}({_digits(type_)})"
        if is_.is_decimal(type_) and 0 <= type_.scale <= type_.precision:
            return f"DECIMAL TEXT({type_.precision}, {type_.scale})"
        kinds = (
            ("TEXT", (is_.is_null, is_.is_large_string, is_.is_string_view)),
            ("BLOB", (is_.is_large_binary, is_.is_fixed_size_binary)),
            ("DATE", (is_.is_date64,)),
        )
        return next((name for name, tests in kinds if any(test(type_) for test in tests)), None) or super().type_of(
            type_
        )

    def differ(self, left: str, right: str) -> str:
        """Whether two expressions differ; SQLite knew no IS DISTINCT FROM before 3.39."""
        return f"{left} IS NOT {right}"

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """See ``Dialect.checksums``; as text, because SQLite's own integers would overflow."""
        names = ("sum", "remainder") if form == "int64" else ("first", "last")
        return tuple(f"rowid_checksum({column}, '{name}')" for name in names)  # type: ignore[return-value]


class Checksum:
    """The aggregate ``rowid_checksum(id, which)``."""

    def __init__(self) -> None:
        self._sum: int | None = None

    def step(self, id_: Any, which: str) -> None:
        """Takes the next ID."""
        if id_ is None:
            return
        if which == "sum":
            number = id_
        elif which == "remainder":
            number = abs(id_) % 1_000_000_007 * (-1 if id_ < 0 else 1)
        else:
            digits = id_.hex() if isinstance(id_, bytes) else id_.replace("-", "")
            number = int(digits[:15] if which == "first" else digits[-15:], 16)
        self._sum = (self._sum or 0) + number

    def finalize(self) -> str | None:
        """The sum's digits; null without an ID."""
        return None if self._sum is None else str(self._sum)


def declared_types(declared: str) -> list[pa.DataType]:
    """The Arrow types that a declared type may stand for, the likeliest first; none where it says nothing."""
    found = _DECLARED.fullmatch(declared.upper().strip())
    if found is None:
        return []
    name, first, second = found[1], int(found[2] or -1), int(found[3] or 0)
    if name.startswith(("TIMESTAMP", "DATETIME")):
        zones = ["UTC", None] if name.endswith(("TZ", " WITH TIME ZONE")) else [None, "UTC"]
        units = dict.fromkeys([_UNITS.get(first, "us"), "us", "ns"])
        return [pa.timestamp(unit, zone) for unit in units for zone in zones]
    if name == "TIME":
        unit = _UNITS.get(first, "us")
        return [pa.time32(unit) if unit in {"s", "ms"} else pa.time64(unit)]
    if name in {"DECIMAL", "NUMERIC", "DECIMAL TEXT"}:
        fits = 1 <= first <= 76 and second <= first
        return [pa.decimal128(first, second) if first <= 38 else pa.decimal256(first, second)] if fits else []
    return [_NAMES[name]] if name in _NAMES else [_affine(name)] if name else []


def _affine(name: str) -> pa.DataType:
    """What SQLite itself makes of a type's name (its manual, 'Determination Of Column Affinity')."""
    if "INT" in name:
        return pa.int64()
    if any(part in name for part in ("CHAR", "CLOB", "TEXT")):
        return pa.string()
    if "BLOB" in name:
        return pa.binary()
    return pa.float64()


class Guess:
    """What the values of one column have been so far; ``type`` holds all of them."""

    def __init__(self, declared: str) -> None:
        self._declared = declared_types(declared)
        self._kinds: set[type] = set()
        self._wide = False

    def add(self, values: Sequence[Any]) -> bool:
        """Takes the next values; False where they do not fit what all before did, which are to be added again then."""
        kinds = set(map(type, values)) - {type(None)}
        self._kinds |= kinds
        if self._declared:
            if _fits(values, self._declared[0]):
                return True
            del self._declared[0]
            return False
        if int in kinds and not self._wide:
            self._wide = any(type(value) is int and abs(value) > _EXACT_INTEGER for value in values)
        return True

    @property
    def type(self) -> pa.DataType:
        """The declared type if all values fit it, else the type of the values; string where they are a mix."""
        if self._declared:
            return self._declared[0]
        if self._kinds == {int}:
            return pa.int64()
        if self._kinds and self._kinds <= {int, float} and not self._wide:
            return pa.float64()
        return pa.binary() if self._kinds == {bytes} else pa.string()


def read(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Values as an array of a type that ``Guess`` found; of a mix, each value's canonical text.

    Raises:
        ArrowException, ValueError, OverflowError, InvalidOperation: they do not fit it.
    """
    if pa.types.is_string(type_) and set(map(type, values)) - {str, type(None)}:
        return pa.array([canonical.text(value) for value in values], type_)
    return _array(values, type_)


def written(array: pa.Array) -> list[Any]:
    """The values of an array as SQLite keeps them in a column of the type that the dialect has for them."""
    type_ = array.type
    if pa.types.is_decimal(type_):
        return [None if value is None else format(value, "f") for value in array.to_pylist()]
    if pa.types.is_timestamp(type_) and type_.tz:
        array = array.cast(pa.timestamp(type_.unit, "UTC"))
    if pa.types.is_date64(type_):
        array = array.cast(pa.date32())
    if pa.types.is_temporal(type_) or pa.types.is_uint64(type_):
        array = array.cast(pa.string())
    return array.to_pylist()


def _fits(values: Sequence[Any], type_: pa.DataType) -> bool:
    try:
        _array(values, type_)
    except _UNFIT:
        return False
    return True


def _array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Values as an array of a type, exactly; raises one of ``_UNFIT`` where one does not fit."""
    kinds, is_ = set(map(type, values)) - {type(None)}, pa.types
    if is_.is_temporal(type_) or is_.is_uint64(type_):
        return _parsed(_of(values, kinds, {str}, pa.string()), type_)
    if is_.is_decimal(type_):
        return _decimals(values, kinds, type_)
    if is_.is_boolean(type_):
        if not set(values) <= {0, 1, None} or kinds - {int}:
            raise ValueError(type_)
        return pa.array([None if value is None else value == 1 for value in values], type_)
    if is_.is_integer(type_):
        return _of(values, kinds, {int}, type_)
    if is_.is_floating(type_):
        wide = _of(values, kinds, {int, float}, pa.float64())  # a whole number of over 53 bits is refused
        narrow = wide.cast(type_)
        if not narrow.cast(pa.float64()).equals(wide):
            raise ValueError(type_)
        return narrow
    return _of(values, kinds, {str} if is_.is_string(type_) else {bytes}, type_)


def _of(values: Sequence[Any], kinds: set[type], wanted: set[type], type_: pa.DataType) -> pa.Array:
    if kinds - wanted:
        raise ValueError(type_)
    return pa.array(values, type_)


def _parsed(texts: pa.Array, type_: pa.DataType) -> pa.Array:
    if not pa.types.is_time(type_):
        return texts.cast(type_)
    moments = pc.binary_join_element_wise("1970-01-01 ", texts, "")  # Arrow reads no time of day by itself
    return moments.cast(pa.timestamp(type_.unit)).cast(type_)


def _decimals(values: Sequence[Any], kinds: set[type], type_: pa.DataType) -> pa.Array:
    if bytes in kinds:
        raise ValueError(type_)
    if not kinds - {str}:
        return pa.array(values, pa.string()).cast(type_)
    return pa.array([None if value is None else Decimal(str(value)) for value in values], type_)


def _digits(type_: pa.DataType) -> int:
    return next(digits for digits, unit in _UNITS.items() if unit == type_.unit)
