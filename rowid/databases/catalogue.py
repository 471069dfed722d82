"""What a database's catalogue says of a table that somebody named."""

from difflib import get_close_matches

from rowid.databases.address import Address
from rowid.databases.names import TableName
from rowid.databases.protocol import CatalogColumn, Database
from rowid.errors import SourceError, UsageError


def table_of(address: Address) -> TableName:
    """The table that ``address`` names.

    Raises:
        UsageError: it names none.
    """
    if address.table is None:
        raise UsageError("it names no table", where=address.shown, hint="Put ?table=name behind it.")
    return address.table


def columns_of(database: Database, address: Address) -> tuple[CatalogColumn, ...]:
    """The columns of the table that ``address`` names.

    Raises:
        UsageError: it names none.
        SourceError: there is no such table.
    """
    table = table_of(address)
    columns = database.columns(table)
    if columns is None:
        close = get_close_matches(str(table), map(str, database.tables()), n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else "Check its name; it is taken exactly as written."
        raise SourceError(f"there is no table {table}", where=address.shown, hint=hint)
    return columns
