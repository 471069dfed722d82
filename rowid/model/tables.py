"""What a source says of its table, and what it was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. ``rows_total`` is None where nobody can know it yet; ``phase`` is what is being done.

    It is ``read``, ``hash``, or ``count``: the first of two passes, where repeated rows are to be numbered. ``unit``
    is what is counted: rows, unless it is combinations of columns.
    """

    rows_done: int
    rows_total: int | None
    elapsed_s: float
    phase: str
    unit: str = "rows"


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
