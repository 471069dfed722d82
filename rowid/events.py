"""What a run tells about itself: facts in the past tense, without row values, for observers to listen to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run began. ``recipe`` is the recipe as a mapping; ``rows_total`` is None where the source cannot know."""

    run_id: str
    at: datetime
    source: str
    sink: str
    recipe: Mapping[str, object]
    recipe_fingerprint: str
    rows_total: int | None


@dataclass(frozen=True, slots=True)
class BatchHashed:
    """A batch of ``rows`` rows has its IDs and was handed to the sink; ``rows_done`` counts from the run's start."""

    run_id: str
    at: datetime
    rows: int
    rows_done: int
    rows_total: int | None
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended and its output, if it has one, is in place.

    ``phases`` maps a phase's name to its seconds; ``receipt`` says what the sink did with the rows.
    """

    run_id: str
    at: datetime
    rows: int
    distinct_ids: int
    duplicate_rows: int
    null_ids: int
    output_fingerprint: str
    elapsed_s: float
    phases: Mapping[str, float] = field(default_factory=dict)
    strategy: str = ""
    strategy_reason: str = ""
    receipt: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFailed:
    """A run ended without output. ``error`` is the class of the error, ``message`` its text (no row values)."""

    run_id: str
    at: datetime
    error: str
    message: str
    rows_done: int
    elapsed_s: float


Event = RunStarted | BatchHashed | RunFinished | RunFailed
