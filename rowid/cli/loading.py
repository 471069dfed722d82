"""How ``rowid run`` writes to a table of a database: its options, and what a dry run answers."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli.output import as_json, out, tell
from rowid.errors import UsageError

if TYPE_CHECKING:
    from rowid.model import AuditTrail, Loading

_TABLE = "Writing to a table of a database"
_PLAN = {"inserted": "insert", "updated": "update", "unchanged": "leave", "rejected": "reject", "removed": "remove"}

Write = Annotated[
    str | None,
    typer.Option(
        metavar="append|replace|merge",
        help="Into a table that exists: add the rows with new IDs, hold exactly these rows, or add new IDs and update "
        "the rows of known ones.",
        rich_help_panel=_TABLE,
    ),
]
Missing = Annotated[
    str | None,
    typer.Option(
        metavar="report|mark|delete",
        help="What a merge does with the table's rows that are not in the input: count them (the default), put the "
        "time into their column `row_gone_at`, or delete them.",
        rich_help_panel=_TABLE,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Say what would be written, with the SQL, and write nothing.", rich_help_panel=_TABLE
    ),
]


def loading(write: str | None, missing: str | None, *, dry_run: bool, output: str) -> "Loading":
    """What the options ask for.

    Raises:
        UsageError: they make no sense.
    """
    from rowid.model import Loading

    asked = [("--write", write), ("--missing", missing), ("--dry-run", dry_run)]
    given = [name for name, value in asked if value]
    if given and ("://" not in output or output.lower().startswith("file://")):
        hint = "Leave it out, or write to a table, such as duckdb:///people.duckdb?table=people."
        raise UsageError("it is for a table of a database, and the output is a file", where=given[0], hint=hint)
    return Loading(write, missing or "report", dry_run)


def answer_dry_run(trail: "AuditTrail", *, json: bool) -> None:
    """Says what would be done: the numbers on standard error and the SQL on standard output, or all as JSON."""
    receipt = trail.receipt
    if receipt is None:
        return
    plan: dict[str, Any] = {verb: getattr(receipt, field) for field, verb in _PLAN.items()}
    plan = {"rows_in": receipt.rows_in, **plan, "missing": receipt.missing}
    if json:
        caveats = [asdict(one) for one in receipt.caveats]
        answer = {"plan": plan, "caveats": caveats, "sql": list(receipt.sql), "sink": trail.sink}
        out(as_json({**answer, "recipe": trail.recipe_fingerprint}))
        return
    tell(f"{'dry run':<12} nothing was written to {trail.sink}")
    for name, value in plan.items():
        tell(f"{name.replace('_', ' '):<12} {value:,}")
    for one in receipt.caveats:
        tell(f"{one.severity:<12} column {one.column!r}: {one.what}. {one.hint}".rstrip())
    out("\n".join(f"{sql};" for sql in receipt.sql))
