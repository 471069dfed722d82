"""The nouns that travel between stages and to the faces; frozen, and free of behaviour."""

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
from rowid.model.runs import AuditTrail, Receipt, RunRecord
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
    "Sign",
    "SourceInfo",
    "TableDiff",
    "TableProfile",
    "ValueChange",
    "ValueCount",
    "Verification",
]
