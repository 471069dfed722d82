"""What is counted while IDs are made: which rows occurred before, and whether different rows got the same ID.

All counts are exact, and memory is bounded: beyond a budget the digests go to a temporary file.
"""

from rowid.checks.distinct import DistinctIds
from rowid.checks.numbering import Numbering, Numbers, Occurrences
from rowid.checks.pairing import KeyedRows, Matches, matched
from rowid.checks.scratch import Limits, Scratch, Spilling
from rowid.checks.uniqueness import MAX_NAMED, Repeat, Uniqueness

__all__ = [
    "MAX_NAMED",
    "DistinctIds",
    "KeyedRows",
    "Limits",
    "Matches",
    "Numbering",
    "Numbers",
    "Occurrences",
    "Repeat",
    "Scratch",
    "Spilling",
    "Uniqueness",
    "matched",
]
