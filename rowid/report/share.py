"""One running share of everything that is read: each pass tells of itself alone, and a reader wants to know of all."""

import time

from rowid.model import Progress
from rowid.pipeline.batches import ProgressCallback


class Share:
    """Hears the progress of pass after pass, and tells of rows read in all ``passes``; it never goes back.

    Where a step takes fewer passes than it was begun with, the share goes on to its end; where more, it waits there.
    """

    def __init__(self, progress: ProgressCallback, passes: int) -> None:
        self._progress, self._passes = progress, passes
        self._rows: int | None = None
        self._behind = self._here = self._done = 0  # passes of the steps before this one, of this one, of it done
        self._of_pass = self._told = 0.0
        self._kind = ("", "")
        self._started = time.perf_counter()

    def expect(self, rows: int, passes: int) -> None:
        """What is known by now: the rows of a pass, and how many passes there are in all."""
        self._rows, self._passes = rows, passes

    def begin(self, passes: int) -> None:
        """A step begins that takes so many passes."""
        self._behind += self._here
        self._here, self._done, self._of_pass, self._kind = passes, 0, 0.0, ("", "")

    def __call__(self, progress: Progress) -> None:
        """Hears of a pass, whatever it counts."""
        if progress.unit == "rows":
            self._rows = progress.rows_total or self._rows
        total = progress.rows_total or self._rows
        share = min(1.0, progress.rows_done / total) if total else 0.0
        kind = (progress.phase, progress.unit)
        if self._kind != ("", "") and (share < self._of_pass or kind != self._kind):
            self._done += 1
        self._kind, self._of_pass = kind, share
        self._told = max(self._told, (self._behind + min(self._here, self._done + share)) / self._passes)
        every = self._rows * self._passes if self._rows else None
        rows = round(self._told * every) if every else progress.rows_done
        elapsed_s = time.perf_counter() - self._started
        self._progress(Progress(rows, every, elapsed_s, progress.phase, f"rows in {self._passes} passes"))
