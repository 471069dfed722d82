"""The columns of a table that is out of reach, from a file: names and their types in the database's own words."""

from pathlib import Path
from typing import Any

from rowid.errors import UsageError
from rowid.sql.statement import SqlColumn

_HINT = "It maps each column's name to its SQL type, such as `id: BIGINT`, in the table's order."


def schema_file(path: Path) -> tuple[SqlColumn, ...]:
    """Reads a YAML or JSON file of names and types.

    Raises:
        UsageError: it cannot be read, or holds something else.
    """
    import yaml

    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("no such file", where=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"it cannot be read ({type(error).__name__})", where=str(path)) from None
    except yaml.YAMLError:
        raise UsageError("neither YAML nor JSON", where=str(path), hint=_HINT) from None
    if not isinstance(found, dict) or not found or not all(isinstance(x, str) for x in (*found, *found.values())):
        raise UsageError("it is no schema", where=str(path), hint=_HINT)
    return tuple(SqlColumn(name, declared) for name, declared in found.items())
