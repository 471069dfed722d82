"""The recipe's policies: what they did in a run, and a pass that only asks whether they refuse the rows."""

from collections.abc import Callable, Mapping
from typing import Any

from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine
from rowid.pipeline.batches import Pass, ProgressCallback
from rowid.ports import Source
from rowid.recipe import Recipe


def refuse(
    source: Source,
    recipe: Recipe,
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> None:
    """Reads the source and raises what a run would; writes nothing. Nothing is read where the recipe rejects nothing.

    For rows that cannot be taken back once they are written: those given to a pipe.

    Raises:
        DataError: the recipe rejects rows of the source; names them.
    """
    if "reject" not in (recipe.duplicates, recipe.nulls):
        return
    with Uniqueness(limits) as unique, HashingEngine(recipe, uniqueness=unique) as engine:
        rows = Pass(source, engine, should_stop)
        for _ in rows:
            if progress:
                progress(rows.progress("check"))


def applied(trail: Mapping[str, Any]) -> dict[str, str]:
    """What the policies did in a run, by its audit trail as plain types: ``duplicates`` and ``nulls`` in a sentence."""
    recipe = trail["recipe"]
    duplicates, nulls = recipe.get("duplicates", "keep"), recipe.get("nulls", "hash")
    return {
        "duplicates": f"{_duplicates(trail['duplicate_rows'], duplicates)} ({duplicates})",
        "nulls": f"{_nulls(trail.get('rows_with_null', 0), trail['null_ids'], nulls)} ({nulls})",
    }


def _duplicates(rows: int, policy: str) -> str:
    if not rows:
        return "no row repeats another"
    own = "and has an ID of its own" if rows == 1 else "and have IDs of their own"
    what = own if policy == "number" else "with the same ID"
    return f"{_rows(rows)} {'repeats' if rows == 1 else 'repeat'} an earlier one {what}"


def _nulls(rows: int, without_id: int, policy: str) -> str:
    if not rows:
        return "no row has a null in the key"
    have = f"{_rows(rows)} {'has' if rows == 1 else 'have'} a null in the key"
    if policy != "null":
        return f"{have}, which counts as a value"
    if not without_id:
        return f"{have}, and none has nothing else there, so all have IDs"
    return f"{have}; {without_id:,} of them, with nothing else there, {'has' if without_id == 1 else 'have'} no ID"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
