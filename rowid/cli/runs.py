"""``rowid runs``: what ran here."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rowid.cli import options
from rowid.cli.output import as_json, drawn, out, printable
from rowid.errors import UsageError
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.model import RunRecord


def runs(
    limit: Annotated[int, typer.Option(min=1, help="How many runs to list.")] = 20,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Answer with what all runs came to, as metrics for Prometheus.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Lists the runs of this installation, newest first."""
    from rowid import bootstrap

    if metrics:
        if json:
            raise UsageError("--metrics and --json are two formats", hint="Leave one of them out.")
        out(bootstrap.metrics(Settings.load())[0].decode().rstrip("\n"))
        return
    found = bootstrap.ledger(Settings.load()).runs(limit)
    if json:
        out(as_json({"runs": [asdict(run) for run in found]}))
    else:
        out(_text(found) if found else "no runs yet")


def _text(found: "list[RunRecord]") -> str:
    from rich.table import Table
    from rich.text import Text

    table = Table("started", "run", "status", "from", "to", box=None, pad_edge=False, header_style="bold")
    for name in ("rows", "seconds", "rows/s"):
        table.add_column(name, justify="right")
    table.add_column("error", overflow="fold")
    for run in found:
        started = datetime.fromisoformat(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        rate = f"{run.rows / run.elapsed_s:,.0f}" if run.rows and run.elapsed_s > 0 else ""
        numbers = [f"{run.rows:,}", f"{run.elapsed_s:,.2f}", rate]
        cells = [started, run.run_id, run.status, run.source, run.sink, *numbers, run.message or run.error]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return drawn(table)
