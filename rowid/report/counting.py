"""The first pass: how often each key occurs, under every reading of null, and what is null or blank."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical
from rowid.canonical.normal import WHITE_SPACE
from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine
from rowid.errors import Cancelled
from rowid.pipeline.batches import Pass, ProgressCallback
from rowid.ports import Source
from rowid.recipe import Recipe, Rule
from rowid.report.nouns import KeyColumn, Reading
from rowid.stream import CellType, characters, values


class Counting:
    """A pass over a source that counts; to be closed, after which only what was asked for before is known."""

    def __init__(
        self,
        source: Source,
        recipe: Recipe,
        limits: Limits,
        *,
        progress: ProgressCallback | None = None,
        should_stop: Callable[[], bool] | None = None,
        watch: Callable[[pa.RecordBatch], None] | None = None,
    ) -> None:
        self._held = ExitStack()
        half = Limits(limits.bytes() // 2, limits.directory)
        self.unique = self._held.enter_context(Uniqueness(half))
        self._without_null = self._held.enter_context(Uniqueness(half))
        self._recipe = recipe
        self._types = {column.name: column.type for column in source.info().columns}
        self.rows = self.rows_with_null = 0
        self.stopped = False
        self.nulls = dict.fromkeys(recipe.columns, 0)
        self.blanks = dict.fromkeys(recipe.columns, 0)
        rows = Pass(source, HashingEngine(recipe, uniqueness=self.unique), should_stop)
        try:
            for batch, hashed in rows:
                null = self._null_rows(batch)
                self._without_null.add(hashed.digests, null if null.any() else None)
                if watch:
                    watch(batch)
                self.rows = rows.rows
                if progress:
                    progress(rows.progress("judge"))
        except Cancelled:
            self.stopped = True
        except BaseException:
            self.close()
            raise

    def readings(self) -> tuple[Reading, ...]:
        """The counts under the three readings of null."""
        every = self.unique
        if not self.rows_with_null:
            counts = (every.distinct, every.groups, every.surplus, every.largest)
            return tuple(Reading(null, self.rows, *counts, 0) for null in ("equal", "unknown", "refused"))
        known, nulls = self._without_null, self.rows_with_null
        return (
            Reading("equal", self.rows, every.distinct, every.groups, every.surplus, every.largest, 0),
            Reading(
                "unknown", self.rows, known.distinct + nulls, known.groups, known.surplus, max(1, known.largest), 0
            ),
            Reading("refused", self.rows - nulls, known.distinct, known.groups, known.surplus, known.largest, nulls),
        )

    def key_columns(self) -> tuple[KeyColumn, ...]:
        """Nulls and blanks of each column of the key."""
        return tuple(
            KeyColumn(name, self._types.get(name, ""), self.nulls[name], self.blanks[name])
            for name in self._recipe.columns
        )

    def close(self) -> None:
        """Gives memory and disk back."""
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _null_rows(self, batch: pa.RecordBatch) -> np.ndarray:
        """Which rows have a null in the key, bool (n); counts by column on the way."""
        rows = np.zeros(batch.num_rows, bool)
        for name in self._recipe.columns:
            column = batch.column(name)
            self._types.setdefault(name, str(values(column).type))
            null = _nulls(column, self._recipe.rule(name), name)
            if null is not None:
                self.nulls[name] += int(np.count_nonzero(null))
                rows |= null
            self.blanks[name] += _blanks(column)
        self.rows_with_null += int(np.count_nonzero(rows))
        return rows


def _nulls(column: pa.Array, rule: Rule, name: str) -> np.ndarray | None:
    """Which values have no text under the rule, bool (n); None if all have one."""
    carried = pa.types.is_dictionary(column.type) or pa.types.is_run_end_encoded(column.type)
    if carried or "empty_as_null" in rule.normalise:
        null = canonical.texts(column, rule, column=name).is_null()
    else:
        plain = characters(column) if rule.type else values(column)
        null = plain.is_null(nan_is_null=pa.types.is_floating(plain.type))  # a NaN is null (rowid v1, section 1)
    return null.to_numpy(zero_copy_only=False) if null.true_count else None


def _blanks(column: pa.Array) -> int:
    """How many values are empty or white space."""
    text = as_strings(column)
    if text is None:
        return 0
    return pc.equal(pc.utf8_trim(text, characters=WHITE_SPACE), "").true_count


def as_strings(column: pa.Array) -> pa.Array | None:
    """A column of strings as a large_string array, also where a dictionary carries them; None for all other types.

    A CSV's cells that were read as another type than text are no strings.
    """
    if isinstance(column.type, CellType):
        return None
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    is_ = pa.types
    if is_.is_string(column.type) or is_.is_large_string(column.type) or is_.is_string_view(column.type):
        return characters(column).cast(pa.large_string())
    return None
