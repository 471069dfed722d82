"""The SQL of a load. It is made of quoted names alone: no value is ever a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import pyarrow as pa

from rowid.databases import Dialect, TableName
from rowid.sinks.columns import MARKER, Column


@dataclass(frozen=True, slots=True)
class Statements:
    """What is said to a database. In each statement ``t`` is the table that is written and ``s`` the staging table.

    Args:
        dialect: the words of the database.
        table: the table that is written.
        staging: the temporary table that holds the new rows.
        columns: the columns of the rows.
        id_column: the name of the one among them that holds the ID.
        form: the form of the IDs.
        marker: whether the table has a column ``MARKER`` that the rows have not.
    """

    dialect: Dialect
    table: TableName
    staging: TableName
    columns: Sequence[Column]
    id_column: str
    form: str
    marker: bool = False

    def marked(self) -> Self:
        """The same for the table once it has the marker."""
        return replace(self, marker=True)

    # --- tables

    def create_staging(self) -> str:
        """Makes the staging table, which is gone with the connection."""
        return f"CREATE TEMPORARY TABLE {self._s} ({self._declared})"

    def drop_staging(self) -> str:
        """Removes it."""
        return f"DROP TABLE {self._s}"

    def create(self) -> str:
        """Makes the table."""
        return f"CREATE TABLE {self._t} ({self._declared})"

    def drop(self) -> str:
        """Removes the table."""
        return f"DROP TABLE {self._t}"

    def add_marker(self) -> str:
        """Gives the table the marker."""
        kind = self.dialect.type_of(pa.timestamp("us", "UTC"))
        return f"ALTER TABLE {self._t} ADD COLUMN {self.dialect.quoted(MARKER)} {kind}"

    # --- rows

    def insert_all(self, *, with_id: bool) -> str:
        """All rows; ``with_id``: all that have an ID."""
        where = f" WHERE s.{self._id} IS NOT NULL" if with_id else ""
        return f"INSERT INTO {self._t} ({self._names}) SELECT {self._of_s} FROM {self._s} AS s{where}"

    def insert_new(self) -> str:
        """The rows whose ID the table has not."""
        return (
            f"INSERT INTO {self._t} ({self._names}) SELECT {self._of_s} FROM {self._s} AS s "
            f"LEFT JOIN {self._t} AS t ON t.{self._id} = s.{self._id} "
            f"WHERE t.{self._id} IS NULL AND s.{self._id} IS NOT NULL"
        )

    def update(self) -> str:
        """Rows of the table, from the ones with the same ID that differ."""
        values = {name: f"s.{self.dialect.quoted(name)}" for name in self._others}
        if self.marker:
            values[MARKER] = "NULL"
        match = f"t.{self._id} = s.{self._id}"
        return self.dialect.update(self.table, self.staging, values, match, self._differs)

    def delete_all(self) -> str:
        """Empties the table."""
        return f"DELETE FROM {self._t}"

    def delete_missing(self) -> str:
        """The rows whose ID no new row has."""
        return f"DELETE FROM {self._t} WHERE {self._id} IN (SELECT t.{self._id} {self._missing})"

    def mark_missing(self) -> str:
        """Marks the rows whose ID no new row has, unless they are."""
        marker = self.dialect.quoted(MARKER)
        return (
            f"UPDATE {self._t} SET {marker} = {self.dialect.now} "
            f"WHERE {marker} IS NULL AND {self._id} IN (SELECT t.{self._id} {self._missing})"
        )

    # --- questions

    def repeated(self) -> str:
        """How many IDs of the new rows repeat."""
        return (
            f"SELECT count(*) FROM (SELECT {self._id} FROM {self._s} WHERE {self._id} IS NOT NULL "
            f"GROUP BY {self._id} HAVING count(*) > 1) AS repeated"
        )

    def rows(self) -> str:
        """How many rows the table has."""
        return f"SELECT count(*) FROM {self._t}"

    def identified(self) -> str:
        """How many of them have an ID."""
        return f"SELECT count({self._id}) FROM {self._t}"

    def to_append(self) -> str:
        """Of the new rows with an ID: all, and those whose ID the table has."""
        return (
            f"SELECT count(*), count(t.{self._id}) FROM {self._s} AS s "
            f"LEFT JOIN {self._ids} AS t ON t.{self._id} = s.{self._id} WHERE s.{self._id} IS NOT NULL"
        )

    def to_merge(self) -> str:
        """Of pairs of a new row with an ID and the table's with the same one: all, those with both, and who differ."""
        return (
            f"SELECT count(*), count(t.{self._id}), {self._count_different} FROM {self._s} AS s "
            f"LEFT JOIN {self._t} AS t ON t.{self._id} = s.{self._id} WHERE s.{self._id} IS NOT NULL"
        )

    def to_miss(self) -> str:
        """The rows whose ID no new row has: all, and those that are not marked."""
        unmarked = (
            f"sum(CASE WHEN t.{self.dialect.quoted(MARKER)} IS NULL THEN 1 ELSE 0 END)" if self.marker else "count(*)"
        )
        return f"SELECT count(*), {unmarked} {self._missing}"

    def to_replace(self) -> str:
        """Of what replacing would change: rows that come, rows that go, and how many of these two share an ID.

        Rows count as often as they occur, and two nulls are alike.
        """
        n = "n"
        while any(column.name.lower().startswith(n) for column in self.columns):
            n += "_"
        ours = self._names + (", NULL" if self.marker else "")
        theirs = self._names + (f", {self.dialect.quoted(MARKER)}" if self.marker else "")
        both = f"SELECT {theirs}, -1 AS {n} FROM {self._t} UNION ALL SELECT {ours}, 1 FROM {self._s}"
        changes = f"SELECT {self._id}, sum({n}) AS {n}d FROM ({both}) AS c GROUP BY {theirs} HAVING sum({n}) <> 0"
        by_id = (
            f"SELECT sum(CASE WHEN {n}d > 0 THEN {n}d ELSE 0 END) AS come, "
            f"sum(CASE WHEN {n}d < 0 THEN -{n}d ELSE 0 END) AS go FROM ({changes}) AS d GROUP BY {self._id}"
        )
        return f"SELECT sum(come), sum(go), sum(CASE WHEN come < go THEN come ELSE go END) FROM ({by_id}) AS e"

    def held(self) -> str:
        """The rows of the table, and the fingerprint of its IDs."""
        return f"SELECT count(*), count({self._id}), {self._sums(self._id)} FROM {self._t}"

    def arrived(self) -> str:
        """The fingerprint of the new rows' IDs that the table holds."""
        return (
            f"SELECT count(*), {self._sums(f's.{self._id}')} FROM {self._s} AS s "
            f"JOIN {self._ids} AS t ON t.{self._id} = s.{self._id}"
        )

    def merged(self) -> str:
        """The fingerprint of the new rows' IDs that the table holds, and how many of its rows differ from them."""
        return (
            f"SELECT count(*), {self._sums(f's.{self._id}')}, {self._count_different} FROM {self._s} AS s "
            f"JOIN {self._t} AS t ON t.{self._id} = s.{self._id}"
        )

    # --- parts

    @property
    def _t(self) -> str:
        return self.dialect.table(self.table)

    @property
    def _s(self) -> str:
        return self.dialect.table(self.staging)

    @property
    def _id(self) -> str:
        return self.dialect.quoted(self.id_column)

    @property
    def _ids(self) -> str:
        return f"(SELECT DISTINCT {self._id} FROM {self._t})"

    @property
    def _declared(self) -> str:
        return ", ".join(f"{self.dialect.quoted(column.name)} {column.declared}" for column in self.columns)

    @property
    def _names(self) -> str:
        return ", ".join(self.dialect.quoted(column.name) for column in self.columns)

    @property
    def _of_s(self) -> str:
        return ", ".join(f"s.{self.dialect.quoted(column.name)}" for column in self.columns)

    @property
    def _others(self) -> list[str]:
        return [column.name for column in self.columns if column.name != self.id_column]

    @property
    def _missing(self) -> str:
        """The rows of the table that have an ID, but one that no new row has."""
        return (
            f"FROM {self._t} AS t LEFT JOIN {self._s} AS s ON s.{self._id} = t.{self._id} "
            f"WHERE s.{self._id} IS NULL AND t.{self._id} IS NOT NULL"
        )

    @property
    def _differs(self) -> str:
        """Whether the two rows of a pair have the same ID and another content; one that was gone and is back has."""
        names = map(self.dialect.quoted, self._others)
        parts = [self.dialect.differ(f"t.{name}", f"s.{name}") for name in names]
        return (
            " OR ".join([*parts, *([f"t.{self.dialect.quoted(MARKER)} IS NOT NULL"] if self.marker else [])]) or "1 = 0"
        )

    @property
    def _count_different(self) -> str:
        return f"sum(CASE WHEN t.{self._id} IS NOT NULL AND ({self._differs}) THEN 1 ELSE 0 END)"

    def _sums(self, column: str) -> str:
        return ", ".join(self.dialect.checksums(column, self.form))
