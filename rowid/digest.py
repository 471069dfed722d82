"""From messages to IDs: hashing and rendering (rowid v1, section 3)."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from rowid.errors import SecretError
from rowid.recipe import FORMS

SIZE = 32
ID_TYPES: Mapping[str, pa.DataType] = {
    "hex": pa.string(), "binary": pa.binary(SIZE), "uuid": pa.string(), "int64": pa.int64(),
}  # fmt: skip
"""The Arrow type of a column of IDs, by form."""

_HYPHENS = (8, 13, 18, 23)


def secret(key_env: str | None, environment: Mapping[str, str] = os.environ) -> bytes | None:
    """The HMAC secret that the environment variable ``key_env`` holds as base64; None for a recipe without one."""
    if key_env is None:
        return None
    where = f"environment variable {key_env}"
    text = environment.get(key_env)
    if not text:
        raise SecretError("it is not set, and the recipe's IDs are keyed with it", where=where,
                          hint="Set it to the secret as base64.")  # fmt: skip
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SecretError("it is not base64", where=where, hint="For example: openssl rand -base64 32.") from None
    if not key:
        raise SecretError("it is an empty secret", where=where, hint="For example: openssl rand -base64 32.")
    return key


def digest(message: bytes, key: bytes | None = None) -> bytes:
    """SHA-256 of a message, or HMAC-SHA-256 with ``key``: 32 bytes."""
    return hashlib.sha256(message).digest() if key is None else hmac.digest(key, message, "sha256")


def digests(messages: Iterable[bytes], key: bytes | None = None) -> np.ndarray:
    """The digests of n messages as an array of shape (n, 32), dtype uint8."""
    together = bytearray(b"".join(digest(message, key) for message in messages))
    return np.frombuffer(together, np.uint8).reshape(-1, SIZE)


def rendered(digests_: np.ndarray, form: str, null: np.ndarray | None = None) -> pa.Array:
    """IDs of n digests, shape (n, 32), as an array of ``ID_TYPES[form]``; null where ``null`` (bool, n) is set."""
    if form not in FORMS:
        raise ValueError(f"form is one of {', '.join(FORMS)}")
    validity = _validity(null)
    if form == "int64":
        big_endian = np.ascontiguousarray(digests_[:, :8]).view(">i8").reshape(-1)
        data = pa.py_buffer(np.ascontiguousarray(big_endian.astype(np.int64)))
        return pa.Array.from_buffers(pa.int64(), len(digests_), [validity, data])
    if form == "binary":
        return pa.Array.from_buffers(pa.binary(SIZE), len(digests_), [validity, pa.py_buffer(digests_.tobytes())])
    characters = np.ascontiguousarray(hex_digits(digests_) if form == "hex" else _uuid(digests_))
    return texts(pa.py_buffer(characters), characters.shape, null)


def texts(data: pa.Buffer, shape: tuple[int, ...], null: np.ndarray | None = None) -> pa.Array:
    """IDs of one width as an Arrow string array; ``data`` holds their characters, ASCII, ``shape`` is (n, width)."""
    n, width = shape
    return pa.Array.from_buffers(pa.string(), n, [_validity(null), _offsets(n, width), data])


_longest: dict[int, pa.Buffer] = {}


def _offsets(n: int, width: int) -> pa.Buffer:
    """The offsets of n strings of one width, int32: a piece of the longest that there were, which all results share."""
    known = _longest.get(width)
    if known is None or known.size < 4 * (n + 1):
        series = np.arange(0, (n + 1) * width, width, dtype=np.int32)
        series.flags.writeable = False
        known = _longest[width] = pa.py_buffer(series)
    return known.slice(0, 4 * (n + 1))


def hex_digits(raw: np.ndarray) -> np.ndarray:
    """The lower-case hexadecimal digits of n byte strings, uint8 (n, m), as ASCII, uint8 (n, 2 m)."""
    return np.frombuffer(raw.tobytes().hex().encode(), np.uint8).reshape(len(raw), 2 * raw.shape[1])


def _uuid(digests_: np.ndarray) -> np.ndarray:
    first = digests_[:, :16].copy()
    first[:, 6] = first[:, 6] & 0x0F | 0x80  # RFC 9562, section 5.8: version 8
    first[:, 8] = first[:, 8] & 0x3F | 0x80  # and the variant 10xx
    return np.insert(hex_digits(first), [at - skipped for skipped, at in enumerate(_HYPHENS)], ord("-"), axis=1)


def _validity(null: np.ndarray | None) -> pa.Buffer | None:
    return None if null is None or not null.any() else pa.array(~null).buffers()[1]
