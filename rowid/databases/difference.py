"""The SQL that finds what changed between two tables of one database, by their ID columns."""

from collections.abc import Sequence

from rowid.databases.address import Address
from rowid.databases.catalogue import columns_of, table_of
from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName
from rowid.databases.protocol import Database
from rowid.engine import require_columns


def difference_sql(
    database: Database, before: Address, after: Address, id_column: str, exclude: Sequence[str] = ()
) -> str:
    """A SELECT with a row for each ID that is new, gone, changed or unclear (not unique on a side) in two tables.

    Its columns: the ID, ``status``, ``rows_before`` and ``rows_after`` (how many rows have the ID), and ``changed``:
    the names of the columns that differ, a comma behind each. Compared are those that both tables have, but for the
    ID's and those in ``exclude``. There is no row for the others. Values are compared as the database compares them.
    Rows without an ID are unclear.

    Raises:
        SourceError: there is no such table.
        ColumnError: a table has no such ID column, or none of them an excluded one.
    """
    sides = [[column.name for column in columns_of(database, side)] for side in (before, after)]
    for names in sides:
        require_columns(names, [id_column])
    require_columns(list(dict.fromkeys([*sides[0], *sides[1]])), exclude)
    compared = [name for name in sides[0] if name in sides[1] and name not in {id_column, *exclude}]
    return _select(database.dialect, table_of(before), table_of(after), id_column, compared)


def _select(dialect: Dialect, before: TableName, after: TableName, id_column: str, compared: Sequence[str]) -> str:
    quoted = dialect.quoted
    key = quoted(id_column)
    status, earlier, later, changed = (
        quoted(name if name != id_column else f"{name}_") for name in ("status", "rows_before", "rows_after", "changed")
    )
    differ = [dialect.differ(f"b.{quoted(name)}", f"a.{quoted(name)}") for name in compared]
    names = [
        f"CASE WHEN {one} THEN {dialect.literal(f'{name},')} ELSE '' END"
        for name, one in zip(compared, differ, strict=True)
    ]
    single = f"i.{earlier} = 1 AND i.{later} = 1"
    columns = " ||\n  ".join(names or ["''"])
    differs = "".join(f"\n  OR ({single} AND {one})" for one in differ)
    # every name is in the dialect's quotes
    return f"""WITH i AS (
  SELECT {key}, sum(u.{earlier}) AS {earlier}, sum(u.{later}) AS {later} FROM (
    SELECT {key}, 1 AS {earlier}, 0 AS {later} FROM {dialect.table(before)}
    UNION ALL SELECT {key}, 0 AS {earlier}, 1 AS {later} FROM {dialect.table(after)}
  ) AS u GROUP BY {key}
)
SELECT i.{key},
  CASE WHEN i.{earlier} > 1 OR i.{later} > 1 OR i.{key} IS NULL THEN 'unclear'
    WHEN i.{earlier} = 0 THEN 'new' WHEN i.{later} = 0 THEN 'gone' ELSE 'changed' END AS {status},
  i.{earlier}, i.{later},
  {columns} AS {changed}
FROM i
LEFT JOIN {dialect.table(before)} AS b ON b.{key} = i.{key} AND {single}
LEFT JOIN {dialect.table(after)} AS a ON a.{key} = i.{key} AND {single}
WHERE NOT ({single}) OR i.{key} IS NULL{differs}"""  # noqa: S608
