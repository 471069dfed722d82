"""Keys that join texts with a separator: which different rows of a table they give the same key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import digest
from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine
from rowid.errors import UsageError
from rowid.pipeline.batches import Pass, ProgressCallback
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report.alike import BYTES_PER_GROUP, Alikeness
from rowid.report.duplicates import rows_of
from rowid.report.nouns import Rows, plain
from rowid.stream import taken

DBT_NULL = "_dbt_utils_surrogate_key_null_"
"""What dbt_utils.generate_surrogate_key puts in the place of a null (``surrogate_key_treat_nulls_as_empty_strings``
is not set)."""

_SEPARATORS = {"dbt_utils": "-", "concat": "|"}
_NULLS = {"dbt_utils": DBT_NULL, "concat": ""}


@dataclass(frozen=True, slots=True)
class Merged:
    """One joined key that different rows share: the joined text, and two of the rows."""

    joined: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class LintReport:
    """What a joined key does to a table.

    ``merged_groups`` joined keys are shared by rows that differ in the columns; ``lost_keys`` rows too few are told
    apart, ``rows_in_groups`` rows are concerned. ``examples`` are some of the groups, two different rows of each.
    """

    source: str
    columns: tuple[str, ...]
    formula: str
    separator: str
    null_text: str
    rows: int
    distinct_rows: int
    distinct_joined: int
    merged_groups: int
    rows_in_groups: int
    examples: tuple[Merged, ...]

    @property
    def lost_keys(self) -> int:
        """By how many the joined keys are fewer than the different rows."""
        return self.distinct_rows - self.distinct_joined

    def to_dict(self) -> dict[str, object]:
        """The answer as plain types, ready for JSON."""
        return {**plain(self), "lost_keys": self.lost_keys}


def lint(
    source: Source,
    columns: Sequence[str],
    *,
    formula: str = "dbt_utils",
    separator: str | None = None,
    examples: int = 5,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> LintReport:
    """Counts the groups of different rows that a key of joined texts gives the same key; exact, over all rows.

    ``dbt_utils`` joins as ``dbt_utils.generate_surrogate_key`` does: with ``-``, a null as ``DBT_NULL``. ``concat``
    joins with ``separator`` (``|`` if not given), a null as nothing. The texts are rowid's canonical ones; a database
    may write floats and times otherwise. One pass; two more where keys merge, or more of them than memory holds at a
    time.

    Raises:
        UsageError: the formula is not one of these.
    """
    if formula not in _SEPARATORS:
        raise UsageError(f"formula is {formula!r}", hint=f"It is one of {', '.join(_SEPARATORS)}.")
    joiner = _Joiner(Recipe(list(columns)), _SEPARATORS[formula] if separator is None else separator, _NULLS[formula])
    work = _Work(source, joiner, limits or Limits(), progress, should_stop)
    with ExitStack() as held:
        share = Limits(work.limits.bytes() // 2, work.limits.directory)
        rows, joined = (held.enter_context(Uniqueness(share)) for _ in range(2))
        for one in work.batches():
            rows.add(one.digests)
            joined.add(one.joined)
        groups = in_groups = 0
        firsts: list[tuple[int, int]] = []
        if joined.distinct < rows.distinct:
            groups, in_groups, firsts = work.merged(joined, examples)
        return LintReport(
            source.name, tuple(columns), formula, joiner.separator, joiner.null, rows.rows, rows.distinct,
            joined.distinct, groups, in_groups, tuple(work.shown(firsts)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Joiner:
    """Joins the canonical texts of a row."""

    recipe: Recipe
    separator: str
    null: str

    def joined(self, texts: Sequence[pa.Array]) -> pa.Array:
        """The joined text of each row."""
        filled = [pc.fill_null(text, self.null) for text in texts]
        return pc.binary_join_element_wise(*filled, pa.scalar(self.separator, pa.large_string()))


@dataclass(frozen=True, slots=True)
class _Joined:
    """Some rows: the number of the first, their batch, and the digests of their messages and of their joined texts."""

    first_row: int
    batch: pa.RecordBatch
    digests: np.ndarray
    joined: np.ndarray


@dataclass(frozen=True, slots=True)
class _Work:
    source: Source
    joiner: _Joiner
    limits: Limits
    progress: ProgressCallback | None
    should_stop: Callable[[], bool] | None

    def batches(self) -> Iterator[_Joined]:
        """A pass over the source."""
        engine = HashingEngine(self.joiner.recipe, counts=False)
        rows = Pass(self.source, engine, self.should_stop)
        for batch, hashed in rows:
            texts = self.joiner.joined(engine.hasher.texts(batch, rows.rows - batch.num_rows + 1))
            marks = digest.digests(text.encode() for text in texts.to_pylist())
            yield _Joined(rows.rows - batch.num_rows + 1, batch, hashed.digests, marks)
            if self.progress:
                self.progress(rows.progress("lint"))

    def merged(self, joined: Uniqueness, examples: int) -> tuple[int, int, list[tuple[int, int]]]:
        """How many joined keys are shared by different rows, how many rows these have, and two rows of some."""
        at_a_time = max(1, self.limits.bytes() // (4 * BYTES_PER_GROUP))
        groups = in_groups = 0
        firsts: list[tuple[int, int]] = []
        for portion in joined.repeated_keys():
            for at in range(0, len(portion), at_a_time):
                alike = Alikeness(portion[at : at + at_a_time], 1)
                for one in self.batches():
                    group = alike.lookup.find(one.joined)
                    here = np.flatnonzero(group >= 0)
                    if here.size:
                        alike.add(group[here], one.first_row + here, [one.digests[here]])
                several = np.flatnonzero(alike.differs[:, 0])
                groups += several.size
                in_groups += int(alike.sizes[several].sum())
                firsts += [(int(alike.first[each]), int(alike.other[each, 0])) for each in several]
                firsts = sorted(firsts)[:examples]
        return groups, in_groups, firsts

    def shown(self, pairs: list[tuple[int, int]]) -> Iterator[Merged]:
        """The rows of each pair with the text that they share."""
        if not pairs:
            return
        found: dict[int, tuple[str, Rows]] = {}
        wanted = np.unique(np.array(pairs, np.int64))
        columns, done = list(self.joiner.recipe.columns), 0
        with closing(self.source.open()) as reader:
            engine = HashingEngine(self.joiner.recipe, counts=False)
            for batch in reader:
                here = wanted[(wanted > done) & (wanted <= done + batch.num_rows)]
                if here.size:
                    some = taken(batch.select(columns), here - done - 1)
                    texts = engine.hasher.texts(some, 1)
                    rows = rows_of(pa.table(texts, columns), here.tolist())
                    for row, text, values in zip(here, self.joiner.joined(texts).to_pylist(), rows.values, strict=True):
                        found[int(row)] = text, Rows((int(row),), rows.columns, (values,))
                done += batch.num_rows
                if done >= wanted[-1]:
                    break
        for pair in pairs:
            (text, one), (_, other) = found[pair[0]], found[pair[1]]
            yield Merged(text, Rows(pair, one.columns, (*one.values, *other.values)))
