"""What differs between the SQL of two databases: how names are quoted, types called, and a few expressions."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import pyarrow as pa

from rowid.databases.names import TableName
from rowid.errors import ColumnError, UsageError
from rowid.model import Caveat


class Compatibility:
    """What a database makes of the rows of a table. Here: nothing is to be said of what ``type_of`` has a type for."""

    def add(self, rows: pa.RecordBatch) -> None:
        """Looks at the values of the next rows."""

    def caveats(self) -> Sequence[Caveat]:
        """What is known so far."""
        return ()


class Dialect:
    """Standard SQL; a database that has other words for something overrides it."""

    name: ClassVar[str] = "sql"
    transactional_ddl: ClassVar[bool] = True
    """Whether CREATE, ALTER and DROP belong to a transaction and can be taken back with it."""
    longest_name: ClassVar[int | None] = None
    """The most bytes of an identifier, where there is a limit."""

    folds_case: ClassVar[bool] = False
    """Whether two columns of a table may not differ in the case of ASCII letters alone, even in quotes."""
    now: ClassVar[str] = "CURRENT_TIMESTAMP"
    """The present moment, in the type of a timestamp with time zone."""

    def quoted(self, identifier: str) -> str:
        """An identifier as it is, in quotes: whatever it holds, it is a name and nothing else.

        Raises:
            UsageError: no identifier can be like that.
        """
        size = len(identifier.encode("utf-8", "surrogatepass"))
        if not identifier or "\0" in identifier or (self.longest_name and size > self.longest_name):
            limit = f" of at most {self.longest_name} bytes" if self.longest_name else ""
            raise UsageError(
                f"it cannot be a name in {self.name}",
                where=repr(identifier[:80]),
                hint=f"A name has one character at least{limit}, and no NUL.",
            )
        return self.quote(identifier)

    def quote(self, identifier: str) -> str:
        """The identifier in this database's quotes."""
        return '"' + identifier.replace('"', '""') + '"'

    def literal(self, text: str) -> str:
        """A text as a literal."""
        return "'" + text.replace("'", "''") + "'"

    def table(self, table: TableName) -> str:
        """A table's name, each part in quotes."""
        return ".".join(map(self.quoted, table.parts))

    def type_of(self, type_: pa.DataType) -> str:
        """The column type in which values of an Arrow type are kept without loss.

        Raises:
            ColumnError: there is none.
        """
        raise ColumnError(
            f"{self.name} has no column type for {type_}",
            hint="Leave the column out, or turn it into text first.",
        )

    def compatibility(self, schema: pa.Schema, *, texts: bool) -> Compatibility:
        """What the database makes of rows of these columns; ``texts``: also what only a look at each text can tell."""
        return Compatibility()

    def differ(self, left: str, right: str) -> str:
        """Whether two expressions differ, where two nulls are alike."""
        return f"{left} IS DISTINCT FROM {right}"

    def update(self, table: TableName, source: TableName, values: Mapping[str, str], match: str, where: str) -> str:
        """An UPDATE of ``table`` (``t``) from the rows of ``source`` (``s``) that ``match``, one at most for each.

        ``values`` gives a column (a name) its expression. Only the rows for which ``where`` holds are touched.
        """
        sets = ", ".join(f"{self.quoted(name)} = {value}" for name, value in values.items())
        return (
            f"UPDATE {self.table(table)} AS t SET {sets} FROM {self.table(source)} AS s "  # noqa: S608  quoted names
            f"WHERE {match} AND ({where})"
        )

    def lock(self, table: TableName) -> str:
        """What keeps others from writing to a table until the transaction ends; nothing where that needs no word."""
        return ""

    def checksums(self, column: str, form: str) -> tuple[str, str]:
        """Two aggregates over a column of IDs (an expression) of a form: exact integers; null where there is no ID.

        Together with the count they tell whether two tables hold the same IDs, in whatever order: the sums of the
        numbers in the first and in the last 15 hexadecimal digits of each ID (hyphens removed); for ``int64`` the sums
        of the IDs and of their remainders by 1,000,000,007 (the remainder has the ID's sign).
        """
        raise NotImplementedError(form)
