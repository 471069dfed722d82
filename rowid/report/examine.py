"""The examination of a key: which passes are made over the source, in which order, and what comes of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa

from rowid import pipeline, profiler, stream
from rowid.checks import Limits
from rowid.errors import Cancelled
from rowid.model import ColumnProfile, Progress
from rowid.pipeline.batches import ProgressCallback, without
from rowid.ports import Source
from rowid.recipe import Recipe
from rowid.report import duplicates
from rowid.report.collisions import collisions
from rowid.report.comparing import compared
from rowid.report.counting import Counting
from rowid.report.guessing import personal, sampled
from rowid.report.nouns import Evidence, QualityReport
from rowid.report.risks import risks
from rowid.report.share import Share
from rowid.report.variants import Watch, variants
from rowid.report.verdict import verdict

_MOST_PASSES = 10  # before it is known whether rows repeat, and what there is to look at


def examine(
    source: Source,
    recipe: Recipe,
    *,
    previous: Source | None = None,
    previous_ids: str | None = None,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    groups: int = 20,
) -> QualityReport:
    """Whether the recipe's columns are the key of the source, and what to know before their IDs are used; exact.

    Args:
        source: the table; read several times.
        recipe: the key. Its policies are not applied; its secret is needed for ``previous`` alone.
        previous: an earlier output, whose IDs are compared.
        previous_ids: the column in which it has them; by default the recipe's ID column.
        progress: called as the passes go on, with the rows read in all of them; the phase says which one it is.
        should_stop: asked between rows. What was found until then is reported.
        limits: what counting may use.
        groups: how many duplicate groups are shown.

    Raises:
        RowIdError: the source cannot be read, or a value of the key has no canonical text.
    """
    ids = previous_ids or recipe.id_column
    share = Share(progress, _MOST_PASSES) if progress else None
    return _Examination(source, recipe, previous, ids, share, should_stop, limits or Limits(), groups).go()


@dataclass
class _Examination:
    source: Source
    recipe: Recipe
    previous: Source | None
    previous_ids: str
    progress: Share | None
    should_stop: Callable[[], bool] | None
    limits: Limits
    shown: int

    def __post_init__(self) -> None:
        self.plain = without_policies(self.recipe)
        self.profiles: tuple[ColumnProfile, ...] = ()
        self.watch = Watch(self.plain)
        self.started = time.perf_counter()

    def go(self) -> QualityReport:
        self._begin(1)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        with Counting(
            self.source, self.plain, self.limits, progress=self.progress, should_stop=self.should_stop, watch=self.watch
        ) as counting:
            readings = counting.readings()
            report = QualityReport(
                source=self.source.name,
                made_at=made_at,
                columns=tuple(self.recipe.columns),
                recipe=self.recipe.to_dict(),
                recipe_fingerprint=self.recipe.fingerprint,
                verdict=verdict(self.recipe.columns, readings, None, stopped=counting.stopped),
                evidence=Evidence(not counting.stopped, counting.rows, self._elapsed(), counting.stopped),
                readings=readings,
                key_columns=counting.key_columns(),
            )
            if not counting.stopped and counting.rows:
                report = self._with_more(report, counting)
        return replace(report, evidence=replace(report.evidence, elapsed_s=self._elapsed()))

    def _with_more(self, report: QualityReport, counting: Counting) -> QualityReport:
        """The report with all that further passes tell; as far as it came, if someone stops them."""
        again = 2 if counting.unique.surplus else 0
        steps = (
            (self._profiled, 1), (self._duplicates, again), (self._collisions, again // 2), (self._judged, 2),
            (self._variants, 2 if self.watch.live else 0), (self._guessed, 0),
            (self._compared, 1 if self.previous else 0),
        )  # fmt: skip
        if self.progress:
            self.progress.expect(counting.rows, 1 + sum(passes for _, passes in steps))
        for step, passes in steps:
            self._begin(passes)
            try:
                report = step(report, counting)
            except Cancelled:
                return replace(report, evidence=replace(report.evidence, stopped=True))
        return report

    def _begin(self, passes: int) -> None:
        if self.progress:
            self.progress.begin(passes)

    def _profiled(self, report: QualityReport, counting: Counting) -> QualityReport:
        self.profiles = self._profile()
        return replace(report, risks=risks(self.recipe, self.profiles, self.source.info().columns))

    def _duplicates(self, report: QualityReport, counting: Counting) -> QualityReport:
        if not counting.unique.surplus:
            return report
        why = duplicates.diagnosed(
            self.source, self.plain, counting.unique, self.limits, duplicates.load_columns(self.profiles),
            progress=self.progress, should_stop=self.should_stop,
        )  # fmt: skip
        largest = counting.unique.largest_groups(self.shown)
        shown = pipeline.collect_groups(
            self.source, self.plain, largest, progress=self.progress, should_stop=self.should_stop
        )
        said = verdict(self.recipe.columns, report.readings, why, stopped=False)
        return replace(report, verdict=said, diagnosis=why, groups=duplicates.groups(shown))

    def _collisions(self, report: QualityReport, counting: Counting) -> QualityReport:
        found = pipeline.compared(
            self.source, self.plain, counting.unique,
            progress=self.progress, should_stop=self.should_stop, limits=self.limits,
        )  # fmt: skip
        return replace(report, collisions=collisions(found, counting.unique.distinct, self.recipe.form))

    def _variants(self, report: QualityReport, counting: Counting) -> QualityReport:
        found = variants(
            self.source, self.plain, self.watch, self.limits, progress=self.progress, should_stop=self.should_stop
        )
        return replace(report, variants=found)

    def _judged(self, report: QualityReport, counting: Counting) -> QualityReport:
        choice = pipeline.judge_choice(
            self.source, self.plain, progress=self.progress, should_stop=self.should_stop, limits=self.limits
        )
        return replace(report, choice=choice)

    def _guessed(self, report: QualityReport, counting: Counting) -> QualityReport:
        sample = sampled(self.source, self.plain)
        return replace(report, personal=personal(self.recipe, self.profiles, counting.unique.distinct, sample))

    def _compared(self, report: QualityReport, counting: Counting) -> QualityReport:
        if self.previous is None:
            return report
        found = compared(
            self.source, self.recipe, self.previous, self.previous_ids, self.limits,
            progress=self.progress, should_stop=self.should_stop,
        )  # fmt: skip
        return replace(report, comparison=found)

    def _profile(self) -> tuple[ColumnProfile, ...]:
        """All columns profiled: what a column looks like depends on its neighbours too."""
        with closing(self.source.open()) as reader:
            watched = stream.reader(reader.schema, self._watched(reader))
            return profiler.profile(watched, examples=0, top=0, memory=self.limits.bytes()).columns

    def _watched(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        """The batches of a reader, with progress told and stops heard."""
        started, rows, total = time.perf_counter(), 0, self.source.info().rows
        for batch in reader:
            if self.should_stop and self.should_stop():
                raise Cancelled("it was stopped")
            yield batch
            rows += batch.num_rows
            if self.progress:
                self.progress(Progress(rows, total, time.perf_counter() - started, "profile"))

    def _elapsed(self) -> float:
        return time.perf_counter() - self.started


def without_policies(recipe: Recipe) -> Recipe:
    """The recipe as far as it decides which rows are equal: without policies and without a secret."""
    plain = without(recipe, "duplicates", "nulls").to_dict()
    return Recipe.from_dict({name: value for name, value in plain.items() if name != "key_env"})
