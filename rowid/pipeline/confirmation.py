"""Whether equal digests mean equal rows: by comparing messages, not by belief in SHA-256."""

from collections.abc import Callable

import numpy as np

from rowid.checks import Limits, Uniqueness
from rowid.digest import SIZE
from rowid.engine import HashingEngine
from rowid.model import Confirmation
from rowid.pipeline.batches import Pass, ProgressCallback, engine_for, without
from rowid.ports import Source
from rowid.recipe import Recipe

_NAMED = 10  # rows that a confirmation names
_OVERHEAD = 150  # bytes that a message and its digest take besides their own


def confirm(
    source: Source,
    recipe: Recipe,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> Confirmation:
    """Compares the message of every row that repeats a digest with that of the digest's first row; exact.

    One pass finds the digests that occur more than once. Further passes keep the first message of as many of them as
    memory allows, and compare: none where no row repeats, one for up to half a million repeated digests, more for
    more of them. A null is a value here, as in ``judge``.
    """
    limits = limits or Limits()
    plain = without(recipe, "duplicates", "nulls")
    with engine_for(source, plain, limits=limits) as engine:
        rows = Pass(source, engine, should_stop)
        for _ in rows:
            if progress:
                progress(rows.progress("judge"))
        return compared(source, plain, engine.uniqueness, progress=progress, should_stop=should_stop, limits=limits)


def compared(
    source: Source,
    recipe: Recipe,
    unique: Uniqueness,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> Confirmation:
    """As ``confirm`` for a source whose rows ``unique`` has counted already, which is the first of the passes."""
    plain = without(recipe, "duplicates", "nulls")
    comparison = _Comparison(source, plain, (limits or Limits()).bytes(), progress, should_stop)
    for digests in unique.repeated_keys():
        comparison.of(digests)
    return Confirmation(
        unique.rows, unique.surplus, comparison.collisions, tuple(comparison.first_rows), 1 + comparison.passes
    )


class Wanted:
    """Some digests, and where they are in a batch."""

    def __init__(self, digests: np.ndarray) -> None:
        self._leads = np.sort(_leads(digests))
        self._digests = {one.tobytes() for one in digests}

    def positions(self, digests: np.ndarray) -> list[tuple[int, bytes]]:
        """Position and digest of the rows of a batch that have one of them, in order."""
        if not len(self._leads):
            return []
        leads = _leads(digests)
        near = self._leads[np.minimum(np.searchsorted(self._leads, leads), len(self._leads) - 1)]
        found = [(at, digests[at].tobytes()) for at in np.flatnonzero(near == leads).tolist()]
        return [(at, one) for at, one in found if one in self._digests]


def _leads(digests: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(digests).view(np.uint64)[:, 0]


class _Comparison:
    """Passes that compare messages, and what they found."""

    def __init__(
        self,
        source: Source,
        recipe: Recipe,
        budget: int,
        progress: ProgressCallback | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.collisions, self.passes = 0, 0
        self.first_rows: list[int] = []
        self._source, self._recipe, self._budget = source, recipe, budget
        self._progress, self._should_stop = progress, should_stop

    def of(self, digests: np.ndarray) -> None:
        """Compares the rows of these digests, in as many passes as it takes."""
        while len(digests):
            later = self._pass(Wanted(digests))
            digests = np.frombuffer(b"".join(later), np.uint8).reshape(-1, SIZE)

    def _pass(self, wanted: Wanted) -> set[bytes]:
        """Compares the rows of as many digests as the budget holds; returns the others."""
        engine = HashingEngine(self._recipe, counts=False)
        rows = Pass(self._source, engine, self._should_stop)
        first: dict[bytes, bytes] = {}
        later: set[bytes] = set()
        left = self._budget
        self.passes += 1
        for batch, hashed in rows:
            found = wanted.positions(hashed.digests)
            messages = engine.hasher.messages(batch, np.array([at for at, _ in found], np.int64))
            for (at, one), message in zip(found, messages, strict=True):
                known = first.get(one)
                if known is None and left > 0:
                    first[one] = message
                    left -= len(message) + len(one) + _OVERHEAD
                elif known is None:
                    later.add(one)
                elif known != message:
                    self._collides(rows.rows - batch.num_rows + at + 1)
            if self._progress:
                self._progress(rows.progress("confirm"))
        return later

    def _collides(self, row: int) -> None:
        self.collisions += 1
        self.first_rows = sorted([*self.first_rows, row])[:_NAMED]
