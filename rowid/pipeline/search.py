"""The search for keys: all rows as codes where they fit, else a sample that can only disprove, and counting the rest."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import pyarrow as pa

from rowid import profiler, stream
from rowid.checks import Limits
from rowid.errors import UsageError
from rowid.keys import near, partition
from rowid.keys.codes import Codes, Encoder
from rowid.keys.evidence import Evidence, best_first, unknown_to_null
from rowid.keys.minimal import Found
from rowid.keys.search import Searched, open_sizes, search, without_repeats
from rowid.keys.verdict import verdict
from rowid.model import Candidate, KeySearch, NearKey, TableProfile
from rowid.pipeline.batches import ProgressCallback
from rowid.pipeline.coding import Watch, encoded, search_limits
from rowid.pipeline.counting import counted, fetch
from rowid.ports import Source
from rowid.recipe import Rule

TIME_LIMIT_S = 120.0
"""Seconds after which a search ends with what it has."""

_PROFILED = 100_000  # rows whose look decides what speaks for and against a column
_LISTED = 10  # near keys
_ROUNDS = 6  # of counting what a sample could not disprove
_AT_ONCE = 24  # combinations that are counted in one pass


def find_keys(
    source: Source,
    *,
    max_columns: int = 4,
    exclude: Sequence[str] = (),
    rules: Mapping[str, Rule] | None = None,
    profile: TableProfile | None = None,
    near_share: float = 0.95,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
    time_limit_s: float | None = TIME_LIMIT_S,
) -> KeySearch:
    """All minimal keys of at most ``max_columns`` columns, best first, and combinations that nearly are.

    Cells are equal where their canonical texts are, by the ``rules`` there are for columns; a null equals a null.
    Without a ``profile`` the first 100,000 rows decide what a column looks like. ``near_share`` of the rows are
    distinct in a near key, at least.

    Raises:
        UsageError: ``max_columns`` is not positive.
        Cancelled: ``should_stop`` says so.
    """
    if max_columns < 1:
        raise UsageError(f"max_columns is {max_columns}", hint="A key has at least one column.")
    watch, limits, rules = Watch(progress, should_stop, time_limit_s), search_limits(limits), rules or {}
    encoder, rows = encoded(source, rules, exclude, watch, limits)
    one = _Finding(source, max_columns, near_share, rules, watch, limits, profile or _look(source))
    return one.whole(encoder, rows) if encoder.held == rows else one.sampled(encoder, rows)


class _Finding:
    def __init__(
        self, source: Source, largest: int, share: float, rules: Mapping[str, Rule], watch: Watch, limits: Limits,
        profile: TableProfile,
    ) -> None:  # fmt: skip
        self._source, self._largest, self._share, self._rules = source, largest, share, rules
        self._watch, self._limits, self._profile = watch, limits, profile

    def whole(self, encoder: Encoder, rows: int) -> KeySearch:
        """The answer where the codes of all rows are at hand."""
        codes = encoder.codes(complete=True)
        evidence, found = Evidence(codes, self._profile), search(codes, self._largest, self._watch.step)
        candidates = best_first(evidence.candidates(found.found.keys)) if rows > 1 and not found.repeated else []
        near_keys, notes = self._near(codes, found, evidence, candidates)
        return self._answer(
            rows, candidates, near_keys, found.repeated, notes, self._unsearched(encoder, found, rows), found.found
        )

    def sampled(self, encoder: Encoder, rows: int) -> KeySearch:
        """The answer where only a part of the rows fits: what that does not disprove is counted on all of them."""
        confirmed: dict[tuple[str, ...], Candidate] = {}
        disproved: dict[tuple[str, ...], NearKey] = {}
        repeated = 0
        for turn in range(_ROUNDS):
            codes = encoder.codes(complete=False)
            found = search(codes, self._largest, self._watch.step)
            evidence = Evidence(codes, self._profile)
            keys = [tuple(codes.names[at] for at in key) for key in found.found.keys]
            ranked = best_first(evidence.candidate(key, rows, 0) for key in keys if key not in {*confirmed, *disproved})
            waiting = [candidate.columns for candidate in ranked]
            if not waiting or turn == _ROUNDS - 1 or not self._watch.step(0, 0):
                break
            ask: list[tuple[str, ...]] = [*([tuple(codes.names)] if turn == 0 else []), *waiting[:_AT_ONCE]]
            fetched: list[int] = []
            for columns, count in zip(
                ask, counted(self._source, ask, self._rules, self._watch, self._limits), strict=True
            ):
                judged = count.verdict
                if columns == tuple(codes.names) and turn == 0:
                    repeated = judged.surplus_rows
                if judged.is_key:
                    confirmed[columns] = evidence.candidate(columns, rows, judged.rows_with_null)
                    continue
                groups = tuple((first, row) for row, first in count.repeats)
                disproved[columns] = evidence.near_of(
                    columns, rows, judged.surplus_rows, groups, judged.rows_with_null, None
                )
                fetched += [number - 1 for pair in count.repeats for number in pair]
            if repeated:  # no columns can be a key
                break
            fetch(self._source, fetched, encoder, self._watch)
        waiting = [columns for columns in waiting if columns not in confirmed and columns not in disproved]
        unsearched = self._unsearched(encoder, found, rows)
        if waiting:
            unsearched.append(
                f"{len(waiting):,} combinations, such as {', '.join(waiting[0])}: unique in the {encoder.held:,} rows "
                f"that fit into memory, and not counted on all {rows:,}"
            )
        near_keys = sorted(disproved.values(), key=lambda one: (one.surplus_rows, len(one.columns), one.columns))
        close = [one for one in near_keys if repeated or one.distinct >= self._share * rows][:_LISTED]
        return self._answer(
            rows, best_first(confirmed.values()) if not repeated else [], close, repeated, [], unsearched, found.found,
            waiting=bool(waiting),
        )  # fmt: skip

    def _near(
        self, codes: Codes, found: Searched, evidence: Evidence, candidates: Sequence[Candidate]
    ) -> tuple[list[NearKey], list[str]]:
        """Near keys, and what else they say of the table."""
        if len(codes) < 2 or not codes.columns:
            return [], []
        if found.repeated:
            keys = best_first(evidence.candidate([codes.names[at] for at in key], 0, 0) for key in found.found.keys)
            return [evidence.near(_positions(codes, key.columns)) for key in keys[:_LISTED]], []
        notes: list[str] = []
        close = near.near_keys(codes, found.found, self._largest, share=self._share, step=self._watch.step)
        near_keys = [evidence.near(one) for one in [*unknown_to_null(codes), *evidence.nearest(close)][:_LISTED]]
        if not any(candidate.is_safe for candidate in candidates):
            twice, note = self._loaded_twice(codes, evidence)
            near_keys, notes = [*twice, *near_keys][:_LISTED], note
        return near_keys, notes

    def _loaded_twice(self, codes: Codes, evidence: Evidence) -> tuple[list[NearKey], list[str]]:
        """What would be a key if no row were loaded again: rows that only a time of loading tells apart."""
        times = evidence.named("load time")
        rest = codes.selected([name for name in codes.names if name not in times])
        if not times or not rest.columns:
            return [], []
        part = partition.of(rest, range(len(rest.columns)))
        if not part.surplus:
            return [], []
        once = search(without_repeats(rest, part), self._largest, self._watch.step)
        keys = best_first(evidence.candidate([rest.names[at] for at in key], 0, 0) for key in once.found.keys)
        note = f"{part.surplus:,} rows repeat another one in every column but {', '.join(times)}: loaded twice?"
        return [evidence.near(_positions(codes, key.columns)) for key in keys[:_LISTED]], [note]

    def _unsearched(self, encoder: Encoder, found: Searched, rows: int) -> list[str]:
        left = [f"{name}: {why}" for name, why in encoder.left_out.items()]
        return left + (open_sizes(found.found, len(encoder.names)) if rows > 1 else [])

    def _answer(
        self, rows: int, candidates: list[Candidate], near_keys: list[NearKey], repeated: int, notes: list[str],
        unsearched: list[str], found: Found, *, waiting: bool = False,
    ) -> KeySearch:  # fmt: skip
        said, why = verdict(rows, candidates, repeated=repeated, complete=not (found.open or waiting))
        unknown = [one for one in near_keys if one.rows_with_null and one.surplus_without_null == 0]
        if said == "NO SAFE KEY" and unknown and not repeated:
            best = unknown[0]
            why.append(
                f"{', '.join(best.columns)} is unique where it is not null: mend the {best.rows_with_null:,} rows with a "
                "null, or leave them out"
            )
        return KeySearch(
            said, rows, (*why, *notes), tuple(candidates), tuple(near_keys), tuple(unsearched), self._watch.elapsed_s,
            repeated,
        )  # fmt: skip


def _positions(codes: Codes, names: Sequence[str]) -> list[int]:
    return [codes.names.index(name) for name in names]


def _look(source: Source) -> TableProfile:
    """The profile of the first rows."""
    with closing(source.open()) as reader:

        def first() -> "list[pa.RecordBatch]":
            found, rows = [], 0
            for batch in reader:
                found.append(batch.slice(0, _PROFILED - rows))
                rows += found[-1].num_rows
                if rows >= _PROFILED:
                    break
            return found

        return profiler.profile(stream.reader(reader.schema, first()), examples=0, top=0)
