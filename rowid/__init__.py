"""Stable, deterministic row IDs from the content of a row: the same from CSV, Parquet, a DataFrame or a database."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowid.api import generate_unique_row_ids, row_id
    from rowid.engine import HashingEngine
    from rowid.errors import RowIdError
    from rowid.model import AuditTrail, Progress
    from rowid.recipe import Recipe
    from rowid.selection import ColumnDecision, select_columns_for_hashing

__version__ = "0.1.0"

__all__ = [
    "AuditTrail",
    "ColumnDecision",
    "HashingEngine",
    "Progress",
    "Recipe",
    "RowIdError",
    "generate_unique_row_ids",
    "row_id",
    "select_columns_for_hashing",
]

_HOMES = {
    "AuditTrail": "model",
    "ColumnDecision": "selection",
    "HashingEngine": "engine",
    "Progress": "model",
    "Recipe": "recipe",
    "RowIdError": "errors",
    "generate_unique_row_ids": "api",
    "row_id": "api",
    "select_columns_for_hashing": "selection",
}


def __getattr__(name: str) -> Any:  # PEP 562: what is not asked for is not imported, and `import rowid` is instant
    if name not in _HOMES:
        raise AttributeError(f"module 'rowid' has no attribute {name!r}")
    return getattr(import_module(f"rowid.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
