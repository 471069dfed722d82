"""Cells of a column read as one type in one go, where it is plain that nothing is lost; nothing is said otherwise.

Arrow's casts are fast and nearly as strict as our spellings. What they let pass beyond those is looked for in the
bytes of the cells. A cell in doubt means no answer: the caller then looks at each cell with regular expressions.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.sources.spelling import BOOLEAN, DATE, DECIMAL, INSTANT, INTEGER, SPECIAL, TIMESTAMP

EXACT_DIGITS = 15
"""A decimal with so many significant digits is the shortest name of the float64 next to it."""
EXACT_INTEGER = 2**53
"""Whole numbers up to here are float64s."""
YEARS = (-62135596800000000, 253402300799999999)
"""The years 0001 to 9999, in microseconds."""

_DAY = 86_400_000_000  # microseconds
_MINUS, _POINT, _ZERO, _NINE, _COLON = (ord(one) for one in "-.09:")
_DATE_LENGTH, _HOUR_END = 10, 13  # of YYYY-MM-DD, and of YYYY-MM-DDTHH
_BOOLEANS = pa.array(["true", "True", "TRUE", "false", "False", "FALSE"])


@dataclass(frozen=True, slots=True)
class Read:
    """The values of n cells, how many are of which kind, and whether each cell is its value's canonical text.

    ``inexact`` counts the whole numbers that float64 does not hold; ``span`` is the first and the last time.
    """

    values: pa.Array
    kinds: dict[str, int]
    is_canonical: bool = False
    inexact: int = 0
    span: tuple[int, int] | None = None


def read(cells: pa.Array, seen: Collection[str]) -> Read | None:
    """The cells (strings, at least one not null) as the type that columns of the kinds ``seen`` have."""
    kinds = set(seen)
    for known, convert in _CONVERSIONS:
        if kinds and kinds <= known:
            try:
                found = convert(cells)
            except pa.ArrowInvalid:
                continue
            if found:
                return found
    return None


def span(times: pa.Array) -> tuple[int, int]:
    """The first and the last of dates or timestamps (us), in microseconds."""
    ends = pc.min_max(times.view(pa.int32() if pa.types.is_date32(times.type) else pa.int64())).as_py()
    unit = _DAY if pa.types.is_date32(times.type) else 1
    return ends["min"] * unit, ends["max"] * unit


def inexact(cells: pa.Array) -> np.ndarray | None:
    """Which decimal numbers are not the shortest name of the float64 they are read as."""
    doubtful = pc.or_(
        pc.greater(pc.binary_length(cells), EXACT_DIGITS), pc.match_substring(cells, "e", ignore_case=True)
    )
    if not doubtful.true_count:
        return None
    some = cells.filter(doubtful)
    read = some.cast(pa.float64())
    equal = _numpy(pc.equal(read.cast(pa.string()), some)).copy()  # Arrow writes the shortest digits too
    for at in np.flatnonzero(~equal):
        value = read[at].as_py()
        equal[at] = np.isfinite(value) and Decimal(some[at].as_py()) == Decimal(repr(value))
    lost = _numpy(doubtful).copy()
    lost[lost] = ~equal
    return lost


def _integers(cells: pa.Array) -> Read | None:
    values = cells.cast(pa.int64())
    present = _Characters(cells)
    first = present.at(0)
    minus = first == _MINUS
    if ((first == _ZERO) & (present.lengths > 1)).any():  # leading zeros, and 0x1F
        return None
    if minus.any() and (present.only(minus).at(1) == _ZERO).any():  # -0 is a whole number, but -05 is none
        return None
    ends = pc.min_max(values).as_py()
    inexact = 0
    if ends["min"] < -EXACT_INTEGER or ends["max"] > EXACT_INTEGER:
        large = pc.or_(pc.less(values, -EXACT_INTEGER), pc.greater(values, EXACT_INTEGER))
        inexact = large.true_count
    return Read(values, {INTEGER: present.count}, is_canonical=True, inexact=inexact)


def _decimals(cells: pa.Array) -> Read | None:
    values = cells.cast(pa.float64())
    present = _Characters(cells)
    if present.bytes.min() < _MINUS or present.bytes.max() > _NINE:  # a plus sign, an exponent, a NaN
        return None
    if present.lengths.max() > EXACT_DIGITS and not _is_exact(cells):
        return None
    sign = (present.at(0) == _MINUS).astype(np.int32)
    zeros = (present.at(sign) == _ZERO) & (present.lengths > sign + 1)
    if zeros.any() and (present.at(sign + 1)[zeros] != _POINT).any():  # leading zeros
        return None
    points = int(np.count_nonzero(present.bytes == _POINT))
    counts = {DECIMAL: points, INTEGER: present.count - points}
    return Read(values, {kind: count for kind, count in counts.items() if count})


def _is_exact(cells: pa.Array) -> bool:
    """Whether no cell loses digits as a float64; a long whole number is in doubt."""
    long = cells.filter(pc.greater(pc.binary_length(cells), EXACT_DIGITS))
    if pc.match_substring(long, ".").true_count < len(long):
        return False
    lost = inexact(long)
    return lost is None or not lost.any()


def _booleans(cells: pa.Array) -> Read | None:
    known = pc.is_in(cells, _BOOLEANS).true_count
    return Read(cells.cast(pa.bool_()), {BOOLEAN: known}) if known == len(cells) - cells.null_count else None


def _dates(cells: pa.Array) -> Read | None:
    values = cells.cast(pa.date32())
    present = _Characters(cells)
    ends = span(values)
    if present.bytes.size != _DATE_LENGTH * present.count or ends[0] < YEARS[0]:
        return None
    return Read(values, {DATE: present.count}, span=ends)


def _timestamps(cells: pa.Array) -> Read | None:
    return _times(cells, pa.timestamp("us"), TIMESTAMP)


def _instants(cells: pa.Array) -> Read | None:
    return _times(cells, pa.timestamp("us", "UTC"), INSTANT)


def _times(cells: pa.Array, type_: pa.DataType, kind: str) -> Read | None:
    values = cells.cast(type_)
    present = _Characters(cells)
    ends = span(values)
    if ends[0] < YEARS[0] or ends[1] > YEARS[1]:
        return None
    is_date = present.lengths == _DATE_LENGTH
    dates = int(np.count_nonzero(is_date))
    timed = present.only(~is_date) if dates else present
    if (timed.at(_HOUR_END) != _COLON).any():  # an hour alone is no time; a digit of the next cell may stand there
        return None
    counts = {kind: timed.count, DATE: dates}
    return Read(values, {one: count for one, count in counts.items() if count}, span=ends)


_CONVERSIONS: tuple[tuple[set[str], Callable[[pa.Array], Read | None]], ...] = (
    ({INTEGER}, _integers),
    ({INTEGER, DECIMAL, SPECIAL}, _decimals),
    ({BOOLEAN}, _booleans),
    ({DATE}, _dates),
    ({DATE, TIMESTAMP}, _timestamps),
    ({INSTANT}, _instants),
)


class _Characters:
    """The bytes of the cells that are not null, none of which is empty: where each starts, and how long it is."""

    def __init__(self, cells: pa.Array) -> None:
        present = cells.drop_null() if cells.null_count else cells
        _, offsets, characters = present.buffers()
        ends = np.frombuffer(offsets, np.int32)[present.offset : present.offset + len(present) + 1]
        self.bytes = np.frombuffer(characters, np.uint8)[ends[0] : ends[-1]]
        self.starts, self.lengths = ends[:-1] - ends[0], np.diff(ends)

    @property
    def count(self) -> int:
        """How many cells there are."""
        return len(self.starts)

    def at(self, position: int | np.ndarray) -> np.ndarray:
        """The byte at a position of each cell, uint8 (n,); of no meaning where the cell is shorter."""
        return self.bytes.take(self.starts + position, mode="clip")

    def only(self, mask: np.ndarray) -> "_Characters":
        """Some of the cells."""
        some = object.__new__(_Characters)
        some.bytes, some.starts, some.lengths = self.bytes, self.starts[mask], self.lengths[mask]
        return some


def _numpy(mask: pa.Array) -> np.ndarray:
    return mask.to_numpy(zero_copy_only=False)
