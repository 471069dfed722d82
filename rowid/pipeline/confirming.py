"""What some rows do not disprove, counted on all of them, in a bounded number of passes."""

from collections.abc import Iterable, Mapping, Sequence

from rowid.checks import Limits
from rowid.keys.codes import Encoder
from rowid.keys.evidence import Evidence, best_first
from rowid.keys.search import Searched, open_sizes, search
from rowid.model import Candidate, NearKey, TableProfile
from rowid.pipeline.coding import Watch
from rowid.pipeline.counting import Count, counted, fetch
from rowid.ports import Source
from rowid.recipe import Rule

_ROUNDS = 8
_AT_ONCE = 24  # combinations that are counted in one pass

Names = tuple[str, ...]


class Confirming:
    """A search in the rows that an encoder holds, of which what it finds is counted on all ``rows``.

    Rows that disprove a combination join those that are held, and the search begins anew.
    """

    def __init__(
        self,
        source: Source,
        encoder: Encoder,
        *,
        rows: int,
        rules: Mapping[str, Rule],
        largest: int,
        profile: TableProfile,
        watch: Watch,
        limits: Limits,
    ) -> None:
        self.rows, self.repeated = rows, 0
        self._source, self._encoder, self._rules, self._largest = source, encoder, rules, largest
        self._profile, self._watch, self._limits = profile, watch, limits
        self._sample = encoder.held
        self._found: Searched | None = None
        self._confirmed: dict[Names, Candidate] = {}
        self._disproved: dict[Names, NearKey] = {}
        self._waiting: list[Names] = []

    @property
    def candidates(self) -> list[Candidate]:
        """What was confirmed, best first."""
        return [] if self.repeated else best_first(self._confirmed.values())

    @property
    def not_searched(self) -> tuple[str, ...]:
        """What nobody looked at, or did not look at on all rows."""
        said = [f"{name}: {why}" for name, why in self._encoder.left_out.items()]
        said += open_sizes(self._found.found, len(self._encoder.names)) if self._found else []
        if self._waiting and not self.repeated:
            said.append(
                f"{len(self._waiting):,} combinations, such as {', '.join(self._waiting[0])}: unique in the "
                f"{self._sample:,} rows that memory holds, and not counted on all {self.rows:,}"
            )
        return tuple(said)

    def near(self, share: float) -> list[NearKey]:
        """What was disproved by few rows, nearest first."""
        close = [one for one in self._disproved.values() if self.repeated or one.distinct >= share * self.rows]
        return sorted(close, key=lambda one: (one.surplus_rows, len(one.columns), one.columns))

    def go(self) -> None:
        """Searches and counts until nothing is left to count, or enough passes were made."""
        everything = tuple(self._encoder.names)
        for turn in range(_ROUNDS):
            evidence = self._search()
            ask = ([everything] if turn == 0 else []) + self._waiting[:_AT_ONCE]
            if not ask or not self._watch.step(0, 0):
                return
            counts = counted(self._source, ask, self._rules, self._watch, self._limits)
            if turn == 0:
                self.repeated = counts.pop(0).verdict.surplus_rows
            rows = self._take(counts, evidence)
            self._waiting = [one for one in self._waiting if one not in {*self._confirmed, *self._disproved}]
            if self.repeated:
                return
            fetch(self._source, rows, self._encoder, self._watch)
        self._search()

    def _search(self) -> Evidence:
        codes = self._encoder.codes(complete=False)
        evidence, self._found = Evidence(codes, self._profile), search(codes, self._largest, self._watch.step)
        names = self._found.codes.names
        keys = [tuple(names[at] for at in key) for key in self._found.found.keys]
        new = [key for key in keys if key not in {*self._confirmed, *self._disproved}]
        self._waiting = [one.columns for one in best_first(self._guessed(new, evidence))]
        return evidence

    def _guessed(self, keys: Iterable[Names], evidence: Evidence) -> list[Candidate]:
        return [evidence.candidate(key, self.rows, 0) for key in keys]

    def _take(self, counts: Sequence[Count], evidence: Evidence) -> list[int]:
        """Notes what the counts say; returns the rows (from 0) that disprove something."""
        rows: list[int] = []
        for count in counts:
            judged = count.verdict
            if judged.is_key:
                self._confirmed[judged.columns] = evidence.candidate(judged.columns, self.rows, judged.rows_with_null)
                continue
            groups = tuple((first, row) for row, first in count.repeats)
            self._disproved[judged.columns] = evidence.near_of(
                judged.columns, self.rows, judged.surplus_rows, groups, with_null=judged.rows_with_null, without=None
            )
            rows += [number - 1 for pair in count.repeats for number in pair]
        return rows
