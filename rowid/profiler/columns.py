"""One column of a stream: takes its batches and tells its profile."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.model import ColumnProfile, ValueCount
from rowid.profiler import payloads
from rowid.profiler.counting import Counts
from rowid.profiler.numbers import Numbers, quantiles
from rowid.profiler.order import Order
from rowid.profiler.suggestions import suggested
from rowid.profiler.texts import LengthCount, Texts
from rowid.stream import TextType, value_type

_EXAMPLE_LENGTH, _TEXT_LENGTH = 60, 200


class Column:
    """What is known of a column so far."""

    def __init__(self, field: pa.Field, *, limit: int, examples: int, top: int) -> None:
        self.name, self.type = field.name, value_type(field.type)
        self.carried = payloads.carried(field.type)
        self.values = self.nulls = 0
        self.counts: Counts | None = None
        self.order = Order()
        self.texts = Texts() if payloads.is_text(self.carried) else None
        self.numbers: Numbers | None = None
        if payloads.is_number(self.carried) or pa.types.is_temporal(self.carried):
            self.numbers = Numbers()
        self._bytes = LengthCount()
        self._limit, self._wanted, self._top = limit, examples, top
        self._countable = payloads.has_payload(self.carried)
        self._range: tuple[object, object] | None = None
        self._examples: dict[str, None] = {}

    def add(self, array: pa.Array, sample: np.ndarray) -> np.ndarray:
        """Takes the next rows; gives those at the positions ``sample`` as floats, where the column has numbers."""
        if not self._countable:
            present = array.drop_null()
            self._count_nulls(array, present)
            self._show_first(present)
            return np.empty(0)
        all_ = payloads.payloads(array)
        present = all_.drop_null()
        self._count_nulls(all_, present)
        if len(present):
            self.order.add(present)
            self._count(present)
        return payloads.as_floats(all_.take(pa.array(sample)), self.carried)

    @property
    def distinct(self) -> int:
        """How many different values; -1 where they are not counted."""
        if not self._countable:
            return -1
        if self.counts is None:
            return 0
        known = None if self.counts.exact else self.order.distinct
        return self.counts.distinct if known is None else known

    @property
    def exact(self) -> bool:
        """Whether ``distinct`` is exact: all values are counted, or they stand in order, so that equal ones meet."""
        return self.counts is None or self.counts.exact or self.order.distinct is not None

    @property
    def objects(self) -> bool:
        """Whether the column held Python objects, which may be of different types."""
        return isinstance(self.carried, TextType)

    def done(self, sample: np.ndarray) -> ColumnProfile:
        """The column's profile, without signs and quality; ``sample`` are what ``add`` gave, of the rows kept."""
        type_, reason = suggested(self)
        counts = self.counts
        least, most = (None, None) if self._range is None else map(self._text, self._range)
        return ColumnProfile(
            self.name,
            str(self.type),
            self.nulls,
            self.distinct,
            tuple(self._examples),
            exact=self.exact,
            distinct_error=0.0 if self.exact or counts is None else counts.distinct_error,
            values=self.values,
            blanks=self.texts.blanks if self.texts else 0,
            suggested=type_,
            suggested_reason=reason,
            top=() if counts is None else tuple(ValueCount(self._text(v), n) for v, n in counts.top(self._top)),
            top_error=0 if counts is None else counts.error,
            least=least,
            most=most,
            lengths=self.texts.lengths if self.texts else self._bytes.result,
            entropy=None if counts is None else counts.entropy,
            patterns=self.texts.patterns if self.texts else (),
            kinds=self.texts.readings if self.texts else {},
            mixed=self.objects and len(self.texts.readings if self.texts else ()) > 1,
            monotonic=self.order.word,
            mean=self.numbers.mean if self.numbers and payloads.is_number(self.carried) else None,
            quantiles=self._quantiles(sample),
        )

    def _count_nulls(self, all_: pa.Array, present: pa.Array) -> None:
        self.nulls += len(all_) - len(present)
        self.values += len(present)

    def _count(self, present: pa.Array) -> None:
        counted = present.value_counts()
        values, rows = counted.field("values"), counted.field("counts").to_numpy()
        if self.counts is None:
            self.counts = Counts(values.type, self._limit)
        self.counts.add(values, rows)
        self._widen(values)
        if len(self._examples) < self._wanted:
            self._show([self._text(value) for value in values[: 4 * self._wanted].to_pylist()])
        if self.texts is not None:
            self.texts.add(values, rows)
        elif self.numbers is not None:
            self.numbers.add(payloads.as_floats(values, self.carried), rows)
        elif pa.types.is_large_binary(values.type) or pa.types.is_fixed_size_binary(values.type):
            self._bytes.add(pc.binary_length(values), rows)

    def _widen(self, values: pa.Array) -> None:
        found = pc.min_max(values).as_py()
        least, most = self._range or (found["min"], found["max"])
        self._range = min(least, found["min"]), max(most, found["max"])

    def _show_first(self, present: pa.Array) -> None:
        if len(self._examples) < self._wanted:
            with suppress(ValueError, OverflowError):  # there are times in Arrow that Python has not: no example then
                self._show(present[: 4 * self._wanted].to_pylist())

    def _show(self, values: Sequence[object]) -> None:
        for value in values:
            if len(self._examples) < self._wanted:
                self._examples[short(str(value))] = None

    def _text(self, payload: object) -> str:
        return short(payloads.text(payload, self.carried), _TEXT_LENGTH)

    def _quantiles(self, sample: np.ndarray) -> tuple[float, ...]:
        if self.numbers is None or self.counts is None:
            return ()
        if not self.counts.exact:
            ends = payloads.as_floats(pa.array(self._range, self.counts.all()[0].type), self.carried)
            inner = quantiles(sample)[1:-1]
            return (float(ends[0]), *inner, float(ends[1])) if inner and np.isfinite(ends).all() else ()
        values, rows = self.counts.all()
        return quantiles(payloads.as_floats(values, self.carried), rows)


def short(text: str, most: int = _EXAMPLE_LENGTH) -> str:
    """A text for the eye: of a long one, its beginning."""
    return text if len(text) <= most else text[: most - 1] + "…"
