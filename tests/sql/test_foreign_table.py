"""A push-down that fails leaves alone a table that somebody else made in the meantime."""

from typing import Any

import pytest

from rowid.databases import Address, CatalogColumn, TableName
from rowid.databases.snowflake import SnowflakeDialect
from rowid.errors import DatabaseError
from rowid.recipe import Recipe
from rowid.sql import DIALECTS
from rowid.sql.pushdown import push_down


class Contested:
    """A database without transactions for tables, where another one is quicker to make the table."""

    dialect = SnowflakeDialect()

    def __init__(self) -> None:
        self.said: list[str] = []

    def columns(self, table: TableName) -> tuple[CatalogColumn, ...] | None:
        import pyarrow as pa

        there = table.name == "T" or any("CREATE TABLE" in sql for sql in self.said)
        return (CatalogColumn("a", "TEXT", pa.string()),) if there else None

    def execute(self, sql: str, parameters: Any = ()) -> int:
        self.said.append(sql)
        if "CREATE TABLE" in sql:
            raise DatabaseError("the table exists", kind="statement")
        return 0

    def begin(self) -> None: ...

    def rollback(self) -> None: ...


def test_a_table_that_another_made_is_not_dropped() -> None:
    database: Any = Contested()
    source, target = (Address.parse(f"snowflake://x/D/S/{name}") for name in ("T", "MADE"))
    with pytest.raises(DatabaseError, match="the table exists"):
        push_down(database, DIALECTS["snowflake"], source, target, Recipe(["a"]), run_id="1")
    assert not [sql for sql in database.said if "DROP" in sql]
