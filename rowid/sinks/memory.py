"""A sink that keeps the IDs alone, in memory."""

from collections.abc import Mapping

import pyarrow as pa

from rowid.model import Receipt


class IdSink:
    """Keeps the column ``id_column`` of what is written to it; after the load, ``ids`` has it."""

    name = "memory"

    def __init__(self, id_column: str) -> None:
        self._id_column = id_column
        self._chunks: list[pa.Array] = []
        self._type: pa.DataType = pa.null()

    @property
    def ids(self) -> pa.ChunkedArray:
        """The IDs written so far, in order."""
        return pa.chunked_array(self._chunks, self._type)

    def begin(self, schema: pa.Schema, metadata: Mapping[str, str]) -> "IdSink":
        """Starts afresh."""
        self._chunks, self._type = [], schema.field(self._id_column).type
        return self

    def close(self) -> None:
        """Holds nothing open."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Keeps the batch's IDs."""
        self._chunks.append(batch.column(self._id_column))

    def commit(self) -> Receipt:
        """The number of IDs."""
        rows = sum(map(len, self._chunks))
        return Receipt(rows, inserted=rows)

    def abort(self) -> None:
        """Forgets them."""
        self._chunks = []
