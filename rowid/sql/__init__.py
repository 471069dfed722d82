"""IDs inside a database: the statement that computes them, to the letter or not at all, and the proof that it does."""

from collections.abc import Mapping
from types import MappingProxyType

from rowid.sql.duckdb import DUCKDB
from rowid.sql.postgres import POSTGRES
from rowid.sql.proof import Certificate, prove
from rowid.sql.pushdown import push_down, sql_columns
from rowid.sql.schema import schema_file
from rowid.sql.snowflake import SNOWFLAKE
from rowid.sql.spark import SPARK
from rowid.sql.statement import SqlColumn, select, statement
from rowid.sql.words import Words

DIALECTS: Mapping[str, Words] = MappingProxyType({words.name: words for words in (DUCKDB, SNOWFLAKE, POSTGRES, SPARK)})
"""The dialects, by what a user calls them."""

ADAPTERS: Mapping[str, str] = MappingProxyType({"duckdb": "duckdb", "snowflake": "snowflake", "postgresql": "postgres"})
"""The dialect of what connects to a database (see ``rowid.databases.Address``)."""

__all__ = [
    "ADAPTERS",
    "DIALECTS",
    "Certificate",
    "SqlColumn",
    "Words",
    "prove",
    "push_down",
    "schema_file",
    "select",
    "sql_columns",
    "statement",
]
