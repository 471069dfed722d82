"""Databases that tables lie in: how one is named, what an open one can do, and what its SQL looks like."""

from rowid.databases.address import SCHEMES, Address
from rowid.databases.catalogue import columns_of, table_of
from rowid.databases.connections import Connection, read_connections, snowflake_files
from rowid.databases.dialect import Compatibility, Dialect
from rowid.databases.difference import difference_sql
from rowid.databases.health import answer_ms
from rowid.databases.interruptible import commit
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn, Database, Described, Labelled

__all__ = [
    "SCHEMES",
    "Address",
    "CatalogColumn",
    "Compatibility",
    "Connection",
    "Database",
    "Described",
    "Dialect",
    "Labelled",
    "TableName",
    "answer_ms",
    "columns_of",
    "commit",
    "difference_sql",
    "read_connections",
    "snowflake_files",
    "table_of",
]
