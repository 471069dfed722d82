"""Rows that are put down in one order and asked for in another: in memory, or in a temporary file where they are many.

Each row has a position; the positions are cut into chunks that fit into memory, each of which is read in its turn.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import IO

import numpy as np
import pyarrow as pa

from rowid.checks import Limits
from rowid.errors import ScratchError

_ROOM = 2  # times what the first rows let expect


class Waiting:
    """Rows with the positions 0 to ``total`` - 1: all are put first, then taken in the order of their positions."""

    def __init__(self, schema: pa.Schema, total: int, limits: Limits) -> None:
        self._schema, self._total, self._limits = schema, total, limits
        self._file: IO[bytes] | None = None
        self._out: pa.NativeFile | None = None
        self._writer: pa.RecordBatchFileWriter | None = None
        self._chunk_rows = max(1, total)
        self._where: dict[int, list[tuple[int, np.ndarray]]] = {}  # of a chunk: its batches, and their positions
        self._batches = 0
        self._chunk, self._rows = -1, pa.table([])

    def put(self, positions: np.ndarray, rows: pa.RecordBatch) -> None:
        """Takes rows with their positions, in any order."""
        if not rows.num_rows:
            return
        writer = self._writer or self._opened(rows.nbytes / rows.num_rows)
        order = np.argsort(positions // self._chunk_rows, kind="stable")
        positions = positions[order]
        chunks = positions // self._chunk_rows
        rows = rows.take(pa.array(order))
        cuts = [0, *(np.flatnonzero(chunks[1:] != chunks[:-1]) + 1).tolist(), len(chunks)]
        with self._told():
            for begin, end in pairwise(cuts):
                writer.write_batch(
                    pa.RecordBatch.from_arrays(rows.slice(begin, end - begin).columns, schema=self._schema)
                )
                self._where.setdefault(int(chunks[begin]), []).append((self._batches, positions[begin:end]))
                self._batches += 1

    def taken(self, begin: int, end: int) -> Iterator[pa.Table]:
        """The rows of the positions from ``begin`` to before ``end``, in portions."""
        while begin < end:
            chunk = begin // self._chunk_rows
            if chunk != self._chunk:
                self._rows = pa.table([])  # the one before is not held beside it
                self._chunk, self._rows = chunk, self._read(chunk)
            stop = min(end, (chunk + 1) * self._chunk_rows)
            yield self._rows.slice(begin - chunk * self._chunk_rows, stop - begin)
            begin = stop

    def close(self) -> None:
        """Gives memory and disk back."""
        self._rows = pa.table([])
        if self._file:
            self._file.close()

    def _opened(self, row_bytes: float) -> pa.RecordBatchFileWriter:
        budget = self._limits.bytes()
        with self._told():
            if row_bytes * self._total * _ROOM > budget:
                self._chunk_rows = max(1, int(budget / row_bytes / _ROOM))
                self._file = tempfile.TemporaryFile(prefix="rowid-", dir=self._limits.directory)  # noqa: SIM115
                self._out = pa.PythonFile(self._file, mode="w")
            else:
                self._out = pa.BufferOutputStream()
            self._writer = pa.ipc.new_file(self._out, self._schema)
        return self._writer

    def _read(self, chunk: int) -> pa.Table:
        with self._told():
            if self._writer is not None:
                self._writer.close()
                self._writer = None
                if self._file:
                    self._file.flush()
            source = pa.PythonFile(self._file, mode="r") if self._file else self._out.getvalue()  # type: ignore[union-attr]
            reader = pa.ipc.open_file(source)
            batches = [reader.get_batch(number) for number, _ in self._where[chunk]]
        positions = np.concatenate([some for _, some in self._where.pop(chunk)])
        return pa.Table.from_batches(batches, self._schema).take(pa.array(np.argsort(positions)))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ScratchError(
                f"the temporary file for rows that differ failed: {error.strerror or type(error).__name__}",
                where=str(self._limits.directory or tempfile.gettempdir()),
                hint="Free some space there, or set TMPDIR to a folder on a larger disk.",
            ) from error
