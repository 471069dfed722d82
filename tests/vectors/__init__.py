"""The test vectors, read once: ``VECTORS`` has the views, ``python`` and ``arrow`` make values of them."""

import base64
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from rowid.sql.proof import published

VECTORS = published()

_PYTHON = {
    "null": lambda _: None,
    "bool": bool,
    "string": str,
    "int": int,
    "float64": float.fromhex,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamp_tz": datetime.fromisoformat,
    "time": time.fromisoformat,
    "duration_us": lambda text: timedelta(microseconds=int(text)),
    "binary": base64.b64decode,
    "uuid": uuid.UUID,
}


def python(value: list[Any]) -> Any:
    """A vector's value as a Python value."""
    kind, text = value
    return _PYTHON[kind](text)


def arrow(value: list[Any]) -> pa.Array:
    """A vector's value as an Arrow array of length 1."""
    kind, one = value[0], python(value)
    match kind:
        case "null":
            return pa.nulls(1)
        case "uuid":
            return pa.array([one.bytes], pa.uuid())
        case "timestamp_tz":
            return pa.array([one.astimezone(UTC)], pa.timestamp("us", "UTC"))
        case "int":
            return pa.array([one], pa.int64() if one < 2**63 else pa.uint64())
        case "decimal":
            exponent = one.as_tuple().exponent
            return pa.array([one], pa.decimal256(76, max(0, -exponent)))
        case _:
            return pa.array([one])
