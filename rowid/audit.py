"""What a run tells while it goes on, and what every audit trail says: the same for each engine that makes IDs."""

import logging
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

import rowid
from rowid.errors import Cancelled, RowIdError, in_place
from rowid.events import BatchHashed, Event, RunFailed, RunFinished, RunStarted
from rowid.model import AuditTrail
from rowid.ports import Observer
from rowid.recipe import SPEC, Recipe

log = logging.getLogger("rowid")


class Audit:
    """One run from ``source`` to ``sink``, both as they are to be called in a log."""

    def __init__(self, run_id: str, source: str, sink: str, recipe: Recipe, observers: Sequence[Observer]) -> None:
        self.run_id, self._source, self._sink, self._recipe = run_id, source, sink, recipe
        self._observers = observers
        self._rows, self._placed = 0, False
        self._started, self._started_at = time.perf_counter(), datetime.now(UTC)

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._started

    def told(self, work: Callable[[], AuditTrail]) -> AuditTrail:
        """Does the work, and tells how it began and how it ended, whichever way that was."""
        plain, fingerprint = self._recipe.to_dict(), self._recipe.fingerprint
        try:
            self._tell(RunStarted(self.run_id, self._started_at, self._source, self._sink, plain, fingerprint, None))
            trail = work()
        except BaseException as error:  # KeyboardInterrupt too: who listens learns of every end
            late = in_place(self._sink) if self._placed and isinstance(error, KeyboardInterrupt) else None
            self._tell(self._failed(late or error))
            if late:
                raise late from None
            raise
        self._tell(self._finished(trail))
        return trail

    def placed(self) -> None:
        """From now on the rows are in place: nobody who interrupts what is left is told that nothing was written."""
        self._placed = True

    def hashed(self, rows: int, done: int, total: int | None) -> None:
        """Tells that so many more rows were handed to the sink; ``done`` counts from the start."""
        self._rows = done
        self._tell(BatchHashed(self.run_id, _now(), rows, done, total, self.elapsed_s))

    def facts(self, versions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What every trail says, whatever was done with the rows; ``versions`` of others that took part."""
        return {
            "run_id": self.run_id,
            "started_at": self._started_at.isoformat(),
            "elapsed_s": self.elapsed_s,
            "recipe": self._recipe.to_dict(),
            "recipe_fingerprint": self._recipe.fingerprint,
            "source": self._source,
            "sink": self._sink,
            "versions": {
                "rowid": rowid.__version__,
                "spec": SPEC,
                "python": platform.python_version(),
                "pyarrow": pa.__version__,
                **(versions or {}),
            },
        }

    def elsewhere(self, phase: str, versions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The same where another engine did it all: in one phase, and in no order that a fingerprint could have."""
        facts = self.facts(versions)
        return {
            **facts,
            "source_fingerprint": "",
            "output_fingerprint": "",
            "slice_rows": 0,
            "phases": {phase: facts["elapsed_s"]},
            "bottleneck": phase,
            "bottleneck_share": 1.0,
        }

    def call(self, listener: Callable[[Any], None], heard: object) -> None:
        """Lets someone hear something; what is raised is logged and stops nothing."""
        try:
            listener(heard)
        except Exception:
            log.warning("an observer failed at %s of run %s", type(heard).__name__, self.run_id, exc_info=True)

    def _tell(self, event: Event) -> None:
        for observer in self._observers:
            self.call(observer, event)

    def _finished(self, trail: AuditTrail) -> RunFinished:
        return RunFinished(
            self.run_id, _now(), trail.rows_out, trail.distinct_ids, trail.duplicate_rows, trail.null_ids,
            trail.output_fingerprint, trail.elapsed_s, trail.phases, trail.strategy, trail.strategy_reason,
            trail.receipt.counts() if trail.receipt else {},
        )  # fmt: skip

    def _failed(self, error: BaseException) -> RunFailed:
        if isinstance(error, KeyboardInterrupt):
            error = Cancelled("interrupted; nothing was written")
        # the text of a foreign error may quote a row
        message = str(error) if isinstance(error, RowIdError) else "see the program's own report"
        return RunFailed(self.run_id, _now(), type(error).__name__, message, self._rows, self.elapsed_s)


def _now() -> datetime:
    return datetime.now(UTC)
