"""The nouns that travel between stages and to the faces; frozen, and free of behaviour."""

from rowid.model.keys import Candidate, Choice, KeySearch, NearKey
from rowid.model.profiles import SIGNS, ColumnProfile, Sign, TableProfile
from rowid.model.runs import AuditTrail, RunRecord
from rowid.model.tables import ColumnInfo, Progress, ReadOptions, SourceInfo
from rowid.model.verdicts import Confirmation, DuplicateGroup, KeyVerdict, Verification

__all__ = [
    "SIGNS",
    "AuditTrail",
    "Candidate",
    "Choice",
    "ColumnInfo",
    "ColumnProfile",
    "Confirmation",
    "DuplicateGroup",
    "KeySearch",
    "KeyVerdict",
    "NearKey",
    "Progress",
    "ReadOptions",
    "RunRecord",
    "Sign",
    "SourceInfo",
    "TableProfile",
    "Verification",
]
