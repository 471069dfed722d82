"""What stands in each column of a table, how good it is, and what changed since an earlier profile."""

from rowid.profiler.comparison import compare
from rowid.profiler.quality import FORMULA
from rowid.profiler.tables import profile

__all__ = ["FORMULA", "compare", "profile"]
