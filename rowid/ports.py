"""What the engine asks of the world around it: somewhere rows come from, somewhere they go, someone who listens."""

from collections.abc import Callable, Mapping
from typing import Protocol

import pyarrow as pa

from rowid.events import Event
from rowid.model import Receipt, SourceInfo

RECIPE_KEY, FINGERPRINT_KEY, RUN_KEY = "rowid.recipe", "rowid.fingerprint", "rowid.run"
"""The keys of what a sink is told with the rows: the recipe (JSON), its fingerprint, and the run's identifier."""

Observer = Callable[[Event], None]
"""Hears every event of a run. What it raises is logged; it can neither change nor stop the run."""


class Source(Protocol):
    """A table that can be read more than once."""

    @property
    def name(self) -> str:
        """What to call it in a log: a file's name, never a secret."""
        ...

    def info(self) -> SourceInfo:
        """What was understood of the input; may read it once, and remembers the answer."""
        ...

    def open(self) -> pa.RecordBatchReader:
        """A fresh reader from the first row; each call gives one."""
        ...


class Load(Protocol):
    """One load of a sink: all of it appears at ``commit``, or none of it."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Takes the next rows."""
        ...

    def commit(self) -> Receipt:
        """Makes the rows appear, and says what became of them."""
        ...

    def abort(self) -> int | None:
        """Leaves no trace; harmless after ``commit`` and when called twice.

        Returns how many rows cannot be taken back, if there may be any: those that standard output has been given.
        """
        ...


class Sink(Protocol):
    """Somewhere rows can go."""

    @property
    def name(self) -> str:
        """What to call it in a log."""
        ...

    def begin(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Load:
        """Starts a load of batches of ``schema``; ``metadata`` is kept with the rows where the format can."""
        ...

    def close(self) -> None:
        """Lets go of what it holds; harmless when called twice. A load that goes on is not to be closed so."""
        ...
