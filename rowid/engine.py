"""The engine proper: batches in, IDs out, by one recipe."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical, digest
from rowid.checks import MAX_NAMED, Uniqueness
from rowid.errors import ColumnError, DuplicateRowError, NullKeyError
from rowid.recipe import Recipe

_SLICE = 65_536  # rows hashed at a time, whatever the caller's batches are


@dataclass(frozen=True, slots=True)
class Hashed:
    """The IDs of n rows (Arrow array of ``digest.ID_TYPES``), and the digests of their messages, shape (n, 32)."""

    ids: pa.Array
    digests: np.ndarray


@dataclass(slots=True)
class Timings:
    """Seconds spent so far, by phase."""

    canonicalise: float = 0.0
    hash: float = 0.0
    check: float = 0.0


class HashingEngine:
    """Makes the IDs of a table's batches, which are to come in order: row numbers and occurrences run through.

    One engine serves one pass over one table. The secret of a keyed recipe is read from the environment here.

    Raises:
        SecretError: if the recipe names a secret that the environment does not hold.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.timings = Timings()
        self.uniqueness = Uniqueness()
        self.rows_with_null = 0
        self._key = digest.secret(recipe.key_env)
        self._rows = 0

    def hash(self, batch: pa.RecordBatch) -> pa.Array:
        """The IDs of the batch's rows, in order; the batch has at least the recipe's columns.

        Raises:
            CanonicalError: values have no canonical text, or cannot be read as their declared type.
            ColumnError: a key column is of a type that has no canonical text.
            NullKeyError, DuplicateRowError: the recipe rejects what the batch holds.
        """
        return self.hashed(batch).ids

    def hashed(self, batch: pa.RecordBatch) -> Hashed:
        """As ``hash``, with the digests."""
        parts = [self._hashed(batch.slice(at, _SLICE)) for at in range(0, max(1, batch.num_rows), _SLICE)]
        if len(parts) == 1:
            return parts[0]
        return Hashed(
            pa.concat_arrays([part.ids for part in parts]),
            np.concatenate([part.digests for part in parts]),
        )

    def texts(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """The canonical texts of the batch's key columns, each a large_string array of the batch's length."""
        require_columns(batch.schema.names, self.recipe.columns)
        return [
            canonical.texts(batch.column(name), self.recipe.rule(name), column=name, first_row=self._rows + 1)
            for name in self.recipe.columns
        ]

    def _hashed(self, batch: pa.RecordBatch) -> Hashed:
        clock = _Clock()
        texts = self.texts(batch)
        null = self._null_ids(texts)
        messages = canonical.messages(texts).to_pylist()
        self.timings.canonicalise += clock.lap()
        digests = digest.digests(messages, self._key)
        self.timings.hash += clock.lap()
        occurrences = self.uniqueness.add(digests, null)
        self._refuse_repeats()
        self.timings.check += clock.lap()
        final = digests
        if self.recipe.duplicates == "number" and (again := np.flatnonzero(occurrences > 1)).size:
            numbered = [canonical.numbered(messages[i], int(occurrences[i])) for i in again]
            final = digests.copy()
            final[again] = digest.digests(numbered, self._key)
        ids = digest.rendered(final, self.recipe.form, null)
        self.timings.hash += clock.lap()
        self._rows += batch.num_rows
        return Hashed(ids, digests)

    def _null_ids(self, texts: list[pa.Array]) -> np.ndarray | None:
        """Which rows get no ID (bool, n); None if the recipe hashes every row."""
        nulls = [pc.is_null(column).to_numpy(zero_copy_only=False) for column in texts if column.null_count]
        if not nulls:
            return None
        self.rows_with_null += int(np.logical_or.reduce(nulls).sum())
        if self.recipe.nulls == "reject":
            self._refuse_nulls(texts)
        return np.logical_and.reduce(nulls) if self.recipe.nulls == "null" and len(nulls) == len(texts) else None

    def _refuse_nulls(self, texts: list[pa.Array]) -> None:
        for name, column in zip(self.recipe.columns, texts, strict=True):
            if column.null_count:
                rows = [self._rows + 1 + at for at in pc.indices_nonzero(pc.is_null(column)).to_pylist()]
                more = ", ..." if len(rows) > MAX_NAMED else ""
                raise NullKeyError(
                    f"null in row {_listed(rows[:MAX_NAMED])}{more}, and the recipe says nulls: reject",
                    where=f"column {name!r}",
                    hint="Mend the rows, leave the column out of the key, or let nulls be hashed.",
                )

    def _refuse_repeats(self) -> None:
        repeats = self.uniqueness.repeats
        if self.recipe.duplicates == "reject" and repeats:
            named = ", ".join(f"row {repeat.row:,} repeats row {repeat.first:,}" for repeat in repeats)
            raise DuplicateRowError(
                f"{named}, and the recipe says duplicates: reject",
                hint="Remove the repeated rows, add a column that tells them apart, or use duplicates: number.",
            )


def require_columns(names: Sequence[str], wanted: Sequence[str]) -> None:
    """Raises ColumnError if one of the ``wanted`` columns is not there, or there twice."""
    for name in wanted:
        if name not in names:
            near = get_close_matches(name, names, n=3)
            hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"The columns are {_some(names)}."
            raise ColumnError("no such column", where=f"column {name!r}", hint=hint)
        if list(names).count(name) > 1:
            raise ColumnError("two columns have this name", where=f"column {name!r}", hint="Rename one of them.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _listed(rows: list[int]) -> str:
    return ", ".join(f"{row:,}" for row in rows)


@dataclass(slots=True)
class _Clock:
    at: float = field(default_factory=time.perf_counter)

    def lap(self) -> float:
        before, self.at = self.at, time.perf_counter()
        return self.at - before
