"""What a quality report is made of: frozen, and plain enough for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from rowid.model import Choice


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the table as text, null as None: for the eyes of who may see the data, never for a log."""

    numbers: tuple[int, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``answer`` is ``KEY``, ``KEY IF``, ``NOT A KEY`` or ``CANNOT TELL``; ``condition`` follows a ``KEY IF``."""

    answer: str
    condition: str
    reason: str

    def __str__(self) -> str:
        return f"{self.answer} {self.condition}".rstrip()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verdict rests on. ``exact``: all rows were read; ``stopped``: someone ended it before it was done."""

    exact: bool
    rows_read: int
    elapsed_s: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The counts under one reading of null.

    ``null``: ``equal`` (a null equals a null, as rowid has it), ``unknown`` (a row with a null equals no other, as
    SQL's UNIQUE has it) or ``refused`` (no row may have one, as a primary key has it; such rows are not counted).
    """

    null: str
    rows: int
    distinct: int
    duplicate_groups: int
    surplus_rows: int
    largest_group: int
    refused_rows: int

    @property
    def unique(self) -> bool:
        """True if no row is surplus or refused."""
        return not self.surplus_rows and not self.refused_rows


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column of the key. ``blanks`` are values that are empty or white space; ``type`` is the source's."""

    name: str
    type: str
    nulls: int
    blanks: int


@dataclass(frozen=True, slots=True)
class Group:
    """One group of rows with the same key: its size, the columns in which its rows differ, the first of its rows."""

    size: int
    differing: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why rows repeat, counted over ``groups`` of ``groups_in_all`` groups.

    ``true_duplicates``: nothing differs; ``double_loads``: only a load time or a file's name does; ``too_small``: other
    columns do. ``splits`` counts by column the groups in which it differs, most first.
    """

    groups: int
    groups_in_all: int
    true_duplicates: int
    double_loads: int
    too_small: int
    splits: Mapping[str, int]
    load_columns: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """Why an ID may change though the row is the same: a key column, what it looks like, the reason, what to do."""

    column: str
    kind: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Variant:
    """What another spelling of a column's values would do to the key.

    ``groups`` keys of different rows would become one each (``effect`` is ``merge``), or groups of equal rows would
    come apart (``split``); ``keys`` is by how many the number of distinct keys changes. Counted over ``rows`` rows.
    ``switch`` is the change of the recipe that would do it; empty where there is none, and then ``remark`` says so.
    ``examples`` are rows that would meet, or part, two of each of some groups.
    """

    name: str
    column: str
    effect: str
    changed_rows: int
    groups: int
    keys: int
    rows: int
    switch: str
    remark: str
    examples: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Variants:
    """The variants that do something, the names of those that do nothing, and a note where time ran out."""

    found: tuple[Variant, ...]
    without_effect: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Collisions:
    """Rows that differ and share a digest (none), how that was checked, and the chance of it by the birthday bound."""

    collisions: int
    compared_rows: int
    how: str
    form: str
    bits: int
    bound: float
    bounds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Guess:
    """How guessable a key column is. ``bits`` is log2 of ``distinct``, which is an estimate unless ``exact``.

    ``domain`` is how many such values there are at all, None where nobody knows; ``known_as`` says what they are.
    """

    column: str
    personal: str
    distinct: int
    exact: bool
    bits: float
    domain: int | None
    known_as: str


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A dictionary attack on some of the table's own IDs.

    Of ``ids`` IDs, a plain hash gave away ``found`` after ``tried`` guesses in ``seconds``; a keyed one gave away
    ``found_keyed``. ``dictionary`` says what was tried; ``rows`` are what was found, by row number.
    """

    ids: int
    found: int
    found_keyed: int
    tried: int
    seconds: float
    dictionary: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Personal:
    """Personal data in the key. ``bits`` is log2 of the distinct keys; ``keyed``: the recipe names a secret."""

    columns: tuple[Guess, ...]
    bits: float
    keyed: bool
    demonstration: Demonstration | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The IDs of now against those of an earlier run: distinct IDs in both, only now, only then."""

    against: str
    kept: int
    new: int
    gone: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Whether columns are the key of a table, and what to know before their IDs are used.

    What was not looked at, because the work was stopped or there was nothing to look at, is None. Holds rows of the
    table: for the eyes of who may see the data.
    """

    source: str
    made_at: str
    columns: tuple[str, ...]
    recipe: Mapping[str, Any]
    recipe_fingerprint: str
    verdict: Verdict
    evidence: Evidence
    readings: tuple[Reading, ...]
    key_columns: tuple[KeyColumn, ...]
    choice: Choice | None = None
    diagnosis: Diagnosis | None = None
    groups: tuple[Group, ...] = ()
    risks: tuple[Risk, ...] | None = None
    variants: Variants | None = None
    collisions: Collisions | None = None
    personal: Personal | None = None
    comparison: Comparison | None = None

    @property
    def rows(self) -> int:
        """Rows that were read."""
        return self.evidence.rows_read

    def to_dict(self) -> dict[str, Any]:
        """The report as plain types, ready for JSON; ``verdict`` as one text."""
        given: dict[str, Any] = plain(self)
        said = {"verdict": str(self.verdict), "condition": self.verdict.condition, "reason": self.verdict.reason}
        return {**given, **said}


def plain(value: Any) -> Any:
    """A noun of the report as mappings, lists and single values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(one) for one in value]
    return value
