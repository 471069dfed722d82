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
from rowid.hashing import Digested, Hasher
from rowid.recipe import Recipe

_SLICE = 1 << 22  # rows hashed at a time: their hexadecimal IDs fit into an Arrow array with 32-bit offsets
_NONE = np.zeros(0, np.int64)


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

    def __init__(self, recipe: Recipe, *, strategy: str = "auto", threads: int | None = None) -> None:
        self.recipe = recipe
        self.timings = Timings()
        self.uniqueness = Uniqueness()
        self.rows_with_null = 0
        self.hasher = Hasher(recipe, strategy=strategy, threads=threads)
        self._rows = 0

    def hash(self, batch: pa.RecordBatch) -> pa.Array:
        """The IDs of the batch's rows, in order; the batch has at least the recipe's columns.

        Raises:
            CanonicalError: values have no canonical text, or cannot be read as their declared type.
            ColumnError: a key column is of a type that has no canonical text.
            NullKeyError, DuplicateRowError: the recipe rejects what the batch holds.
        """
        counts = self.recipe.duplicates != "keep"
        parts = [self._hashed(part, counts=counts).ids for part in _slices(batch)]
        return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)

    def hashed(self, batch: pa.RecordBatch) -> Hashed:
        """As ``hash``, with the digests; the rows are counted in ``uniqueness``."""
        parts = [self._hashed(part, counts=True) for part in _slices(batch)]
        if len(parts) == 1:
            return parts[0]
        return Hashed(
            pa.concat_arrays([part.ids for part in parts]),
            np.concatenate([part.digests for part in parts]),
        )

    def texts(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """The canonical texts of the batch's key columns, each a large_string array of the batch's length."""
        require_columns(batch.schema.names, self.recipe.columns)
        return self.hasher.texts(batch, self._rows + 1)

    def _hashed(self, batch: pa.RecordBatch, *, counts: bool) -> Hashed:
        require_columns(batch.schema.names, self.recipe.columns)
        done = self.hasher.digested(batch, self._rows + 1, wants_digests=counts)
        self.timings.canonicalise += done.canonicalise_s
        self.timings.hash += done.hash_s
        clock = _Clock()
        null = self._null_ids(batch, done.nulls)
        occurrences = self.uniqueness.add(done.digests, null) if counts else _NONE
        self._refuse_repeats()
        self.timings.check += clock.lap()
        ids = self._rendered(batch, done, null, occurrences)
        self.timings.hash += clock.lap()
        self._rows += batch.num_rows
        return Hashed(ids, done.digests)

    def _rendered(
        self, batch: pa.RecordBatch, done: Digested, null: np.ndarray | None, occurrences: np.ndarray
    ) -> pa.Array:
        again = np.flatnonzero(occurrences > 1) if self.recipe.duplicates == "number" else _NONE
        if not again.size:
            return (
                digest.rendered(done.digests, self.recipe.form, null)
                if done.hexes is None
                else digest.texts(done.hexes, null)
            )
        messages = self.hasher.messages(batch, again)
        numbered = [canonical.numbered(*one) for one in zip(messages, occurrences[again].tolist(), strict=True)]
        final = done.digests.copy()
        final[again] = self.hasher.digests(numbered)
        return digest.rendered(final, self.recipe.form, null)

    def _null_ids(self, batch: pa.RecordBatch, nulls: np.ndarray | None) -> np.ndarray | None:
        """Which rows get no ID (bool, n); None if every row gets one."""
        if nulls is None:
            return None
        self.rows_with_null += int(np.count_nonzero(nulls))
        if self.recipe.nulls == "reject":
            self._refuse_nulls(self.texts(batch))
        return nulls == len(self.recipe.columns) if self.recipe.nulls == "null" else None

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


def _slices(batch: pa.RecordBatch) -> list[pa.RecordBatch]:
    return [batch.slice(at, _SLICE) for at in range(0, max(1, batch.num_rows), _SLICE)]


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
