"""What other spellings of the key's values would merge or split: counted by making the keys of each of them.

The first pass finds out which spellings change anything at all; of a clean table there are none, and nothing more is
done. A second pass makes the keys of these, once more for the rows that they change, all in one go over the source. A
third looks at the groups that a spelling makes or breaks, and a last one fetches a few rows of them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine
from rowid.errors import CanonicalError
from rowid.pipeline.batches import Pass, ProgressCallback
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report.alike import BYTES_PER_GROUP, Alikeness
from rowid.report.duplicates import repeated, rows_of
from rowid.report.nouns import Rows, Variant, Variants
from rowid.report.spellings import TOGETHER, Spelling, spellings, together
from rowid.report.words import count, seconds
from rowid.stream import characters, taken

SECONDS = 60.0
"""After so long, what has been counted until then is told."""

_SHOWN = 3


class Watch:
    """Sees the batches of a pass go by, and learns which spellings change a value."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._waiting: list[Spelling] | None = None
        self._all: list[Spelling] = []
        self._dead: set[Spelling] = set()
        self._live: set[Spelling] = set()

    def __call__(self, batch: pa.RecordBatch) -> None:
        """Looks at the next batch."""
        if self._waiting is None:
            self._all = list(spellings(self._recipe, batch.schema))
            self._waiting = list(self._all)
        for one in list(self._waiting):
            changed = one.positions(batch)
            if changed is None:
                self._dead.add(one)
            elif changed.size:
                self._live.add(one)
            if one in self._dead or (one in self._live and not one.reads_numbers):
                self._waiting.remove(one)

    @property
    def live(self) -> list[Spelling]:
        """The spellings that change a value. What reads numbers covers leading zeros too."""
        live = [one for one in self._all if one in self._live and one not in self._dead]
        numbers = {one.column for one in live if one.reads_numbers}
        live = [one for one in live if not (one.strips_zeros and one.column in numbers)]
        every = together(self._recipe, live)
        return [*live, every] if every else live

    @property
    def without_effect(self) -> tuple[str, ...]:
        """The names of the spellings that change nothing."""
        return tuple(f"{one.column} {one.name}" for one in self._all if one not in self._live and one not in self._dead)


@dataclass
class _Counted:
    """A spelling while its keys are made."""

    spelling: Spelling
    engine: HashingEngine
    unique: Uniqueness
    changed: int = 0
    failed: bool = False

    def digests(self, batch: pa.RecordBatch, now: np.ndarray) -> np.ndarray:
        """The digests of a batch's rows under the spelling, given those of now."""
        at = self.spelling.positions(batch)
        if self.failed or at is None or not at.size:
            return now
        try:
            some = self.engine.hashed(taken(self.spelling.rewritten(batch), at)).digests
        except CanonicalError:  # a value that cannot be read so after all
            self.failed = True
            return now
        digests = now.copy()
        digests[at] = some
        return digests


@dataclass
class _Looked:
    """The groups that a spelling makes (or breaks, if ``splits``), and what is to be seen of them."""

    counted: _Counted
    splits: bool
    alike: Alikeness

    def add(self, first_row: int, now: np.ndarray, then: np.ndarray) -> None:
        """Takes the digests of the next rows, of now and under the spelling."""
        key, mark = (now, then) if self.splits else (then, now)
        group = self.alike.lookup.find(key)
        at = np.flatnonzero(group >= 0)
        if at.size:
            self.alike.add(group[at], first_row + at, [mark[at]])

    @property
    def groups(self) -> int:
        """How many groups it makes or breaks."""
        return int(self.alike.differs[:, 0].sum())

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The numbers of two rows of each of the first of these groups."""
        there = np.flatnonzero(self.alike.differs[:, 0])
        there = there[np.argsort(self.alike.first[there])][:_SHOWN]
        return [(int(self.alike.first[at]), int(self.alike.other[at, 0])) for at in there]


def variants(
    source: Source,
    recipe: Recipe,
    watch: Watch,
    limits: Limits,
    *,
    most_seconds: float = SECONDS,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Variants:
    """What the spellings that ``watch`` found would do."""
    live = watch.live
    if not live:
        return Variants((), watch.without_effect)
    passes = _Passes(source, recipe, limits, progress, should_stop)
    with ExitStack() as held:
        share = Limits(limits.bytes() // (2 + len(live)), limits.directory)
        now = held.enter_context(Uniqueness(share))
        counted = [
            _Counted(
                one,
                held.enter_context(HashingEngine(one.recipe, counts=False)),
                held.enter_context(Uniqueness(share)),
            )
            for one in live
        ]
        rows = passes.count(now, counted, most_seconds)
        looked = passes.look(now, [one for one in counted if not one.failed], rows, len(live))
        examples = passes.fetch([pair for one in looked for pair in one.pairs])
        found = [_told(one, looked, examples, now, rows) for one in counted if not one.failed]
    total = source.info().rows
    note = ""
    if total is not None and rows < total:
        note = f"Counted over the first {rows:,} of {count(total, 'row')}, for {seconds(most_seconds)}."
    alone = max((one.keys for one in found if one.effect == "merge" and one.name != TOGETHER), default=0)
    found = [one for one in found if one.name != TOGETHER or one.keys > alone]
    ordered = sorted(found, key=lambda one: (-one.keys, one.column))
    return Variants(tuple(ordered), watch.without_effect, note)


@dataclass
class _Passes:
    source: Source
    recipe: Recipe
    limits: Limits
    progress: ProgressCallback | None
    should_stop: Callable[[], bool] | None

    def count(self, now: Uniqueness, counted: list[_Counted], most_seconds: float) -> int:
        """Counts the keys of now and of every spelling; returns of how many rows, before time ran out."""
        until = time.perf_counter() + most_seconds
        rows = 0
        for done, batch, digests in self._batches():
            rows = done
            now.add(digests)
            for one in counted:
                other = one.digests(batch, digests)
                one.changed += int((other != digests).any(axis=1).sum()) if other is not digests else 0
                one.unique.add(other)
            if time.perf_counter() > until:
                break
        return rows

    def look(self, now: Uniqueness, counted: list[_Counted], rows: int, share: int) -> list[_Looked]:
        """The groups that the spellings make or break, over the first ``rows`` rows."""
        most = self.limits.bytes() // (2 * BYTES_PER_GROUP * share)
        looked: list[_Looked] = []
        for one in counted:
            if one.unique.distinct != now.distinct:
                splits = one.unique.distinct > now.distinct
                looked.append(_Looked(one, splits, Alikeness(repeated(now if splits else one.unique, most), 1)))
        if not looked:
            return []
        for done, batch, digests in self._batches():
            for each in looked:
                each.add(done - batch.num_rows + 1, digests, each.counted.digests(batch, digests))
            if done >= rows:
                break
        return looked

    def fetch(self, pairs: list[tuple[int, int]]) -> dict[tuple[int, int], Rows]:
        """The rows of each pair, as they stand in the source; only the columns of the key."""
        wanted = np.unique(np.array(pairs, np.int64))
        last = int(wanted[-1]) if len(wanted) else 0
        parts: list[pa.RecordBatch] = []
        done = 0
        with closing(self.source.open()) as reader:
            for batch in reader if last else ():
                here = wanted[(wanted > done) & (wanted <= done + batch.num_rows)]
                if here.size:
                    some = taken(batch.select(list(self.recipe.columns)), here - done - 1)
                    parts.append(pa.record_batch([characters(c) for c in some.columns], some.schema.names))
                done += batch.num_rows
                if done >= last:
                    break
        if not parts:
            return {}
        every = rows_of(pa.Table.from_batches(parts), wanted.tolist())
        values = dict(zip(every.numbers, every.values, strict=True))
        return {pair: Rows(pair, every.columns, tuple(values[row] for row in pair)) for pair in pairs}

    def _batches(self) -> Iterator[tuple[int, pa.RecordBatch, np.ndarray]]:
        """The batches with their digests, and the rows that there were until then."""
        rows = Pass(self.source, HashingEngine(self.recipe, counts=False), self.should_stop)
        for batch, hashed in rows:
            yield rows.rows, batch, hashed.digests
            if self.progress:
                self.progress(rows.progress("variants"))


def _told(
    one: _Counted, looked: list[_Looked], examples: dict[tuple[int, int], Rows], now: Uniqueness, rows: int
) -> Variant:
    spelling = one.spelling
    mine = next((each for each in looked if each.counted is one), None)
    return Variant(
        spelling.name,
        spelling.column,
        "split" if mine and mine.splits else "merge",
        one.changed,
        mine.groups if mine else 0,
        abs(one.unique.distinct - now.distinct),
        rows,
        spelling.switch,
        spelling.remark,
        tuple(examples[pair] for pair in mine.pairs) if mine else (),
    )
