"""The nouns that travel between stages and to the faces; frozen, and free of behaviour."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. ``rows_total`` is None where nobody can know it yet; ``phase`` is what is being done.

    It is ``read``, ``hash``, or ``count``: the first of two passes, where repeated rows are to be numbered.
    """

    rows_done: int
    rows_total: int | None
    elapsed_s: float
    phase: str


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user knows about a file better than a guess. None means: find out.

    ``quote`` may be the empty string: nothing is quoted. ``text_columns`` stay text whatever they look like.
    """

    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header: bool | None = None
    sheet: str | None = None
    text_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column as its source understood it; ``note`` says what was deliberately not guessed, and why."""

    name: str
    type: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source understood of its input. ``details`` is for a reader's eyes (delimiter, encoding, sheet...)."""

    name: str
    format: str
    columns: tuple[ColumnInfo, ...]
    rows: int | None
    details: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column of a profile. ``distinct`` counts the values, nulls not among them; exact."""

    name: str
    type: str
    nulls: int
    distinct: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's columns, profiled over all ``rows`` rows."""

    rows: int
    columns: tuple[ColumnProfile, ...]


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """Whether columns identify the rows of a table, counted exactly over all of them (a null equals a null)."""

    columns: tuple[str, ...]
    rows: int
    distinct: int
    duplicate_groups: int
    largest_group: int
    rows_with_null: int

    @property
    def surplus_rows(self) -> int:
        """Rows that would have to go for the columns to be a key."""
        return self.rows - self.distinct

    @property
    def is_key(self) -> bool:
        """True if no two rows agree in all the columns."""
        return self.distinct == self.rows


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Equal rows: how many, the numbers (from 1) of the first of them, and the columns in which the group differs.

    ``sample`` holds those first rows, whole. It is the one noun with row values in it: for the eyes of who may see
    the data, never for a log. ``collisions`` counts rows whose message is not that of the first one, although their
    SHA-256 is: the messages of all rows of the group were compared.
    """

    size: int
    rows: tuple[int, ...]
    differing: tuple[str, ...]
    sample: pa.Table
    collisions: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether rows with equal digests are equal rows.

    The messages of all ``repeated`` rows, whose digest an earlier row has, were compared with that row's.
    ``collisions`` of them differ; ``first_rows`` are the numbers (from 1) of the first of these.
    """

    rows: int
    repeated: int
    collisions: int
    first_rows: tuple[int, ...]
    passes: int

    @property
    def ok(self) -> bool:
        """True if no two different messages have the same digest."""
        return self.collisions == 0


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What a run did.

    ``source_fingerprint`` is the SHA-256 of the rows' 32-byte digests in row order: it depends on the content of the
    key columns alone, so the same rows have the same one from a CSV and from a Parquet file.
    ``duplicate_rows`` repeat an earlier row; ``collisions`` counts different rows that share an ID all the same.
    ``strategy`` is simple, batch or parallel (see ``rowid.hashing.Hasher``), for the ``strategy_reason``.
    ``output_fingerprint`` is the SHA-256 of the written IDs as text, one a line, a null as an empty line.
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
    phases: Mapping[str, float]
    versions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The trail as plain types, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verification:
    """IDs recomputed and compared: ``mismatched`` rows in all, and the numbers (from 1) of the first of them."""

    rows: int
    mismatched: int
    first_rows: tuple[int, ...]
    recipe_fingerprint: str

    @property
    def ok(self) -> bool:
        """True if every ID is the one its row has."""
        return self.mismatched == 0


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
