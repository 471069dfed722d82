"""What is kept of a run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rowid.model.loads import Caveat


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sink did with the ``rows_in`` it was given: each was inserted, updated, left unchanged or rejected.

    ``missing`` rows of the target are not in the source, and ``removed`` of them were marked or deleted as asked.
    ``verified``: the target was read back and holds the IDs that it should; None where there is nothing to ask.
    ``sql``: of a dry run, the statements of which it did none; its counts are what they would have done.
    ``caveats``: what the database makes of the columns.
    """

    rows_in: int
    inserted: int
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    missing: int = 0
    removed: int = 0
    verified: bool | None = None
    sql: tuple[str, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    @property
    def of_table(self) -> bool:
        """True if the rows went to a table of a database, or would have."""
        return self.verified is not None or bool(self.sql)

    def counts(self) -> dict[str, Any]:
        """What a history is to keep of it: all but the statements and the caveats."""
        return {name: value for name, value in self.to_dict().items() if name != "caveats"}

    def to_dict(self) -> dict[str, Any]:
        """What was done, as plain types: all but the statements, which are of what was not."""
        return {name: value for name, value in asdict(self).items() if name != "sql"}


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What a run did.

    ``source_fingerprint`` is the SHA-256 of the rows' 32-byte digests in row order: it depends on the content of the
    key columns alone, so the same rows have the same one from a CSV and from a Parquet file.
    ``duplicate_rows`` repeat an earlier row; ``rows_with_null`` have a null in a key column; ``collisions`` counts
    different rows that share an ID all the same.
    ``strategy`` is simple, batch, parallel or stream (see ``rowid.hashing.Hasher``), for the ``strategy_reason``; rows
    went through in slices of ``slice_rows`` at most. ``phases`` are the seconds in which each phase was busy: they go
    on beside each other. ``bottleneck`` is the longest, for ``bottleneck_share`` of the run; ``advice`` says what would
    help.
    ``output_fingerprint`` is the SHA-256 of the written IDs as text, one a line, a null as an empty line.
    ``receipt`` is what the sink did (see ``Receipt``). ``notes`` are what was assumed of the input as a whole.
    """

    run_id: str
    started_at: str
    elapsed_s: float
    recipe: Mapping[str, object]
    recipe_fingerprint: str
    source: str
    source_fingerprint: str
    sink: str
    output_fingerprint: str
    rows_in: int
    rows_out: int
    distinct_ids: int
    duplicate_rows: int
    null_ids: int
    collisions: int
    strategy: str
    strategy_reason: str
    slice_rows: int
    phases: Mapping[str, float]
    bottleneck: str
    bottleneck_share: float
    advice: str
    versions: Mapping[str, str]
    rows_with_null: int = 0
    receipt: Receipt | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The trail as plain types, ready for JSON."""
        return {**asdict(self), "receipt": self.receipt.to_dict() if self.receipt else None}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the ledger remembers it. ``status`` is running, finished or failed; times are UTC, ISO 8601."""

    run_id: str
    started_at: str
    status: str
    source: str
    sink: str
    recipe: Mapping[str, object]
    recipe_fingerprint: str
    rows: int
    rows_total: int | None
    distinct_ids: int | None
    duplicate_rows: int | None
    null_ids: int | None
    elapsed_s: float
    error: str
    message: str
    phases: Mapping[str, float] = field(default_factory=dict)
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What the runs of an installation came to in all.

    ``failed`` counts runs by the class of their error. Rows, ``elapsed_s`` (seconds) and ``phases`` (seconds by phase)
    are those of the ``finished`` runs; ``took`` has as many numbers as bounds were asked for: runs that took so many
    seconds at most. ``loaded`` counts rows by what became of them in the tables of databases. ``last_end`` says when
    the last run ended, by its status, in seconds since 1970 (UTC).
    """

    finished: int
    failed: Mapping[str, int]
    running: int
    rows: int
    duplicate_rows: int
    null_ids: int
    elapsed_s: float
    took: tuple[int, ...]
    phases: Mapping[str, float]
    loaded: Mapping[str, int]
    last_end: Mapping[str, float]
