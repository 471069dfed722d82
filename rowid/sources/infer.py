"""Which type each column of a text file has: the one in which no cell, of all its rows, loses anything."""

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.sources import quick
from rowid.sources.spelling import BOOLEAN, DATE, DECIMAL, INSTANT, INTEGER, LOOKALIKES, SPECIAL, SPELLINGS, TIMESTAMP

_INT64 = (-(2**63), 2**63 - 1)
_NS_YEARS = (-9214560000000000, 9214646399999999)  # 1678 to 2261, wholly within what 64 bits of nanoseconds reach
_MICROSECONDS = 26  # characters of YYYY-MM-DDTHH:MM:SS.ffffff
_ENOUGH = 1000  # cells that keep a column text; then the rest need no look
_FIRST_LOOK = 1000  # rows after which a column of plain text is known for one
_PLURALS = {SPECIAL: "infinities or NaNs", INSTANT: "timestamps with a zone", TIMESTAMP: "timestamps without a zone"}
_SOME = 0.1  # the share of other text from which a column is simply text
_TOO_MANY_DIGITS, _OTHER, _IMPOSSIBLE = "more digits than a number keeps", "other text", "an impossible date or time"


class ColumnGuess:
    """What the cells of one column have been so far; ``type`` and ``note`` tell what follows."""

    def __init__(self, *, keep_text: bool = False) -> None:
        self._settled = keep_text
        self._wanted = keep_text
        self._kinds: Counter[str] = Counter()
        self._misfits: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._inexact_integers = 0
        self._nanoseconds = False
        self._span: tuple[int, int] | None = None
        self._is_canonical = True

    def add(self, cells: pa.Array, first_row: int) -> quick.Read | None:
        """Takes the next cells (strings), the first of them in row ``first_row``; their values if they are at hand."""
        if first_row == 1 and len(cells) > _FIRST_LOOK:
            self._add(cells.slice(0, _FIRST_LOOK), first_row)
            cells, first_row = cells.slice(_FIRST_LOOK), first_row + _FIRST_LOOK
            self._add(cells, first_row)
            return None
        return self._add(cells, first_row)

    @property
    def is_canonical(self) -> bool:
        """Whether the column is one of whole numbers, each written as its canonical text."""
        return self._is_canonical and self.type == pa.int64()

    @property
    def type(self) -> pa.DataType:
        """The type in which nothing is lost; string where there is none."""
        kinds = set(self._kinds)
        if self._wanted or self._misfits or not kinds:
            return pa.string()
        numbers = kinds <= {INTEGER, DECIMAL, SPECIAL} and kinds != {SPECIAL} and not self._inexact_integers
        unit = "ns" if self._nanoseconds else "us"
        rules = (
            (kinds == {INTEGER}, pa.int64()),
            (numbers, pa.float64()),
            (kinds == {BOOLEAN}, pa.bool_()),
            (kinds == {DATE}, pa.date32()),
            (kinds <= {DATE, TIMESTAMP} and self._unit_fits(), pa.timestamp(unit)),
            (kinds == {INSTANT} and self._unit_fits(), pa.timestamp(unit, "UTC")),
        )
        return next((type_ for holds, type_ in rules if holds), pa.string())

    @property
    def note(self) -> str:
        """Why a column that looks like more than text stays text; never a value."""
        typed, misfits = self._kinds.total(), self._misfits.total()
        silent = self._wanted or self.type != pa.string() or not typed + misfits
        if silent or self._misfits[_OTHER] > _SOME * (typed + misfits):
            return ""
        return "kept as text: " + (self._worst_misfit() if misfits else self._bad_mix())

    def _worst_misfit(self) -> str:
        reason, count = self._misfits.most_common(1)[0]
        some = f"{count:,} or more" if self._settled else f"{count:,}"
        return f"{reason} in {some} {'cell' if count == 1 else 'cells'}, first in row {self._first[reason]:,}"

    def _bad_mix(self) -> str:
        if not self._unit_fits():
            return "nanoseconds together with years that they do not reach"
        if self._inexact_integers:
            return f"decimals, and whole numbers with {_TOO_MANY_DIGITS}"
        if set(self._kinds) == {SPECIAL}:
            return "no number among its infinities or NaNs"
        return f"a mix of {_listed([_PLURALS.get(kind, kind + 's') for kind in sorted(self._kinds)])}"

    def _add(self, cells: pa.Array, first_row: int) -> quick.Read | None:
        if self._settled or cells.null_count == len(cells):
            return None
        read = quick.read(cells, self._kinds)
        if read:
            self._kinds.update(read.kinds)
            self._inexact_integers += read.inexact
            self._is_canonical = self._is_canonical and read.is_canonical
            self._reach(read.span)
        else:
            self._look(cells, first_row)
        return read

    def _look(self, cells: pa.Array, first_row: int) -> None:
        """Looks at each cell."""
        rows = np.arange(first_row, first_row + len(cells))
        if cells.null_count:
            rows, cells = rows[_numpy(cells.is_valid())], cells.drop_null()
        for kind in sorted(SPELLINGS, key=self._turn):
            found = pc.match_substring_regex(cells, SPELLINGS[kind])
            if found.true_count:
                self._take(kind, cells.filter(found), rows[_numpy(found)])
                cells, rows = _rest(cells, rows, found)
            if not len(cells):
                return
        for reason, pattern in LOOKALIKES.items():
            found = pc.match_substring_regex(cells, pattern)
            self._misfit(reason, rows[_numpy(found)])
            cells, rows = _rest(cells, rows, found)
        self._misfit(_OTHER, rows)
        misfits = self._misfits.total()
        self._settled = misfits >= _ENOUGH or self._misfits[_OTHER] > _SOME * (self._kinds.total() + misfits)

    def _turn(self, kind: str) -> tuple[bool, int]:
        """Kinds that were seen before are tried first; a whole number before a decimal, whose spelling it has too."""
        seen = kind in self._kinds or (kind == INTEGER and DECIMAL in self._kinds)
        return not seen, list(SPELLINGS).index(kind)

    def _take(self, kind: str, cells: pa.Array, rows: np.ndarray) -> None:
        """Counts cells of one kind, those that would lose something apart."""
        lost: np.ndarray | None = None
        if kind == INTEGER:
            lost = self._integers(cells)
        elif kind == DECIMAL:
            lost = quick.inexact(cells)
        elif kind in (DATE, TIMESTAMP, INSTANT):
            lost = self._times(cells, kind)
        if lost is not None and lost.any():
            self._misfit(_TOO_MANY_DIGITS if kind in (INTEGER, DECIMAL) else _IMPOSSIBLE, rows[lost])
            self._kinds[kind] += int((~lost).sum())
        else:
            self._kinds[kind] += len(cells)

    def _misfit(self, reason: str, rows: np.ndarray) -> None:
        if len(rows):
            self._misfits[reason] += len(rows)
            self._first.setdefault(reason, int(rows[0]))

    def _integers(self, cells: pa.Array) -> np.ndarray | None:
        """Which whole numbers are beyond 64 bits; counts those that a float64 could not hold."""
        self._is_canonical = self._is_canonical and not pc.equal(cells, "-0").true_count
        if pc.max(pc.binary_length(cells)).as_py() <= quick.EXACT_DIGITS:
            return None
        values = [int(cell) for cell in cells.to_pylist()]
        self._inexact_integers += sum(abs(value) > quick.EXACT_INTEGER for value in values)
        return np.array([not _INT64[0] <= value <= _INT64[1] for value in values])

    def _times(self, cells: pa.Array, kind: str) -> np.ndarray | None:
        """Which dates do not exist, or leave the years 0001 to 9999 when they are turned into UTC."""
        if kind != DATE and pc.max(pc.binary_length(cells)).as_py() > _MICROSECONDS:
            self._nanoseconds = self._nanoseconds or pc.match_substring_regex(cells, "[.][0-9]{7}").true_count > 0
            cells = pc.replace_substring_regex(cells, "([.][0-9]{6})[0-9]+", "\\1")
        try:
            read = cells.cast(pa.timestamp("us", "UTC") if kind == INSTANT else pa.timestamp("us"))
        except pa.ArrowInvalid:  # a 29 February, perhaps
            lost = np.array([not _is_date(cell[:10]) for cell in cells.to_pylist()])
            if kind == INSTANT:
                lost[~lost] = _outside(cells.filter(pa.array(~lost)).cast(pa.timestamp("us", "UTC")))
            return lost
        self._reach(quick.span(read))
        return _outside(read) if kind == INSTANT else None

    def _reach(self, span: tuple[int, int] | None) -> None:
        if span:
            self._span = (min(self._span[0], span[0]), max(self._span[1], span[1])) if self._span else span

    def _unit_fits(self) -> bool:
        return not (self._nanoseconds and self._span) or _NS_YEARS[0] <= self._span[0] <= self._span[1] <= _NS_YEARS[1]


def _outside(instants: pa.Array) -> np.ndarray:
    ticks = instants.view(pa.int64()).to_numpy()
    return (ticks < quick.YEARS[0]) | (ticks > quick.YEARS[1])


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _rest(cells: pa.Array, rows: np.ndarray, taken: pa.Array) -> tuple[pa.Array, np.ndarray]:
    left = pc.invert(taken)
    return cells.filter(left), rows[_numpy(left)]


def _numpy(mask: pa.Array) -> np.ndarray:
    return mask.to_numpy(zero_copy_only=False)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]
