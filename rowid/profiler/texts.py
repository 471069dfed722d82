"""What the texts of a column have in common: blanks, lengths, white space at their ends, forms."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.model import Lengths, Pattern
from rowid.profiler.patterns import READINGS, SHAPES, matches

_MOST = 0.8


class Texts:
    """Adds up what is known of texts, each given with its number of rows."""

    def __init__(self) -> None:
        self.blanks = self.untidy = self.rows = self.words = 0
        self.found: Counter[str] = Counter()
        self._lengths = LengthCount()

    def add(self, values: pa.Array, rows: np.ndarray) -> None:
        """Takes different texts (large_string) and the number of rows of each."""
        bare = pc.utf8_trim_whitespace(values)
        blank = _numpy(pc.equal(pc.binary_length(bare), 0))
        self.blanks += int(rows[blank].sum())
        self.untidy += int(rows[~blank & _numpy(pc.not_equal(bare, values))].sum())
        self.rows += int(rows.sum())
        self._lengths.add(pc.utf8_length(values), rows)
        self.words += int((rows * (1 + pc.count_substring(bare, " ").to_numpy(zero_copy_only=False)))[~blank].sum())
        if blank.any():
            values, rows = values.filter(pa.array(~blank)), rows[~blank]
        self.found += matches(values, rows)

    @property
    def filled(self) -> int:
        """Rows with a text that is not blank."""
        return self.rows - self.blanks

    @property
    def lengths(self) -> Lengths | None:
        """The least, mean and greatest length in characters."""
        return self._lengths.result

    @property
    def readings(self) -> dict[str, int]:
        """Rows by the type as which their text reads."""
        known = {name: self.found[name] for name in READINGS if self.found[name]}
        if 0 < known.get("boolean", 0) < _MOST * self.filled:  # then a single letter is a letter
            known["boolean"] = self.found["true or false"]
        known = {name: rows for name, rows in known.items() if rows}
        rest = self.filled - sum(known.values())
        return known | ({"text": rest} if rest else {})

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shapes that texts have, with their share of those that are not blank; the most frequent first."""
        shares = {name: self.found[name] / self.filled for name in (*SHAPES, "phone") if self.found[name]}
        if self.lengths and self.filled == self.rows and self.lengths.least == self.lengths.most:
            shares["fixed width"] = 1.0
        return tuple(Pattern(name, share) for name, share in sorted(shares.items(), key=lambda item: -item[1]))


class LengthCount:
    """Adds up lengths."""

    def __init__(self) -> None:
        self._least = self._most = self._sum = self._rows = 0

    def add(self, lengths: pa.Array, rows: np.ndarray) -> None:
        """Takes lengths and the number of rows of each."""
        if not len(lengths):
            return
        numbers = lengths.to_numpy(zero_copy_only=False).astype(np.int64)
        self._least = min(self._least, int(numbers.min())) if self._rows else int(numbers.min())
        self._most = max(self._most, int(numbers.max()))
        self._sum += int(numbers @ rows)
        self._rows += int(rows.sum())

    @property
    def result(self) -> Lengths | None:
        """The least, mean and greatest length; None where there was none."""
        return Lengths(self._least, self._sum / self._rows, self._most) if self._rows else None


def _numpy(mask: pa.Array) -> np.ndarray:
    return mask.to_numpy(zero_copy_only=False)
