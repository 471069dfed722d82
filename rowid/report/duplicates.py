"""Rows with the same key: the largest groups as they are, and why rows repeat, over all groups if memory has room."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa

from rowid.checks import Limits, Uniqueness
from rowid.digest import SIZE
from rowid.engine import HashingEngine
from rowid.model import ColumnProfile, DuplicateGroup
from rowid.pipeline.batches import Pass, ProgressCallback
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report.alike import BYTES_PER_GROUP, Alikeness, marks_of
from rowid.report.nouns import Diagnosis, Group, Rows
from rowid.report.words import listed
from rowid.stream import taken

_LONGEST = 200  # characters of a value that are shown
_SPLITS_TOLD = 3
_FILE = re.compile(r"^_*(?:source|src|input)?[_\W]*file[_\W]*(?:name|path)?$", re.IGNORECASE)


def groups(found: Sequence[DuplicateGroup]) -> tuple[Group, ...]:
    """Duplicate groups as a report shows them."""
    return tuple(Group(one.size, one.differing, rows_of(one.sample, one.rows)) for one in found)


def rows_of(table: pa.Table, numbers: Iterable[int]) -> Rows:
    """Rows of a table with their numbers, as text."""
    columns = [[_text(value) for value in column] for column in table.columns]
    return Rows(tuple(numbers)[: table.num_rows], tuple(table.column_names), tuple(zip(*columns, strict=True)))


def load_columns(profiles: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """The columns that say when, by what or from which file a row was loaded."""
    return tuple(
        profile.name
        for profile in profiles
        if _FILE.match(profile.name) or any(sign.kind == "load time" for sign in profile.signs)
    )


def diagnosed(
    source: Source,
    recipe: Recipe,
    unique: Uniqueness,
    limits: Limits,
    load: Sequence[str],
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Diagnosis:
    """Why the rows that ``unique`` has counted repeat; one pass. ``load`` are the columns that tell of a load only."""
    others: list[str] = []
    alike: Alikeness | None = None
    rows = Pass(source, HashingEngine(recipe, counts=False), should_stop)
    for batch, hashed in rows:
        if alike is None:
            others = [name for name in batch.schema.names if name not in recipe.columns]
            alike = Alikeness(repeated(unique, limits.bytes() // (BYTES_PER_GROUP * (1 + len(others)))), len(others))
        group = alike.lookup.find(hashed.digests)
        at = np.flatnonzero(group >= 0)
        if at.size:
            few = taken(batch.select(others), at) if others else batch
            marks = [marks_of(few.column(name)) for name in others]
            alike.add(group[at], rows.rows - batch.num_rows + 1 + at, marks)
        if progress:
            progress(rows.progress("groups"))
    return _told(alike, others, unique.groups, [name for name in others if name in load])


def repeated(unique: Uniqueness, most: int) -> np.ndarray:
    """The first ``most`` keys that occur more than once."""
    portions: list[np.ndarray] = []
    room = max(1, most)
    for portion in unique.repeated_keys():
        portions.append(portion[:room])
        room -= len(portions[-1])
        if room <= 0:
            break
    return np.concatenate(portions) if portions else np.empty((0, SIZE), np.uint8)


def _told(alike: Alikeness | None, others: list[str], in_all: int, loads: list[str]) -> Diagnosis:
    differs = alike.differs if alike else np.zeros((0, 0), bool)
    any_other = differs.any(axis=1)
    is_load = np.array([name in loads for name in others], bool)
    only_load = any_other & ~differs[:, ~is_load].any(axis=1)
    splits = {name: int(found) for name, found in zip(others, differs.sum(axis=0), strict=True) if found}
    ranked = dict(sorted(splits.items(), key=lambda item: -item[1]))
    counts = (int((~any_other).sum()), int(only_load.sum()), int((any_other & ~only_load).sum()))
    told = Diagnosis(len(differs), in_all, *counts, ranked, tuple(loads), ())
    return Diagnosis(len(differs), in_all, *counts, ranked, tuple(loads), tuple(_sentences(told)))


def _sentences(told: Diagnosis) -> Iterable[str]:
    if told.true_duplicates:
        yield (
            f"True duplicates: in {_of(told.true_duplicates, told.groups)} nothing differs. "
            "Drop the repeated rows, or number them."
        )
    if told.double_loads:
        loads = [name for name in told.splits if name in told.load_columns]
        yield (
            f"Double load: in {_of(told.double_loads, told.groups)} only {listed(loads)} differs. "
            "The same rows came more than once: keep one load."
        )
    if told.too_small:
        best = list(islice((name for name in told.splits if name not in told.load_columns), _SPLITS_TOLD))
        parts = [f"{name}: {_share(told.splits[name], told.groups)}" for name in best]
        yield (
            f"Key too small: in {_of(told.too_small, told.groups)} other columns differ "
            f"(groups in which they do: {', '.join(parts)}). A key needs some of these too."
        )
    if told.groups < told.groups_in_all:
        yield f"Counted over {told.groups:,} of {told.groups_in_all:,} groups: memory has no room for more."


def _of(some: int, every: int) -> str:
    if some == every:
        return "the one group" if every == 1 else f"all {every:,} groups"
    return f"{some:,} of {every:,} groups"


def _share(some: int, every: int) -> str:
    return "all" if some == every else f"{some:,}"


def _text(scalar: pa.Scalar) -> str | None:
    if not scalar.is_valid:
        return None
    try:
        value = scalar.as_py()
        text = value.hex() if isinstance(value, bytes) else str(value)
    except (ValueError, OverflowError):  # a time that Python's types cannot hold
        text = str(scalar.cast(pa.int64()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
