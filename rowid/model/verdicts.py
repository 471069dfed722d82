"""What was found about a key and its IDs."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """Whether columns identify the rows of a table, counted exactly over all of them (a null equals a null)."""

    columns: tuple[str, ...]
    rows: int
    distinct: int
    duplicate_groups: int
    largest_group: int
    rows_with_null: int

    @property
    def surplus_rows(self) -> int:
        """Rows that would have to go for the columns to be a key."""
        return self.rows - self.distinct

    @property
    def is_key(self) -> bool:
        """True if no two rows agree in all the columns."""
        return self.distinct == self.rows


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Equal rows: how many, the numbers (from 1) of the first of them, and the columns in which the group differs.

    ``sample`` holds those first rows, whole. It is the one noun with row values in it: for the eyes of who may see
    the data, never for a log. ``collisions`` counts rows whose message is not that of the first one, although their
    SHA-256 is: the messages of all rows of the group were compared.
    """

    size: int
    rows: tuple[int, ...]
    differing: tuple[str, ...]
    sample: pa.Table
    collisions: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether rows with equal digests are equal rows.

    The messages of all ``repeated`` rows, whose digest an earlier row has, were compared with that row's.
    ``collisions`` of them differ; ``first_rows`` are the numbers (from 1) of the first of these.
    """

    rows: int
    repeated: int
    collisions: int
    first_rows: tuple[int, ...]
    passes: int

    @property
    def ok(self) -> bool:
        """True if no two different messages have the same digest."""
        return self.collisions == 0


@dataclass(frozen=True, slots=True)
class Verification:
    """IDs recomputed and compared: ``mismatched`` rows in all, and the numbers (from 1) of the first of them."""

    rows: int
    mismatched: int
    first_rows: tuple[int, ...]
    recipe_fingerprint: str

    @property
    def ok(self) -> bool:
        """True if every ID is the one its row has."""
        return self.mismatched == 0
