"""How many different values there are, where they are too many to keep: a sketch over 64-bit hashes.

The sketch keeps the k smallest different hashes (KMV). If the hashes are uniform on [0, 1) and the k-th smallest is u,
there are about (k - 1) / u of them, with a relative standard error of 1 / sqrt(k - 2): Beyer, Haas, Reinwald, Sismanis
and Gemulla, 'On synopses for distinct-value estimation under multiset operations', SIGMOD 2007.
"""

import hashlib
import math

import numpy as np
import pyarrow as pa

_LONG = 512  # bytes from which on a value is hashed by itself
_SEED = np.uint64(0x9E3779B97F4A7C15)


class DistinctSketch:
    """The ``size`` smallest different hashes of a stream."""

    def __init__(self, size: int = 16_384) -> None:
        self._size = size
        self._kept = np.empty(0, np.uint64)

    def add(self, hashes_: np.ndarray) -> None:
        """Takes the next hashes, in any order, any number of times."""
        if len(self._kept) == self._size:
            hashes_ = hashes_[hashes_ < self._kept[-1]]
        if len(hashes_):
            self._kept = np.unique(np.concatenate([self._kept, hashes_]))[: self._size]

    @property
    def kept(self) -> int:
        """How many hashes are kept."""
        return len(self._kept)

    @property
    def estimate(self) -> int:
        """The number of different hashes seen."""
        if len(self._kept) < self._size:
            return len(self._kept)
        return round((self._size - 1) / ((float(self._kept[-1]) + 1) / 2.0**64))

    @property
    def error(self) -> float:
        """The estimate's relative standard error."""
        return 1 / math.sqrt(self._size - 2) if len(self._kept) == self._size else 0.0


def hashes(values: pa.Array) -> np.ndarray:
    """A 64-bit hash of each of n payloads (none of them null) as n uint64; equal payloads have equal ones."""
    type_ = values.type
    if pa.types.is_boolean(type_):
        values, type_ = values.cast(pa.uint8()), pa.uint8()
    if pa.types.is_integer(type_):
        return mixed(values.to_numpy().astype(np.uint64))
    if pa.types.is_floating(type_):
        return mixed(values.to_numpy().view(np.uint64))
    if pa.types.is_large_string(type_) or pa.types.is_large_binary(type_):
        offsets = np.frombuffer(values.buffers()[1], np.int64, len(values) + 1, 8 * values.offset)
        return _of_bytes(values.buffers()[2], offsets[:-1], np.diff(offsets))
    width = type_.bit_width // 8
    starts = width * np.arange(values.offset, values.offset + len(values))
    return _of_bytes(values.buffers()[1], starts, np.full(len(values), width))


def mixed(words: np.ndarray) -> np.ndarray:
    """Words whose bits all depend on all bits of the given ones: splitmix64 (Steele, Lea and Flood, 2014)."""
    words = words + _SEED
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _of_bytes(buffer: pa.Buffer | None, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Eight bytes of every value at a time, as long as there are values that have so many."""
    found = mixed(lengths.astype(np.uint64))
    if not len(starts) or buffer is None:
        return found
    first, last = int(starts.min()), int((starts + lengths).max())
    octets = np.zeros(last - first + 8, np.uint8)
    octets[: last - first] = np.frombuffer(buffer, np.uint8, last - first, first)
    starts = starts - first
    words = np.ndarray(len(octets) - 7, "<u8", octets.data, strides=(1,))  # the eight bytes from each position on
    long = np.flatnonzero(lengths > _LONG)
    for at in long:
        digest = hashlib.blake2b(octets[starts[at] : starts[at] + lengths[at]].data, digest_size=8).digest()
        found[at] = int.from_bytes(digest, "little")
    active = np.flatnonzero(lengths <= _LONG)
    for position in range(0, _LONG, 8):
        active = active[lengths[active] > position]
        if not len(active):
            break
        word = words[starts[active] + position]
        left = np.minimum(lengths[active] - position, 8).astype(np.uint64)
        word &= np.uint64(0xFFFFFFFFFFFFFFFF) >> (np.uint64(64) - np.uint64(8) * left)  # what follows is another value
        found[active] = mixed(found[active] ^ word)
    return found
