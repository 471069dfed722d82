"""The engine proper: batches in, IDs out, by one recipe."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical, digest
from rowid.checks import MAX_NAMED, Numbering, Occurrences, Uniqueness
from rowid.errors import ColumnError, DuplicateRowError, NullKeyError, SourceError
from rowid.hashing import Digested, Hasher
from rowid.recipe import Recipe

_NONE = np.zeros(0, np.int64)


class Hashed(NamedTuple):
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

    One engine serves one pass over one table; ``finish`` ends it. The secret of a keyed recipe is read from the
    environment here.

    Args:
        recipe: how.
        strategy: see ``Hasher``.
        threads: see ``Hasher``.
        uniqueness: what the rows are counted in; by default one with default limits. Closed with the engine.
        numbering: says which of its kind a row is, for ``duplicates: number``, after an earlier pass has counted all
            rows in ``uniqueness``; they are not counted again then. By default rows are numbered as they come, with
            about 150 bytes of memory per distinct row.
        counts: False for a pass that is after the IDs or digests alone.

    Raises:
        SecretError: if the recipe names a secret that the environment does not hold.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        strategy: str = "auto",
        threads: int | None = None,
        uniqueness: Uniqueness | None = None,
        numbering: Numbering | None = None,
        counts: bool = True,
    ) -> None:
        self.recipe = recipe
        self.timings = Timings()
        self.uniqueness = uniqueness or Uniqueness()
        self.rows_with_null = 0
        self.hasher = Hasher(recipe, strategy=strategy, threads=threads)
        self._rows = 0
        self._counts = counts and numbering is None
        self._numbering = (numbering or Occurrences()) if recipe.duplicates == "number" else None

    def hash(self, batch: pa.RecordBatch) -> pa.Array:
        """The IDs of the batch's rows, in order; the batch has at least the recipe's columns.

        Raises:
            CanonicalError: values have no canonical text, or cannot be read as their declared type.
            ColumnError: a key column is of a type that has no canonical text.
            NullKeyError: the recipe rejects what the batch holds.
        """
        counts = self.recipe.duplicates != "keep"
        parts = [self._hashed(part, counts=counts).ids for part in self._slices(batch)]
        return parts[0] if len(parts) == 1 else pa.concat_arrays(parts)

    def hashed(self, batch: pa.RecordBatch) -> Hashed:
        """As ``hash``, with the digests; the rows are counted in ``uniqueness``."""
        parts = [self._hashed(part, counts=True) for part in self._slices(batch)]
        if len(parts) == 1:
            return parts[0]
        return Hashed(
            pa.concat_arrays([part.ids for part in parts]),
            np.concatenate([part.digests for part in parts]),
        )

    def finish(self) -> None:
        """Ends the pass: all rows are counted now.

        Raises:
            DuplicateRowError: rows repeat, and the recipe rejects that.
            SourceError: the rows are not those that were counted before they were numbered.
        """
        if self._numbering and not self._numbering.complete():
            raise SourceError(
                "the rows are not those that were counted a moment ago",
                hint="The input changed in between; run again when it is complete.",
            )
        started = time.perf_counter()
        repeats = self.uniqueness.repeats
        self.timings.check += time.perf_counter() - started
        if self.recipe.duplicates == "reject" and repeats:
            named = ", ".join(f"row {repeat.row:,} repeats row {repeat.first:,}" for repeat in repeats)
            raise DuplicateRowError(
                f"{named}, and the recipe says duplicates: reject",
                hint="Remove the repeated rows, add a column that tells them apart, or use duplicates: number.",
            )

    def close(self) -> None:
        """Gives back what counting holds in memory and on disk."""
        self.uniqueness.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def texts(self, batch: pa.RecordBatch) -> list[pa.Array]:
        """The canonical texts of the batch's key columns, each a large_string array of the batch's length."""
        require_columns(batch.schema.names, self.recipe.columns)
        return self.hasher.texts(batch, self._rows + 1)

    def _slices(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """At least one; each is as long as the hasher wants it when its turn comes."""
        self.hasher.expect(self._rows + batch.num_rows)
        at = 0
        while at == 0 or at < batch.num_rows:
            step = self.hasher.step
            yield batch if at == 0 and batch.num_rows <= step else batch.slice(at, step)
            at += step

    def _hashed(self, batch: pa.RecordBatch, *, counts: bool) -> Hashed:
        if -1 in map(batch.schema.get_field_index, self.recipe.columns):  # not there, or there twice
            require_columns(batch.schema.names, self.recipe.columns)
        done = self.hasher.digested(batch, self._rows + 1, wants_digests=counts)
        self.timings.canonicalise += done.canonicalise_s
        self.timings.hash += done.hash_s
        started = time.perf_counter()
        null = self._null_ids(batch, done.nulls)
        if counts and self._counts:
            self.uniqueness.add(done.digests, null)
        occurrences = self._numbering.next(done.digests, null) if self._numbering else _NONE
        between = time.perf_counter()
        self.timings.check += between - started
        ids = self._rendered(batch, done, null, occurrences)
        self.timings.hash += time.perf_counter() - between
        self._rows += batch.num_rows
        return Hashed(ids, done.digests)

    def _rendered(
        self, batch: pa.RecordBatch, done: Digested, null: np.ndarray | None, occurrences: np.ndarray
    ) -> pa.Array:
        again = np.flatnonzero(occurrences > 1) if occurrences.size else occurrences
        if not again.size:
            return (
                digest.rendered(done.digests, self.recipe.form, null)
                if done.hexes is None
                else digest.texts(done.hexes, (batch.num_rows, 2 * digest.SIZE), null)
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


def require_columns(names: Sequence[str], wanted: Sequence[str]) -> None:
    """Raises ColumnError if one of the ``wanted`` columns is not there, or there twice."""
    for name in wanted:
        count = names.count(name)
        if count == 1:
            continue
        if count == 0:
            near = get_close_matches(name, names, n=3)
            hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"The columns are {_some(names)}."
            raise ColumnError("no such column", where=f"column {name!r}", hint=hint)
        raise ColumnError("two columns have this name", where=f"column {name!r}", hint="Rename one of them.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:20])) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _listed(rows: list[int]) -> str:
    return ", ".join(f"{row:,}" for row in rows)
