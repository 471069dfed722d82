"""The table ``rowid_tables``: by which recipe the IDs of the tables beside it were made, and by which run."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from rowid.databases import Database, TableName
from rowid.errors import DataError
from rowid.recipe import SPEC, Recipe

NAME = "rowid_tables"
_COLUMNS = ("table_name", "recipe_fingerprint", "recipe", "spec", "id_column", "written_at", "run_id", "rows")


class Record:
    """What is known of one table's IDs, kept in the same transaction as its rows.

    A load changes it first: of two loads of one table at a time the second waits, or is refused by the database.
    """

    def __init__(self, database: Database, table: TableName) -> None:
        self._database, self._table = database, table
        self._name = table.beside(NAME)
        self._made = database.columns(self._name) is not None

    def create(self) -> list[str]:
        """What makes the table, where there is none."""
        if self._made:
            return []
        dialect = self._database.dialect
        text, number = dialect.type_of(pa.string()), dialect.type_of(pa.int64())
        kinds = {"written_at": dialect.type_of(pa.timestamp("us", "UTC")), "rows": number}
        columns = [f"{dialect.quoted(name)} {kinds.get(name, text)}" for name in _COLUMNS]
        columns[0] += " NOT NULL PRIMARY KEY"
        return [f"CREATE TABLE {dialect.table(self._name)} ({', '.join(columns)})"]

    def require(self, recipe: Recipe) -> None:
        """Raises DataError if the table's IDs were made by another recipe."""
        known = self._known()
        if known is None or known[0] == recipe.fingerprint:
            return
        told = _told(Recipe.from_text(known[1]), recipe)
        raise DataError(
            f"its IDs were made by another recipe ({told}): the same rows would get other IDs",
            where=str(self._table),
            hint="Use its recipe, which rowid_tables holds, write to another table, or replace all rows by force.",
        )

    def claim(self, recipe: Recipe, run_id: str) -> None:
        """Puts the run down as the one that writes; the table ``rowid_tables`` is there by now."""
        self._made = True
        if self._known() is None:
            values = (self._table.name, recipe.fingerprint, recipe.to_json(), SPEC, recipe.id_column, run_id, 0)
            self._database.execute(self._insert(), values)
        else:
            dialect = self._database.dialect
            sql = f"UPDATE {dialect.table(self._name)} SET {dialect.quoted('run_id')} = ? WHERE {self._this}"
            self._database.execute(sql, (run_id, self._table.name))

    def keep(self, recipe: Recipe, rows: int) -> None:
        """Puts down what the table holds now."""
        values = (recipe.fingerprint, recipe.to_json(), SPEC, recipe.id_column, rows, self._table.name)
        self._database.execute(self._update(), values)

    def sql(self) -> list[str]:
        """The statements in which a load puts itself down."""
        return [self._insert() if self._known() is None else self._update()]

    def _insert(self) -> str:
        dialect = self._database.dialect
        names = ", ".join(map(dialect.quoted, _COLUMNS))
        return f"INSERT INTO {dialect.table(self._name)} ({names}) VALUES (?, ?, ?, ?, ?, {dialect.now}, ?, ?)"

    def _update(self) -> str:
        dialect = self._database.dialect
        names = ("recipe_fingerprint", "recipe", "spec", "id_column", "rows")
        sets = ", ".join(
            [*(f"{dialect.quoted(name)} = ?" for name in names), f"{dialect.quoted('written_at')} = {dialect.now}"]
        )
        return f"UPDATE {dialect.table(self._name)} SET {sets} WHERE {self._this}"

    @property
    def _this(self) -> str:
        return f"{self._database.dialect.quoted('table_name')} = ?"

    def _known(self) -> Sequence[Any] | None:
        if not self._made:
            return None
        dialect = self._database.dialect
        names = ", ".join(map(dialect.quoted, ("recipe_fingerprint", "recipe")))
        sql = f"SELECT {names} FROM {dialect.table(self._name)} WHERE {self._this}"
        return next(iter(self._database.rows(sql, (self._table.name,))), None)


def _told(theirs: Recipe, ours: Recipe) -> str:
    """What differs, the table's first."""
    there, here = _deciding(theirs), _deciding(ours)
    return "; ".join(f"{name}: {there[name]}, and now {here[name]}" for name in here if there[name] != here[name])


def _deciding(recipe: Recipe) -> dict[str, str]:
    """What of a recipe an ID depends on, for a human."""
    plain = {"form": recipe.form, "duplicates": recipe.duplicates, "nulls": recipe.nulls, **recipe.to_dict()}
    plain = {"keyed": recipe.key_env is not None, "types": {}, "normalise": {}, "decimals": {}, **plain}
    left_out = ("spec", "id_column", "key_env")
    told = {name: ", ".join(map(str, value)) if name == "columns" else str(value) for name, value in plain.items()}
    return {name: value for name, value in told.items() if name not in left_out}
