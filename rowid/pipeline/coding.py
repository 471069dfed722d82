"""A source's rows as codes, as many as memory allows: all of them, or the first and some of the others."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

import numpy as np
import pyarrow as pa

from rowid import canonical
from rowid.checks import Limits
from rowid.errors import Cancelled
from rowid.keys.codes import Encoder
from rowid.model import Progress
from rowid.pipeline.batches import ProgressCallback
from rowid.ports import Source
from rowid.recipe import Rule
from rowid.stream import taken

_BLOCK = 2**18  # rows that are encoded together, or so many times as many bytes
_BYTES = 256
_MOST = 2**30
_SPREAD = 4  # the rows that are spread over the rest are one for so many of the first


class Watch:
    """Who is told how far a search is, and who may end it: by request, or when its time or its steps are over."""

    def __init__(
        self,
        progress: ProgressCallback | None,
        should_stop: Callable[[], bool] | None,
        time_limit_s: float | None = None,
        max_steps: int | None = None,
    ) -> None:
        self.started = time.perf_counter()
        self._progress, self._should_stop, self._limit = progress, should_stop, time_limit_s
        self._steps_left = max_steps
        self.timed_out = False

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.started

    def rows(self, done: int, total: int | None, phase: str) -> None:
        """Tells how many rows were read. Raises Cancelled on request."""
        self._stop()
        if self._progress:
            self._progress(Progress(done, total, self.elapsed_s, phase))

    def step(self, done: int, total: int) -> bool:
        """Tells how many combinations were decided; False when the time is over. Raises Cancelled on request."""
        if self._steps_left is not None and total:
            self._steps_left -= 1
            self.timed_out = self.timed_out or self._steps_left < 0
        return self._combinations(done, total, "search")

    def near(self, done: int, total: int) -> bool:
        """As ``step``, of combinations that may be near a key; these are few, and no step of the search."""
        return self._combinations(done, total, "near keys")

    def _combinations(self, done: int, total: int, phase: str) -> bool:
        self._stop()
        if self._progress and total:
            self._progress(Progress(done, total, self.elapsed_s, phase, "combinations"))
        self.timed_out = self.timed_out or (self._limit is not None and self.elapsed_s > self._limit)
        return not self.timed_out

    def _stop(self) -> None:
        if self._should_stop and self._should_stop():
            raise Cancelled("it was stopped; nothing was written")


def search_limits(limits: Limits | None) -> Limits:
    """The limits of a search that was given none: a quarter of the free memory, a gibibyte at most."""
    if limits is not None:
        return limits
    import psutil

    return Limits(memory=min(_MOST, psutil.virtual_memory().available // 4))


def encoder_of(schema: pa.Schema, rules: Mapping[str, Rule], exclude: Sequence[str]) -> Encoder:
    """An encoder for a table's columns, for which cells are equal where their canonical texts are."""

    def texts(array: pa.Array, rule: Rule, name: str) -> pa.Array:
        return canonical.texts(array, rule, column=name)

    return Encoder(schema, lambda name: rules.get(name, Rule()), texts, exclude)


def encoded(
    source: Source, rules: Mapping[str, Rule], exclude: Sequence[str], watch: Watch, limits: Limits
) -> tuple[Encoder, int]:
    """The encoder with the rows that fit, and the number of all rows.

    All rows, if they fit. Else the first ones, and of the rest one in a number that grows, so that what is held stays
    within bounds although nobody knows how many are to come.
    """
    rows, total, first = 0, source.info().rows, None
    with closing(source.open()) as reader:
        encoder = encoder_of(reader.schema, rules, exclude)
        for batch in _blocks(reader):
            watch.rows(rows, total, "read")
            some = np.arange(batch.num_rows)
            if first is not None:
                some = some[(rows + some) % (_SPREAD * max(1, rows // first)) == 0]
            add_rows(encoder, batch, rows, some)
            rows += batch.num_rows
            if first is None and encoder.nbytes > limits.bytes():
                first = rows
    watch.rows(rows, total, "read")
    return encoder, rows


def add_rows(encoder: Encoder, batch: pa.RecordBatch, first_row: int, positions: np.ndarray) -> None:
    """Gives an encoder some rows of a batch, whose first row has this number (from 0)."""
    batch = batch.select(encoder.names)
    if len(positions) < batch.num_rows:
        batch = taken(batch, positions)
    encoder.add(batch, first_row + positions)


def _blocks(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The rows in batches of some size: small ones are put together."""
    block: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in reader:
        block.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _BLOCK or size >= _BLOCK * _BYTES:
            yield from pa.Table.from_batches(block).combine_chunks().to_batches()
            block, rows, size = [], 0, 0
    if block:
        yield from pa.Table.from_batches(block).combine_chunks().to_batches()
