"""How many different IDs there are, for the forms that keep only a part of the digest."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from rowid.checks.scratch import Limits
from rowid.checks.uniqueness import Uniqueness

_WIDTHS = {"int64": 8, "uuid": 16}
_UUID = 36


class DistinctIds:
    """Counts distinct IDs of the form int64 or uuid, exactly, in bounded memory."""

    def __init__(self, form: str, limits: Limits | None = None) -> None:
        self._form = form
        self._keys = Uniqueness(limits, width=_WIDTHS[form])

    def add(self, ids: pa.Array) -> None:
        """Takes the IDs of the next rows; nulls are none."""
        present = ids.drop_null() if ids.null_count else ids
        self._keys.add(_integers(present) if self._form == "int64" else _uuids(present))

    @property
    def distinct(self) -> int:
        """Distinct IDs so far."""
        return self._keys.distinct

    def close(self) -> None:
        """Gives memory and disk back."""
        self._keys.close()


def _integers(ids: pa.Array) -> np.ndarray:
    return np.ascontiguousarray(ids.to_numpy(zero_copy_only=False)).view(np.uint8).reshape(-1, 8)


def _uuids(ids: pa.Array) -> np.ndarray:
    """The 16 bytes of each UUID, written in lower case with hyphens."""
    if not len(ids):
        return np.empty((0, 16), np.uint8)
    width = 64 if pa.types.is_large_string(ids.type) else 32
    begin = int(np.frombuffer(ids.buffers()[1], f"i{width // 8}", 1, ids.offset * width // 8)[0])
    text = np.frombuffer(ids.buffers()[2], np.uint8, _UUID * len(ids), begin).reshape(-1, _UUID)
    digits = np.concatenate([text[:, one] for one in _HEX], axis=1)
    digits = (digits & 0x0F) + 9 * (digits >> 6)  # ASCII: 0 to 9 are 0x30 to 0x39, a to f are 0x61 to 0x66
    return digits[:, 0::2] << 4 | digits[:, 1::2]


_HEX: Sequence[slice] = (slice(0, 8), slice(9, 13), slice(14, 18), slice(19, 23), slice(24, 36))
