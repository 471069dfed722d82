"""From the texts of a row to its message (section 2)."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def message(texts: Sequence[str | None]) -> bytes:
    """The message of one row: each text as ``LENGTH ":" TEXT``, a null as ``~``."""
    return b"".join(b"~" if text is None else _field(text.encode()) for text in texts)


def messages(columns: Sequence[pa.Array]) -> pa.Array:
    """The messages of n rows as a large_binary array of length n, from large_string arrays of length n."""
    fields = []
    for column in columns:
        length = pc.binary_length(column).cast(pa.large_string())  # "LENGTH = bytes of TEXT, in decimal"
        separator = pa.scalar(":", pa.large_string())
        fields.append(pc.fill_null(pc.binary_join_element_wise(length, column, separator), "~"))
    nothing = pa.scalar("", pa.large_string())
    return pc.binary_join_element_wise(*fields, nothing).cast(pa.large_binary())


def numbered(row_message: bytes, occurrence: int) -> bytes:
    """The message of the k-th row (k counts from 1) that has ``row_message`` (section 2, 'Occurrences')."""
    return row_message if occurrence < 2 else row_message + b"#" + str(occurrence).encode()


def _field(text: bytes) -> bytes:
    return str(len(text)).encode() + b":" + text
