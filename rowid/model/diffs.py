"""What changed between two states of a table, row by row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A column's value before and after, as canonical text; None for a null, and where there was no row."""

    column: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """What became of an ID: ``status`` is new, gone, changed or unclear.

    ``rows`` is how many rows had it before and have it after. ``key`` holds the texts of the key columns, ``values``
    what changed, or all compared values of a row that is new or gone; none where it is unclear. It holds values of
    the table: for the eyes of who may see the data, never for a log.
    """

    status: str
    id: str | None
    rows: tuple[int, int]
    key: tuple[str | None, ...]
    values: tuple[ValueChange, ...] = ()


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What changed from one table to another.

    Pairs are before and after. A row is ``changed`` if its ID is on both sides with another content, ``unchanged`` if
    it is on both with the same. ``repeated`` counts rows whose ID is not unique on their side. Where they are not the
    same rows, each as often, on both sides, nobody can say which became which, and they are ``unclear``, and so is a
    single row whose ID repeats on the other side. ``differences`` counts the IDs that are not the same on both sides.
    ``compared`` are the columns that make the content, ``columns_gone`` and ``columns_new`` those of one side alone.
    ``changed_columns`` says in how many changed rows each column differs, most first; ``left_out`` says what was not
    compared, and why. ``first`` are the first differences, as many as were asked for.
    """

    names: tuple[str, str]
    rows: tuple[int, int]
    new: int
    gone: int
    changed: int
    unchanged: int
    unclear: tuple[int, int]
    differences: int
    repeated: tuple[int, int]
    key: tuple[str, ...]
    compared: tuple[str, ...]
    columns_gone: tuple[str, ...]
    columns_new: tuple[str, ...]
    left_out: tuple[str, ...]
    recipe_fingerprint: str
    changed_columns: Mapping[str, int] = field(default_factory=dict)
    first: tuple[RowChange, ...] = field(default=(), repr=False)

    @property
    def identical(self) -> bool:
        """True if both sides have the same columns, and the same rows in whatever order."""
        rows = self.new or self.gone or self.changed or any(self.unclear)
        return not (rows or self.columns_gone or self.columns_new)

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain types, ready for JSON; no values of the table."""
        plain = asdict(self)
        del plain["first"]
        return {"identical": self.identical, **plain}
