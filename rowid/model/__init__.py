"""The nouns that travel between stages and to the faces; frozen, and free of behaviour."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowid.model.diffs import RowChange, TableDiff, ValueChange
    from rowid.model.keys import Candidate, Choice, KeySearch, NearKey
    from rowid.model.loads import DISPOSITIONS, MISSING, Caveat, Loading
    from rowid.model.profiles import (
        SIGNS,
        ColumnDrift,
        ColumnProfile,
        Finding,
        Lengths,
        Pattern,
        ProfileComparison,
        Quality,
        Sign,
        TableProfile,
        ValueCount,
    )
    from rowid.model.runs import AuditTrail, Receipt, RunRecord, RunTotals
    from rowid.model.tables import ColumnInfo, Progress, ReadOptions, SourceInfo
    from rowid.model.verdicts import Confirmation, DuplicateGroup, KeyVerdict, Verification

__all__ = [
    "DISPOSITIONS",
    "MISSING",
    "SIGNS",
    "AuditTrail",
    "Candidate",
    "Caveat",
    "Choice",
    "ColumnDrift",
    "ColumnInfo",
    "ColumnProfile",
    "Confirmation",
    "DuplicateGroup",
    "Finding",
    "KeySearch",
    "KeyVerdict",
    "Lengths",
    "Loading",
    "NearKey",
    "Pattern",
    "ProfileComparison",
    "Progress",
    "Quality",
    "ReadOptions",
    "Receipt",
    "RowChange",
    "RunRecord",
    "RunTotals",
    "Sign",
    "SourceInfo",
    "TableDiff",
    "TableProfile",
    "ValueChange",
    "ValueCount",
    "Verification",
]

_HOMES = {
    "AuditTrail": "runs",
    "Candidate": "keys",
    "Caveat": "loads",
    "Choice": "keys",
    "ColumnDrift": "profiles",
    "ColumnInfo": "tables",
    "ColumnProfile": "profiles",
    "Confirmation": "verdicts",
    "DISPOSITIONS": "loads",
    "DuplicateGroup": "verdicts",
    "Finding": "profiles",
    "KeySearch": "keys",
    "KeyVerdict": "verdicts",
    "Lengths": "profiles",
    "Loading": "loads",
    "MISSING": "loads",
    "NearKey": "keys",
    "Pattern": "profiles",
    "ProfileComparison": "profiles",
    "Progress": "tables",
    "Quality": "profiles",
    "ReadOptions": "tables",
    "Receipt": "runs",
    "RowChange": "diffs",
    "RunRecord": "runs",
    "RunTotals": "runs",
    "SIGNS": "profiles",
    "Sign": "profiles",
    "SourceInfo": "tables",
    "TableDiff": "diffs",
    "TableProfile": "profiles",
    "ValueChange": "diffs",
    "ValueCount": "profiles",
    "Verification": "verdicts",
}


def __getattr__(name: str) -> Any:  # PEP 562: a class takes longer to make than to use, and each command uses few
    if name not in _HOMES:
        raise AttributeError(f"module 'rowid.model' has no attribute {name!r}")
    return getattr(import_module(f"rowid.model.{_HOMES[name]}"), name)
