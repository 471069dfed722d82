"""``rowid run --pushdown``: the run happens in the database, and no row leaves it."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli.sql import address_of, dialect_of
from rowid.errors import UsageError

if TYPE_CHECKING:
    from rowid.model import AuditTrail, Loading
    from rowid.ports import Observer
    from rowid.recipe import Recipe

Pushdown = Annotated[
    bool,
    typer.Option(
        "--pushdown",
        help="Make the table OUT in the database that IN lies in, by its own SQL (see `rowid sql`).",
        rich_help_panel="Files",
    ),
]
_HINT = "Both IN and OUT are tables of one database, such as duckdb:///x.duckdb?table=t."


def pushed_down(
    source: str, output: str, base: dict[str, Any], wanted: dict[str, Any], how: "Loading",
    *, observers: "Sequence[Observer]", force: bool, replace: bool,
) -> "tuple[AuditTrail, Recipe]":  # fmt: skip
    """Makes the table, and returns what happened and the recipe that was followed.

    Raises:
        UsageError: IN and OUT are not tables of one database, or ``how`` asks for another way to write.
    """
    from rowid import bootstrap, pipeline
    from rowid.cli.recipes import merged
    from rowid.databases import columns_of
    from rowid.sql import push_down

    read, made = address_of(source, "--pushdown", hint=_HINT), address_of(output, "--pushdown", hint=_HINT)
    if how.write or how.dry_run:
        hint = "Leave out --write and --dry-run, or the push-down."
        raise UsageError("a push-down makes a new table", where="--pushdown", hint=hint)
    words = dialect_of(read)
    with closing(bootstrap.connect(read, read_only=True)) as database:  # which makes no file that is not there
        chosen = merged([column.name for column in columns_of(database, read)], base, wanted)
    with closing(bootstrap.connect(read)) as database:
        trail = push_down(
            database, words, read, made, chosen,
            run_id=pipeline.new_run_id(), observers=observers, force=force, replace=replace,
        )  # fmt: skip
    return trail, chosen
