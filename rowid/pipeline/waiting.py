"""Rows that are put down in one order and asked for in another: in memory, or in a temporary file where they are many.

Each row has a position. Beyond the limit of memory the positions are cut into chunks that fit into it, each of which is
read in its turn.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pyarrow as pa

from rowid.checks import Limits, Scratch, Spilling

_SHARE = 8  # of the limit, one part in so many: three are held and one is put in order, beside what is matched
_MOST = 2**30  # bytes, beyond which Arrow cannot put texts together
_ROOM = 2  # times what the rows that were seen let expect


class Waiting(Spilling):
    """Rows, each with a position of its own: all are put first, then taken in the order of their positions.

    Raises ScratchError where the temporary file fails.

    Args:
        schema: the columns of the rows.
        limits: what may be used, of which these rows take a part.
    """

    def __init__(self, schema: pa.Schema, limits: Limits) -> None:
        super().__init__(limits)
        self._stored = pa.schema([pa.field("", pa.int64()), *schema])  # the position first
        self._budget = min(_MOST, limits.bytes() // _SHARE)
        self._held: list[pa.RecordBatch] = []
        self._held_bytes = 0
        self._chunk_rows = np.iinfo(np.int64).max
        self._places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)  # of a chunk, in the file
        self._chunk, self._rows, self._positions = -1, self._stored.empty_table(), np.empty(0, np.int64)
        self.rows = 0

    def put(self, positions: np.ndarray, rows: pa.RecordBatch) -> None:
        """Takes rows with their positions (int64), in any order."""
        if not rows.num_rows:
            return
        self.rows += rows.num_rows
        columns = [pa.array(positions, pa.int64()), *rows.columns]
        self._held.append(pa.RecordBatch.from_arrays(columns, schema=self._stored))
        self._held_bytes += self._held[-1].nbytes
        if self._held_bytes > self._budget:
            self._spill()

    def taken(self, begin: int, end: int) -> pa.Table:
        """The rows with the positions from ``begin`` to before ``end``; nothing before ``end`` is asked for again."""
        if self._scratch and self._held:
            self._spill()
        found = [
            self._of_chunk(chunk, begin, end)
            for chunk in range(begin // self._chunk_rows, -(-end // self._chunk_rows))
            if chunk == self._chunk or chunk in self._places or self._held
        ]
        return pa.concat_tables([self._stored.empty_table(), *found]).select(range(1, len(self._stored)))

    def close(self) -> None:
        """Gives memory and disk back."""
        self._held, self._rows = [], self._stored.empty_table()
        super().close()

    def _spill(self) -> None:
        """Moves the rows in memory to the temporary file, chunk by chunk."""
        if self._scratch is None:
            self._scratch = Scratch(self._limits.directory)
            held = sum(batch.num_rows for batch in self._held)
            self._chunk_rows = max(1, self._budget * held // self._held_bytes // _ROOM)
        rows, positions = _sorted(self._held, self._stored)
        self._held_bytes = 0
        chunks = positions // self._chunk_rows
        for begin, end in pairwise([0, *(np.flatnonzero(np.diff(chunks)) + 1).tolist(), len(chunks)]):
            for batch in rows.slice(begin, end - begin).to_batches():
                data = np.frombuffer(batch.serialize(), np.uint8)
                self._places[int(chunks[begin])].append((self._scratch.append(data), len(data)))

    def _of_chunk(self, chunk: int, begin: int, end: int) -> pa.Table:
        if chunk != self._chunk:
            self._rows = self._stored.empty_table()  # the one before is not held beside it
            self._chunk = chunk
            self._rows, self._positions = _sorted(self._batches(chunk), self._stored)
        first, last = np.searchsorted(self._positions, [begin, end]).tolist()
        return self._rows.slice(first, last - first)

    def _batches(self, chunk: int) -> list[pa.RecordBatch]:
        if self._scratch is None:
            held, self._held = self._held, []
            return held
        found = []
        for at, size in self._places.pop(chunk, []):
            data = self._scratch.read(at, np.empty(size, np.uint8))
            found.append(pa.ipc.read_record_batch(pa.py_buffer(data), self._stored))
        return found


def _sorted(batches: list[pa.RecordBatch], schema: pa.Schema) -> tuple[pa.Table, np.ndarray]:
    """The rows in the order of their positions, and these; the list is emptied, so that rows are not held twice."""
    rows = pa.Table.from_batches(batches, schema).combine_chunks()
    batches.clear()
    order = np.argsort(rows.column(0).to_numpy(), kind="stable")
    rows = rows.take(pa.array(order))
    return rows, rows.column(0).to_numpy()
