"""What an open database can do for a source, a sink and the SQL that is made for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column as the database's catalogue has it: ``declared`` in the database's words, ``type`` as it is read."""

    name: str
    declared: str
    type: pa.DataType


class Database(Protocol):
    """One open connection, used by one thread at a time. What fails is a DatabaseError that shows no value.

    Outside ``begin`` and ``commit`` every statement stands for itself.
    """

    dialect: Dialect

    @property
    def name(self) -> str:
        """What to call it in a log: no secret."""
        ...

    def tables(self) -> list[TableName]:
        """The tables and views that this connection may read, without the database's own, sorted."""
        ...

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        """A table's columns in their order; None if there is no such table. The name is taken exactly."""
        ...

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer. A parameter stands as ``?`` in ``sql``, whatever the driver wants."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Does something, and returns how many rows it was done to (-1 where the driver does not say)."""
        ...

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a SELECT as they come, in bounded memory. Nothing else may be done until they are read."""
        ...

    def append(self, table: TableName, rows: pa.RecordBatch) -> None:
        """Loads rows into an existing table the fastest way there is; columns go by name.

        Columns are of plain Arrow types that ``dialect.type_of`` has an answer for.
        """
        ...

    def begin(self) -> None:
        """Starts a transaction."""
        ...

    def commit(self) -> None:
        """Makes what was done since ``begin`` stand, all of it."""
        ...

    def rollback(self) -> None:
        """Takes back what was done since ``begin``; harmless without one."""
        ...

    def close(self) -> None:
        """Closes the connection; harmless when called twice. An open transaction is taken back."""
        ...


@runtime_checkable
class Labelled(Protocol):
    """A database whose history says of each statement whose it was."""

    def label(self, job: str = "", recipe: str = "") -> None:
        """Marks every later statement with the job and the recipe's fingerprint."""
        ...


@runtime_checkable
class Described(Protocol):
    """A database that has to look at the values of a query before it can say in which types they are read."""

    def describe(self, sql: str) -> pa.Schema:
        """The columns of a SELECT as they are read. May read all of its rows."""
        ...

    def deliver(self, sql: str, schema: pa.Schema) -> pa.RecordBatchReader:
        """As ``stream``, in the types that ``describe`` found: values that no longer fit them are a SourceError."""
        ...
