"""The SQL that finds what changed between two tables of one database, by their ID columns."""

from collections.abc import Sequence

from rowid.databases.dialect import Dialect
from rowid.databases.names import TableName


def difference_sql(
    dialect: Dialect, before: TableName, after: TableName, id_column: str, compared: Sequence[str]
) -> str:
    """A SELECT with a row for each ID that is new, gone, changed or unclear (not unique on a side).

    Its columns: the ID, ``status``, ``rows_before`` and ``rows_after`` (how many rows have the ID), and ``changed``:
    the names of the ``compared`` columns that differ, a comma behind each. There is no row for the others. Values are
    compared as the database compares them. Rows without an ID are unclear.
    """
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
