"""How a source's rows reach the engine: in slices, a column's failures counted to the end; and how a load fails."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager

import pyarrow as pa

from rowid import canonical
from rowid.checks import Limits, Uniqueness
from rowid.engine import Hashed, HashingEngine
from rowid.errors import Cancelled, CanonicalError, SourceError, incomplete
from rowid.lanes import ahead
from rowid.model import Progress
from rowid.ports import Load, Source
from rowid.recipe import Recipe
from rowid.stream import value_type

MOST_ROWS = 131_072
"""The most rows between two looks at ``should_stop`` and two reports of progress."""

MOST_BYTES = 1 << 25
"""The most bytes of them, where a row has fewer; and no more than one part in ``_PARTS`` of the free memory."""

_PARTS = 200  # up to ten slices are held at a time, by one run of several

ProgressCallback = Callable[[Progress], None]

_BYTES_PER_ROW = 150  # of numbering in one pass


@contextmanager
def engine_for(
    source: Source,
    recipe: Recipe,
    *,
    limits: Limits | None = None,
    should_stop: Callable[[], bool] | None = None,
    progress: ProgressCallback | None = None,
) -> Iterator[HashingEngine]:
    """An engine for a pass over the source, closed at the end.

    Where repeated rows are to be numbered and may be too many to do that in memory, all rows are counted in a pass of
    their own first, of which ``progress`` hears; its time is among the engine's timings as ``check``.
    """
    limits = limits or Limits()
    rows = source.info().rows
    numbered = recipe.duplicates == "number" and (rows is None or rows * _BYTES_PER_ROW > limits.bytes())
    with Uniqueness(limits, numbered=numbered) as unique:
        if not numbered:
            yield HashingEngine(recipe, uniqueness=unique)
            return
        started = time.perf_counter()
        counting = Pass(source, HashingEngine(without(recipe, "duplicates"), uniqueness=unique), should_stop)
        for _ in counting:
            if progress:
                progress(counting.progress("count"))
        engine = HashingEngine(recipe, uniqueness=unique, numbering=unique.numbers())
        engine.timings.check += time.perf_counter() - started
        yield engine


def without(recipe: Recipe, *policies: str) -> Recipe:
    """The recipe with those of its policies (``duplicates``, ``nulls``) at their defaults, which stop at nothing."""
    defaults = {"duplicates": "keep", "nulls": "hash"}
    return Recipe.from_dict({**recipe.to_dict(), **{name: defaults[name] for name in policies}})


def take_back(load: Load, sink: str, error: BaseException) -> None:
    """Takes back a load that ``error`` ended. Raises Cancelled if that is an interruption and rows stay in the sink."""
    rows = load.abort()
    if rows is not None and isinstance(error, KeyboardInterrupt):
        raise incomplete(sink, rows) from None


class Pass:
    """One pass over a source with an engine: iterating gives each slice of rows with its IDs, and finishes the engine.

    Raises SourceError if the source gives another number of rows than it said, Cancelled if ``should_stop`` says so.
    """

    def __init__(
        self,
        source: Source,
        engine: HashingEngine,
        should_stop: Callable[[], bool] | None = None,
        *,
        rows_at_a_time: int | None = None,
    ) -> None:
        self.source, self.engine, self._step = source, engine, rows_at_a_time
        self.rows_total = source.info().rows
        engine.hasher.expect(self.rows_total)
        self.rows = 0
        self.slice_rows = 0
        self.read_s = 0.0
        self._should_stop = should_stop
        self._started = time.perf_counter()

    def __iter__(self) -> Iterator[tuple[pa.RecordBatch, Hashed]]:
        with closing(ahead(self._read())) as slices:
            for batch in slices:
                if self._should_stop and self._should_stop():
                    raise Cancelled("the run was stopped; nothing was written")
                try:
                    hashed = self.engine.hashed(batch)
                except CanonicalError as error:
                    raise self._counted(error, self.rows + batch.num_rows, slices) from None
                self.rows += batch.num_rows
                yield batch, hashed
        if self.rows_total not in (None, self.rows):
            raise SourceError(
                f"it had {self.rows_total:,} rows when it was first read, and now {self.rows:,}",
                where=self.source.name,
                hint="It changed in between; run again when it is complete.",
            )
        self.engine.finish()

    def progress(self, phase: str = "hash") -> Progress:
        """How far the pass is."""
        return Progress(self.rows, self.rows_total, time.perf_counter() - self._started, phase)

    def _read(self) -> Generator[pa.RecordBatch, None, None]:
        """At least one slice, so that a table without rows has its columns looked at too."""
        given = False
        with closing(self.source.open()) as reader:
            while (batch := self._next(reader)) is not None:
                step = self._step or self._rows_of_a_slice(batch)
                for at in range(0, batch.num_rows, step):
                    given = True
                    yield batch.slice(at, step)
            if not given:
                fields = [field.with_type(value_type(field.type)) for field in reader.schema]
                nothing = [pa.nulls(0, field.type) for field in fields]
                yield pa.record_batch(nothing, schema=pa.schema(fields, reader.schema.metadata))

    def _next(self, reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
        started = time.perf_counter()
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None
        finally:
            self.read_s += time.perf_counter() - started

    def _rows_of_a_slice(self, batch: pa.RecordBatch) -> int:
        """How many rows to take at a time, by their width and the memory that is free."""
        import psutil

        row_bytes = batch.nbytes // max(1, batch.num_rows) + 1
        self.engine.hasher.expect(self.rows_total, row_bytes)
        room = min(MOST_BYTES, psutil.virtual_memory().available // _PARTS)
        rows = max(1, min(MOST_ROWS, room // row_bytes))
        self.slice_rows = max(self.slice_rows, rows)
        return rows

    def _counted(self, error: CanonicalError, row: int, rest: Iterator[pa.RecordBatch]) -> CanonicalError:
        """The error again, with the failing values of the column's remaining rows counted in."""
        rule, count = self.engine.recipe.rule(error.column), error.count
        for batch in rest:
            try:
                canonical.texts(batch.column(error.column), rule, column=error.column, first_row=row + 1)
            except CanonicalError as more:
                count += more.count
            row += batch.num_rows
        return CanonicalError(error.column, error.reason, count=count, rows=error.rows, examples=error.examples)
