"""The databases that rows are loaded into in these tests, each with what it takes to look into it from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest

from rowid import bootstrap, pipeline
from rowid.databases import Address, Database, Dialect, TableName
from rowid.model import Loading, ReadOptions, Receipt
from rowid.recipe import Recipe
from tests.doubles import Table


@dataclass(frozen=True)
class Place:
    """A database that is empty at first. ``base`` is its URI without a table.

    What the tests say to it is standard SQL, every name in double quotes: each of the databases understands that.
    """

    base: str

    def uri(self, table: str = "t") -> str:
        """The URI of a table, of which this is the exact name."""
        if self.base.startswith("snowflake:"):
            return f"{self.base}/{quote(table, safe='')}"
        return f"{self.base}?table={quote(str(TableName(table)), safe='')}"

    def query(self, sql: str) -> str:
        """The URI of a query."""
        return f"{self.base}?query={quote(sql)}"

    def connect(self) -> Database:
        return bootstrap.connect(Address.parse(self.base))

    def rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """What a query gives, by a connection of its own."""
        database = self.connect()
        try:
            return database.rows(sql, parameters)
        finally:
            database.close()

    def execute(self, *statements: str) -> None:
        database = self.connect()
        try:
            for sql in statements:
                database.execute(sql)
        finally:
            database.close()

    def tables(self) -> list[str]:
        database = self.connect()
        try:
            return sorted(table.name for table in database.tables())
        finally:
            database.close()

    @property
    def dialect(self) -> Dialect:
        database = self.connect()
        database.close()
        return database.dialect

    def declared(self, type_: pa.DataType) -> str:
        """The database's word for a type."""
        return self.dialect.type_of(type_)

    def load(
        self, rows: pa.Table | str, write: str | None = None, *, missing: str = "report", dry_run: bool = False,
        force: bool = False, table: str = "t", chunk: int | None = None, **recipe: Any,
    ) -> Receipt:  # fmt: skip
        """Loads a table, or what a URI names, by a recipe of the column ``k`` unless it says otherwise."""
        sink = bootstrap.open_sink(self.uri(table), force=force, loading=Loading(write, missing, dry_run))
        try:
            source = bootstrap.open_source(rows, ReadOptions()) if isinstance(rows, str) else Table(rows, chunk=chunk)
            replace = recipe.pop("replace", False)
            made = Recipe(recipe.pop("columns", ["k"]), **recipe)
            receipt = pipeline.run(source, made, sink, replace=replace).receipt
        finally:
            sink.close()
        assert receipt is not None
        return receipt


def _file(name: str) -> Callable[[pytest.FixtureRequest, Path], Place]:
    return lambda _, folder: Place(f"{name}:///{folder / f'place.{name}'}")


DATABASES: dict[str, Callable[[pytest.FixtureRequest, Path], Place]] = {
    "duckdb": _file("duckdb"),
    "sqlite": _file("sqlite"),
    "postgresql": lambda request, _: Place(request.getfixturevalue("postgres")),
    "snowflake": lambda request, _: Place(request.getfixturevalue("snowflake").uri),
}
"""Each finds an empty place: a file in a folder, or what a fixture makes on its server."""
