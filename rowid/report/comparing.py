"""The IDs of now against those of an earlier run: kept, new, gone; exact, in bounded memory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import numpy as np
import pyarrow as pa

from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine, require_columns
from rowid.errors import Cancelled
from rowid.pipeline import FINGERPRINT_KEY
from rowid.pipeline.batches import Pass, ProgressCallback, engine_for, without
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report.nouns import Comparison
from rowid.stream import characters


def compared(
    source: Source,
    recipe: Recipe,
    previous: Source,
    id_column: str,
    limits: Limits,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Comparison:
    """Compares the distinct IDs that the recipe gives the source with those in a column of an earlier output.

    Raises:
        ColumnError: the earlier output has no such column.
        SecretError: the recipe is keyed, and its secret is not there.
    """
    share = Limits(limits.bytes() // 4, limits.directory)
    with ExitStack() as held:
        now, then, either = (held.enter_context(Uniqueness(share)) for _ in range(3))
        for marks in _made(source, recipe, share, progress, should_stop):
            now.add(marks)
            either.add(marks)
        for marks in _kept(previous, id_column, should_stop):
            then.add(marks)
            either.add(marks)
        return Comparison(
            previous.name,
            now.distinct + then.distinct - either.distinct,
            either.distinct - then.distinct,
            either.distinct - now.distinct,
            _note(previous, recipe),
        )


def _made(
    source: Source,
    recipe: Recipe,
    limits: Limits,
    progress: ProgressCallback | None,
    should_stop: Callable[[], bool] | None,
) -> Iterator[np.ndarray]:
    """The IDs of a source's rows."""
    numbered = recipe if recipe.duplicates == "number" else without(recipe, "duplicates")
    lenient = numbered if recipe.nulls == "null" else without(numbered, "nulls")
    with engine_for(source, lenient, limits=limits, should_stop=should_stop, progress=progress) as engine:
        rows = Pass(source, engine, should_stop)
        for _, hashed in rows:
            yield _marks(hashed.ids)
            if progress:
                progress(rows.progress("compare"))


def _kept(previous: Source, id_column: str, should_stop: Callable[[], bool] | None) -> Iterator[np.ndarray]:
    """The IDs of an earlier output."""
    with closing(previous.open()) as reader:
        require_columns(reader.schema.names, [id_column])
        for batch in reader:
            if should_stop and should_stop():
                raise Cancelled("it was stopped")
            yield _marks(characters(batch.column(id_column)))


def _marks(ids: pa.Array) -> np.ndarray:
    """IDs as digests of their texts, uint8 (n, 32), whatever type a file holds them in; rows without an ID left out."""
    with HashingEngine(Recipe(["id"]), counts=False) as engine:
        return engine.hashed(pa.record_batch([ids.drop_null()], ["id"])).digests


def _note(previous: Source, recipe: Recipe) -> str:
    with closing(previous.open()) as reader:
        held = (reader.schema.metadata or {}).get(FINGERPRINT_KEY.encode())
    if held is None or held.decode("ascii", "replace") == recipe.fingerprint:
        return ""
    return "That file was made by another recipe, so the same rows have other IDs there."
