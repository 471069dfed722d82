"""Whether two places hold the same IDs, in whatever order: their number and two sums, exact."""

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

_DIGITS = 15  # of each end of an ID: a sum of any number of them is an exact integer in every database
_PRIME = 1_000_000_007
_HYPHENS = (8, 13, 18, 23)
_VALUES = np.zeros(256, np.int64)
_VALUES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_VALUES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)
_POWERS = tuple(16**place for place in reversed(range(_DIGITS)))


class Fingerprint(NamedTuple):
    """How many ``ids`` there are, and the two sums of ``Dialect.checksums`` over them."""

    ids: int = 0
    first: int = 0
    last: int = 0

    def with_ids(self, column: pa.Array, form: str) -> Self:
        """The fingerprint once the IDs of a column, nulls left out, belong to it too."""
        found = column.drop_null()
        first, last = _SUMS[form](found) if len(found) else (0, 0)
        return type(self)(self.ids + len(found), self.first + first, self.last + last)


def _of_text(ids: pa.Array) -> tuple[int, int]:
    ids = ids.cast(pa.large_string())
    ends = np.frombuffer(ids.buffers()[1], np.int64)[ids.offset : ids.offset + len(ids) + 1]
    text = np.frombuffer(ids.buffers()[2], np.uint8)[ends[0] : ends[-1]].reshape(len(ids), -1)
    places = [at for at in range(text.shape[1]) if text.shape[1] != 36 or at not in _HYPHENS]
    return _sums(lambda at: int(_VALUES[text[:, places[at]]].sum()), len(places))


def _of_bytes(ids: pa.Array) -> tuple[int, int]:
    width = ids.type.byte_width
    octets = np.frombuffer(ids.buffers()[1], np.uint8)[ids.offset * width : (ids.offset + len(ids)) * width]
    octets = octets.reshape(len(ids), width).astype(np.int64)
    return _sums(lambda at: int((octets[:, at // 2] >> (0 if at % 2 else 4) & 15).sum()), 2 * width)


def _sums(digits_at: Callable[[int], int], digits: int) -> tuple[int, int]:
    """The sums of the numbers in the first and in the last digits, from the sum of the digits at each place."""
    first, last = (
        sum(power * digits_at(start + place) for place, power in enumerate(_POWERS)) for start in (0, digits - _DIGITS)
    )
    return first, last


def _of_integers(ids: pa.Array) -> tuple[int, int]:
    numbers = ids.cast(pa.int64()).to_numpy()
    whole = int((numbers >> 32).sum()) * 2**32 + int((numbers & 0xFFFFFFFF).sum())  # neither half overflows
    return whole, int(np.fmod(numbers, _PRIME).sum())


_SUMS = {"hex": _of_text, "uuid": _of_text, "binary": _of_bytes, "int64": _of_integers}
