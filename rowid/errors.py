"""Every error that rowid raises, one class per way a caller would react.

    RowIdError                   anything below
    ├── DataError                the data was refused                       (exit code 1)
    │   ├── CanonicalError       a value has no canonical text
    │   ├── ColumnError          a column is missing, named twice, of a nested type, or in the way
    │   ├── NullKeyError         ``nulls: reject`` met a null
    │   └── DuplicateRowError    ``duplicates: reject`` met the same row twice
    ├── UsageError               the request makes no sense                 (exit code 2)
    │   ├── RecipeError          a recipe that cannot be valid for any data
    │   └── SecretError          the HMAC secret is missing or unreadable
    ├── SourceError              the input cannot be read                   (exit code 3)
    ├── SinkError                the output cannot be written               (exit code 4)
    ├── ScratchError             temporary space is full or out of reach    (exit code 4)
    ├── DatabaseError            a database refused, or is out of reach     (exit code 5)
    └── Cancelled                someone asked the run to stop              (exit code 130)

A message never contains a row's value: it may end in a log. It names the column and the rows (counted from 1, the
header not counted). A face that shows its user their own data can take the values from ``CanonicalError.examples``.
"""

from collections.abc import Sequence
from typing import ClassVar


class RowIdError(Exception):
    """Base of all errors of rowid: ``what`` is wrong, ``where``, and what to do about it (``hint``)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(what, where, hint)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        head = head if head.endswith((".", "?", "!")) else head + "."
        return f"{head} {self.hint}".rstrip()


class DataError(RowIdError):
    """The data was refused; nothing was written."""

    exit_code = 1


class CanonicalError(DataError):
    """Values of a column have no canonical text, for a ``reason``; ``rows`` are the first of ``count``.

    ``examples`` pairs some of the rows with their values: for the eyes of who may see the data, never for a log.
    """

    def __init__(
        self,
        column: str,
        reason: str,
        *,
        count: int = 1,
        rows: Sequence[int] = (),
        examples: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.column, self.reason, self.count = column, reason, count
        self.rows, self.examples = tuple(rows), tuple(examples)
        listed = ", ".join(f"{row:,}" for row in rows) + (", ..." if count > len(rows) else "")
        at = f" (row{'s' if count > 1 else ''} {listed})" if rows else ""
        super().__init__(
            f"{count:,} values are {reason}{at}" if count > 1 else f"1 value is {reason}{at}",
            where=f"column {column!r}",
            hint="Mend the values, declare another type for the column, or leave it out of the key columns.",
        )


class ColumnError(DataError):
    """A column is missing, named twice, of a type without canonical text, or stands where the ID is to go."""


class NullKeyError(DataError):
    """A key column holds a null and the recipe says ``nulls: reject``."""


class DuplicateRowError(DataError):
    """Two rows have the same message and the recipe says ``duplicates: reject``."""


class UsageError(RowIdError):
    """The request makes no sense, whatever the data."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe that cannot be valid for any data."""


class SecretError(UsageError):
    """The HMAC secret is missing or cannot be decoded."""


class SourceError(RowIdError):
    """The input cannot be read."""

    exit_code = 3


class SinkError(RowIdError):
    """The output cannot be written; what was there before is untouched."""

    exit_code = 4


class ScratchError(RowIdError):
    """Temporary space is full or cannot be used; no output was written."""

    exit_code = 4


class DatabaseError(RowIdError):
    """A database refused something or cannot be reached; what it held before is untouched.

    ``kind`` says how to react: ``authentication``, ``permission``, ``missing`` (no such object), ``suspended`` (its
    warehouse does not run), ``network``, ``busy`` (locked by someone else), ``full`` or ``statement``. The text is
    ours: a database's own message may quote a value, so it is in ``detail``, for the eyes of who may see the data and
    never for a log.
    """

    exit_code = 5

    def __init__(self, what: str, *, kind: str, where: str = "", hint: str = "", detail: str = "") -> None:
        self.kind, self.detail = kind, detail
        super().__init__(what, where=where, hint=hint)


class Cancelled(RowIdError):
    """The run was asked to stop; nothing was written, unless it says otherwise."""

    exit_code = 130


def in_place(where: str) -> Cancelled:
    """What someone is told who asks a run to stop when its rows are in place."""
    return Cancelled("interrupted; the output was in place already", where=where)


def incomplete(where: str, rows: int) -> Cancelled:
    """What someone is told who asks a run to stop when ``rows`` of its rows, if not more, cannot be taken back."""
    return Cancelled(f"interrupted; the output is incomplete (rows: {rows:,} or more)", where=where)
