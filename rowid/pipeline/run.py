"""A run: a source's rows get their IDs and go to a sink; all of them, or none."""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid.audit import Audit
from rowid.checks import DistinctIds, Limits
from rowid.engine import Hashed
from rowid.errors import ColumnError, SinkError
from rowid.events import BatchHashed, Event
from rowid.lanes import Lane
from rowid.model import AuditTrail, Progress, Receipt
from rowid.pipeline.batches import Pass, ProgressCallback, engine_for, take_back
from rowid.pipeline.bottleneck import advice, bottleneck
from rowid.ports import FINGERPRINT_KEY, RECIPE_KEY, RUN_KEY, Load, Observer, Sink, Source
from rowid.recipe import Recipe

_LINE_END = 0x0A
_BEHIND = 6  # slices that wait while a sink writes a larger piece, so that it has the next one at once


def run(
    source: Source,
    recipe: Recipe,
    sink: Sink,
    *,
    observers: Sequence[Observer] = (),
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    replace: bool = False,
    run_id: str | None = None,
    limits: Limits | None = None,
) -> AuditTrail:
    """Gives every row of ``source`` its ID by ``recipe`` and writes the rows with their IDs to ``sink``.

    ``should_stop`` is asked between slices of rows; ``replace`` puts the ID in the place of an existing column of its
    name. ``limits`` say what counting may use. The sink's rows appear when all is done, or not at all.

    Raises:
        RowIdError: whatever its tree names; the sink is left as it was.
    """
    listeners = [*observers, *([_reporting_to(progress)] if progress else [])]
    audit = Audit(run_id or new_run_id(), source.name, sink.name, recipe, listeners)
    one = _Run(audit, source, recipe, sink, progress=progress, limits=limits)
    return audit.told(lambda: one.go(should_stop, replace))


def new_run_id() -> str:
    """A fresh identifier of a run."""
    return secrets.token_hex(8)


class _Run:
    def __init__(
        self, audit: Audit, source: Source, recipe: Recipe, sink: Sink,
        *, progress: ProgressCallback | None, limits: Limits | None,
    ) -> None:  # fmt: skip
        self.source, self.recipe, self.sink = source, recipe, sink
        self._audit, self._progress, self._limits = audit, progress, limits
        self._write_s = 0.0

    def go(self, should_stop: Callable[[], bool] | None, replace: bool) -> AuditTrail:
        with (
            engine_for(
                self.source, self.recipe, limits=self._limits, should_stop=should_stop, progress=self._counting
            ) as engine,
            closing(_Tally(self.recipe, self._limits)) as tally,
        ):
            rows = Pass(self.source, engine, should_stop)
            receipt = self._load(rows, tally, replace)
            return self._trail(rows, tally, receipt)

    def _load(self, rows: Pass, tally: "_Tally", replace: bool) -> Receipt:
        load: Load | None = None
        with Lane("tally") as counting, Lane("write", behind=_BEHIND) as writing:
            try:
                for batch, hashed in rows:
                    counting.give(tally.add, hashed)
                    out = with_ids(batch, hashed.ids, self.recipe.id_column, replace=replace)
                    load = load or self.sink.begin(out.schema, self._metadata())
                    writing.give(self._write, load, out)
                    self._audit.hashed(batch.num_rows, rows.rows, rows.rows_total)
                counting.finish()
                writing.finish()
                started = time.perf_counter()
                receipt = load.commit() if load else Receipt(0, inserted=0)
                if not receipt.sql:  # which a dry run has
                    self._audit.placed()
                self._write_s += time.perf_counter() - started
            except BaseException as error:
                writing.close()  # a load is not taken back while it writes
                if load:
                    take_back(load, self.sink.name, error)
                raise
        if receipt.rows_in != rows.rows:
            what = f"{rows.rows:,} rows were given and {receipt.rows_in:,} were written"
            raise SinkError(what, where=self.sink.name)
        return receipt

    def _write(self, load: Load, rows: pa.RecordBatch) -> None:
        started = time.perf_counter()
        load.write(rows)
        self._write_s += time.perf_counter() - started

    def _trail(self, rows: Pass, tally: "_Tally", receipt: Receipt) -> AuditTrail:
        engine, unique = rows.engine, rows.engine.uniqueness
        different = rows.rows - tally.null_ids if self.recipe.duplicates == "number" else unique.distinct
        distinct_ids = tally.distinct_ids(different)
        timings = engine.timings
        phases = {
            "read": rows.read_s,
            "canonicalise": timings.canonicalise,
            "hash": timings.hash,
            "check": timings.check,
            "write": self._write_s,
        }
        facts = self._audit.facts()
        given = self.source.info()
        slowest, share = bottleneck(phases, facts["elapsed_s"])
        return AuditTrail(
            **facts,
            source_fingerprint=tally.source.hexdigest(),
            output_fingerprint=tally.output.hexdigest(),
            rows_in=rows.rows,
            rows_out=rows.rows,
            distinct_ids=distinct_ids,
            duplicate_rows=unique.surplus,
            null_ids=tally.null_ids,
            rows_with_null=engine.rows_with_null,
            receipt=receipt,
            notes=given.notes,
            collisions=different - distinct_ids,
            strategy=engine.hasher.used,
            strategy_reason=engine.hasher.reason,
            slice_rows=rows.slice_rows,
            phases=phases,
            bottleneck=slowest,
            bottleneck_share=share,
            advice=advice(
                slowest,
                self.recipe,
                source_format=given.format,
                strategy=engine.hasher.used,
                into_table=receipt.of_table,
            ),
        )

    def _metadata(self) -> dict[str, str]:
        return {
            RECIPE_KEY: self.recipe.to_json(),
            FINGERPRINT_KEY: self.recipe.fingerprint,
            RUN_KEY: self._audit.run_id,
        }

    def _counting(self, progress: Progress) -> None:
        if self._progress:
            self._audit.call(self._progress, progress)


class _Tally:
    """What the audit trail counts over all IDs."""

    def __init__(self, recipe: Recipe, limits: Limits | None) -> None:
        self.source, self.output = hashlib.sha256(), hashlib.sha256()
        self.null_ids = 0
        self._cut = DistinctIds(recipe.form, limits) if recipe.form in ("uuid", "int64") else None

    def add(self, hashed: Hashed) -> None:
        self.source.update(np.ascontiguousarray(hashed.digests).data)
        self.output.update(_lines(hashed.ids))
        self.null_ids += hashed.ids.null_count
        if self._cut:
            self._cut.add(hashed.ids)

    def distinct_ids(self, different: int) -> int:
        """Distinct IDs among rows of which ``different`` have different messages.

        A form that keeps the whole digest is taken to keep them apart; who could show otherwise has broken SHA-256.
        """
        return self._cut.distinct if self._cut else different

    def close(self) -> None:
        if self._cut:
            self._cut.close()


def with_ids(batch: pa.RecordBatch, ids: pa.Array, name: str, *, replace: bool) -> pa.RecordBatch:
    """The batch with the IDs as its last column, or in the place of the column of that name."""
    if name not in batch.schema.names:
        return batch.append_column(name, ids)
    if not replace:
        raise ColumnError(
            "the input has a column of this name already, and the IDs are to go into it",
            where=f"column {name!r}",
            hint="Choose another name for the ID column, or ask for the existing one to be replaced.",
        )
    return batch.set_column(batch.schema.get_field_index(name), name, ids)


def _reporting_to(progress: ProgressCallback) -> Observer:
    def observe(event: Event) -> None:
        if isinstance(event, BatchHashed):
            progress(Progress(event.rows_done, event.rows_total, event.elapsed_s, "hash"))

    return observe


def _lines(ids: pa.Array) -> memoryview:
    """IDs as text, one a line, a null as an empty line."""
    if pa.types.is_string(ids.type) and not ids.null_count and len(ids):
        ends = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
        width = int(ends[1] - ends[0])
        if ends[-1] - ends[0] == width * len(ids):  # IDs of a form are all of one length
            lines = np.empty((len(ids), width + 1), np.uint8)
            lines[:, :width] = np.frombuffer(ids.buffers()[2], np.uint8)[ends[0] : ends[-1]].reshape(len(ids), width)
            lines[:, width] = _LINE_END
            return lines.reshape(-1).data
    if pa.types.is_fixed_size_binary(ids.type):
        ids = pa.array([None if one is None else one.hex() for one in ids.to_pylist()], pa.string())
    nothing, line_end = pa.scalar("", pa.large_string()), pa.scalar("\n", pa.large_string())
    text = pc.binary_join_element_wise(ids.cast(pa.large_string()).fill_null(""), nothing, line_end)
    return memoryview(text.buffers()[2] or b"")
