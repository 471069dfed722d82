"""The progress bar: on a terminal, and nowhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowid.model import Progress


@contextmanager
def bar(*, shown: bool = True, rows_on_stdout: bool = False) -> Iterator["Callable[[Progress], None] | None"]:
    """A progress callback that draws on standard error while the context lasts; None if nobody could see it."""
    if not shown or not sys.stderr.isatty() or (rows_on_stdout and sys.stdout.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as drawing:
        task = drawing.add_task("reading", total=None, rows="")

        def tell(progress: "Progress") -> None:
            counted = progress.unit == "rows"
            rate = f", {progress.rows_done / progress.elapsed_s:,.0f}/s" if progress.elapsed_s > 0 and counted else ""
            drawing.update(
                task,
                description=progress.phase,
                completed=progress.rows_done,
                total=progress.rows_total,
                rows=f"{progress.rows_done:,} {progress.unit}{rate}",
            )

        yield tell
