"""What a search for keys found, and how good a choice of columns is."""

from dataclasses import dataclass

from rowid.model.verdicts import KeyVerdict


@dataclass(frozen=True, slots=True)
class Candidate:
    """Columns that identify the rows, none of which can go: a candidate key.

    ``exact`` is True where all rows were read. ``score`` runs from 0 to 1, more is better; ``reasons`` say in words
    what speaks for and against it. ``rows_with_null`` counts the rows with a null in one of the columns: with any, it
    is a key only where a null counts as a value. ``risks`` are the looks of its columns that no safe key has;
    ``by_chance`` says that so few rows would be unique in these columns by chance too.
    """

    columns: tuple[str, ...]
    distinct: int
    exact: bool
    score: float
    reasons: tuple[str, ...]
    rows_with_null: int = 0
    risks: tuple[str, ...] = ()
    by_chance: bool = False

    @property
    def is_safe(self) -> bool:
        """Whether it is a key under no condition."""
        return not (self.risks or self.rows_with_null or self.by_chance)


@dataclass(frozen=True, slots=True)
class NearKey:
    """Columns that are ``surplus_rows`` short of a key; ``groups`` has the numbers (from 1) of some equal rows.

    ``surplus_without_null`` are those that are left where a null is unknown and equals nothing, as in SQL's UNIQUE;
    None where that was not counted.
    """

    columns: tuple[str, ...]
    distinct: int
    surplus_rows: int
    groups: tuple[tuple[int, ...], ...]
    reasons: tuple[str, ...]
    rows_with_null: int = 0
    surplus_without_null: int | None = None


@dataclass(frozen=True, slots=True)
class KeySearch:
    """What a search found: candidates, best first, and what it did not look at.

    ``verdict`` is ``KEY`` (there is a candidate that is safe), ``KEY IF ...`` (only on the condition that follows),
    ``NO SAFE KEY`` or ``CANNOT TELL``; ``reasons`` say why. ``repeated_rows`` equal an earlier row in every column.
    """

    verdict: str
    rows: int
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    near: tuple[NearKey, ...]
    not_searched: tuple[str, ...]
    elapsed_s: float
    repeated_rows: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of columns, judged: what could go, and what would help.

    ``droppable`` are members without any one of which the rest identifies as many rows; ``smaller`` are the minimal
    keys within the choice; ``completed_by`` are columns any one of which makes it a key, and
    ``best_addition`` the one that leaves the fewest surplus rows, with that number, where none does.
    ``not_searched`` says what was left out.
    """

    verdict: KeyVerdict
    droppable: tuple[str, ...]
    smaller: tuple[tuple[str, ...], ...]
    completed_by: tuple[str, ...]
    best_addition: tuple[str, int] | None = None
    not_searched: tuple[str, ...] = ()
