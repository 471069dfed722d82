"""Whether the values of a column only ever grow, or only ever shrink, over the whole stream."""

import pyarrow as pa
import pyarrow.compute as pc


class Order:
    """Follows the payloads of a column, nulls not among them, from batch to batch."""

    def __init__(self) -> None:
        self._values = 0
        self._last: pa.Array | None = None
        self._open = {"rises": True, "falls": True}
        self._repeats = 0
        self._comparable = True

    def add(self, payloads: pa.Array) -> None:
        """Takes the next payloads, in the order of their rows."""
        self._values += len(payloads)
        if not len(payloads) or not (self._comparable and any(self._open.values())):
            return
        row = payloads if self._last is None else pa.concat_arrays([self._last, payloads])
        self._last = row[-1:]
        if len(row) > 2_000:  # most columns lose their order soon
            self._compare(row[:1_000])
            row = row[999:]
        if any(self._open.values()):
            self._compare(row)

    @property
    def word(self) -> str:
        """``increasing`` or ``decreasing``, ``strictly`` before it where no value repeats; empty where neither is."""
        changes = self._values - 1 - self._repeats
        if not self._comparable or changes < 1 or not any(self._open.values()):
            return ""
        word = "increasing" if self._open["rises"] else "decreasing"
        return word if self._repeats else f"strictly {word}"

    @property
    def distinct(self) -> int | None:
        """How many different values there are, exactly: as many as changes and one; None where there is no order."""
        return self._values - self._repeats if self.word else None

    def _compare(self, row: pa.Array) -> None:
        before, after = row[:-1], row[1:]
        try:
            less, more = pc.less(before, after).true_count, pc.greater(before, after).true_count
        except pa.ArrowNotImplementedError:
            self._comparable = False
            return
        self._open["rises"] &= not more
        self._open["falls"] &= not less
        self._repeats += len(before) - less - more
