"""What tests of databases share: a table's URI, rows put into it and taken out again, names that are hard to take."""

from collections.abc import Sequence
from urllib.parse import quote

import pyarrow as pa

from rowid import bootstrap
from rowid.databases import Address, Database, TableName

HOSTILE = (
    '"; DROP TABLE bystander; --',
    "'; DROP TABLE bystander; --",
    'we"ird""',
    "a.b",
    "100%s ?$1:x",
    "Größe 表 🦆",
    "select",
    " a\tb\n",
    "x" * 63,
    "é" * 31,
)
"""Names of tables and columns; none is longer than PostgreSQL's 63 bytes."""


def uri(database: str, table: str | TableName) -> str:
    """The URI of a table in a database."""
    name = TableName(table) if isinstance(table, str) else table
    return f"{database}?table={quote(str(name), safe='')}"


def query(database: str, sql: str) -> str:
    """The URI of a query."""
    return f"{database}?query={quote(sql, safe='')}"


def read(one: str) -> pa.Table:
    """All rows of a table or a query."""
    with bootstrap.open_source(one).open() as rows:
        return rows.read_all()


def connect(database: str, *, read_only: bool = False) -> Database:
    """An open database."""
    return bootstrap.connect(Address.parse(database), read_only=read_only)


def create(database: Database, table: str, rows: pa.Table, declared: Sequence[str] = ()) -> None:
    """Makes a table of what the dialect has for the rows' types (or of ``declared`` ones), and loads it."""
    kinds = declared or [database.dialect.type_of(field.type) for field in rows.schema]
    columns = ", ".join(
        f"{database.dialect.quoted(name)} {kind}" for name, kind in zip(rows.column_names, kinds, strict=True)
    )
    database.execute(f"CREATE TABLE {database.dialect.table(TableName(table))} ({columns})")
    database.begin()
    for batch in rows.to_batches(max_chunksize=50_000):
        database.append(TableName(table), batch)
    database.commit()
