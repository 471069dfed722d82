"""The search for keys: all rows as codes where they fit; else some, which can only disprove, and all are counted."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa

from rowid import profiler, stream
from rowid.checks import Limits
from rowid.errors import UsageError
from rowid.keys import near, partition
from rowid.keys.codes import Codes, Encoder
from rowid.keys.evidence import Evidence, best_first, unknown_to_null
from rowid.keys.search import Searched, open_sizes, search, without_repeats
from rowid.keys.verdict import verdict
from rowid.model import Candidate, KeySearch, NearKey, TableProfile
from rowid.pipeline.batches import ProgressCallback
from rowid.pipeline.coding import Watch, encoded, search_limits
from rowid.pipeline.confirming import Confirming
from rowid.ports import Source
from rowid.recipe import Rule

TIME_LIMIT_S = 120.0
"""Seconds after which a search ends with what it has."""

NEAR_SHARE = 0.95
"""The share of distinct rows from which on columns are called near a key."""

_PROFILED = 100_000  # rows whose look decides what speaks for and against a column
_LISTED = 10  # near keys


def find_keys(
    source: Source,
    *,
    max_columns: int = 4,
    exclude: Sequence[str] = (),
    rules: Mapping[str, Rule] | None = None,
    profile: TableProfile | None = None,
    near_share: float | None = NEAR_SHARE,
    only_best: bool = False,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    time_limit_s: float | None = TIME_LIMIT_S,
    max_steps: int | None = None,
) -> KeySearch:
    """All minimal keys of at most ``max_columns`` columns, best first, and combinations that nearly are.

    Cells are equal where their canonical texts are, by the ``rules`` there are for columns; a null equals a null.
    Without a ``profile`` the first 100,000 rows decide what a column looks like. ``near_share`` of the rows are
    distinct in a near key, at least; None looks for none. ``only_best`` looks for no larger keys than the smallest safe
    one. ``max_steps`` bounds the work like ``time_limit_s``, but the same on every machine.

    Raises:
        UsageError: ``max_columns`` is not positive.
        Cancelled: ``should_stop`` says so.
    """
    if max_columns < 1:
        raise UsageError(f"max_columns is {max_columns}", hint="A key has at least one column.")
    watch, limits, rules = Watch(progress, should_stop, time_limit_s, max_steps), search_limits(limits), rules or {}
    encoder, rows = encoded(source, rules, exclude, watch, limits)
    profile = profile or look(source)
    if encoder.held == rows:
        return _Whole(encoder, max_columns, near_share, only_best, profile, watch).answer()
    all_rows = Confirming(
        source, encoder, rows=rows, rules=rules, largest=max_columns, profile=profile, watch=watch, limits=limits
    )
    return _sampled(all_rows, 1.0 if near_share is None else near_share, watch)


@dataclass
class _Whole:
    """A search where the codes of all rows are at hand."""

    encoder: Encoder
    largest: int
    share: float | None
    only_best: bool
    profile: TableProfile
    watch: Watch

    def answer(self) -> KeySearch:
        codes = self.encoder.codes(complete=True)
        evidence = Evidence(codes, self.profile)

        def enough(keys: Sequence[Sequence[int]]) -> bool:
            return self.only_best and any(one.is_safe for one in evidence.candidates(keys))

        found = search(codes, self.largest, self.watch.step, enough=enough)
        unique = len(codes) > 1 and not found.repeated
        candidates = best_first(evidence.candidates(found.found.keys)) if unique else []
        near_keys, notes = self._near(codes, found, evidence, candidates)
        said, why = verdict(len(codes), candidates, repeated=found.repeated, complete=not found.found.open)
        if said == "NO SAFE KEY" and not found.repeated:
            why += _unique_but_for_nulls(near_keys)
        return KeySearch(
            said, len(codes), (*why, *notes), tuple(candidates), tuple(near_keys), unsearched(self.encoder, found),
            self.watch.elapsed_s, found.repeated,
        )  # fmt: skip

    def _near(
        self, codes: Codes, found: Searched, evidence: Evidence, candidates: Sequence[Candidate]
    ) -> tuple[list[NearKey], list[str]]:
        """Near keys, and what else they say of the table."""
        if len(codes) < 2 or not codes.columns or self.share is None:
            return [], []
        if found.repeated:
            return self._but_for_repeats(codes, found, evidence), []
        close = near.near_keys(codes, found.found, self.largest, share=self.share, step=self.watch.near)
        near_keys = [evidence.near(one) for one in [*unknown_to_null(codes), *evidence.nearest(close)][:_LISTED]]
        if any(candidate.is_safe for candidate in candidates):
            return near_keys, []
        twice, notes = self._loaded_twice(codes, evidence)
        return [*twice, *near_keys][:_LISTED], notes

    def _loaded_twice(self, codes: Codes, evidence: Evidence) -> tuple[list[NearKey], list[str]]:
        """What would be a key if no row were loaded again: rows that only a time of loading tells apart."""
        times = evidence.named("load time")
        rest = codes.selected([name for name in codes.names if name not in times])
        if not times or not rest.columns:
            return [], []
        part = partition.of(rest, range(len(rest.columns)))
        if not part.surplus:
            return [], []
        once = search(without_repeats(rest, part), self.largest, self.watch.step)
        some = "row repeats" if part.surplus == 1 else "rows repeat"
        note = f"{part.surplus:,} {some} another one in every column but {', '.join(times)}: loaded twice?"
        return self._but_for_repeats(codes, once, evidence), [note]

    def _but_for_repeats(self, codes: Codes, once: Searched, evidence: Evidence) -> list[NearKey]:
        """What is a key of the rows when each is kept once, with all of the rows that it does not tell apart."""
        names = once.codes.names
        keys = best_first(evidence.candidate([names[at] for at in key], len(codes), 0) for key in once.found.keys)
        return [evidence.near([codes.names.index(name) for name in key.columns]) for key in keys[:_LISTED]]


def _sampled(all_rows: Confirming, share: float, watch: Watch) -> KeySearch:
    """The answer where only a part of the rows fits."""
    all_rows.go()
    close = all_rows.near(share)[:_LISTED]
    said, why = verdict(
        all_rows.rows, all_rows.candidates, repeated=all_rows.repeated, complete=not all_rows.not_searched
    )  # fmt: skip
    return KeySearch(
        said, all_rows.rows, tuple(why), tuple(all_rows.candidates), tuple(close), all_rows.not_searched,
        watch.elapsed_s, all_rows.repeated,
    )  # fmt: skip


def unsearched(encoder: Encoder, found: Searched) -> tuple[str, ...]:
    """What a search did not look at: columns that cannot be compared, and combinations."""
    left_out = [f"{name}: {why}" for name, why in encoder.left_out.items()]
    return (*left_out, *open_sizes(found.found, len(encoder.names)))


def _unique_but_for_nulls(near_keys: Sequence[NearKey]) -> list[str]:
    return [
        f"{', '.join(one.columns)} is unique where it is not null: mend the {one.rows_with_null:,} rows with a null, "
        "or leave them out"
        for one in near_keys
        if one.rows_with_null and one.surplus_without_null == 0
    ][:1]


def look(source: Source) -> TableProfile:
    """The profile of the first 100,000 rows: what the columns look like."""
    with closing(source.open()) as reader:
        first: list[pa.RecordBatch] = []
        rows = 0
        for batch in reader:
            first.append(batch.slice(0, _PROFILED - rows))
            rows += first[-1].num_rows
            if rows >= _PROFILED:
                break
        return profiler.profile(stream.reader(reader.schema, first), examples=0, top=0)
