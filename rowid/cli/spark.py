"""``rowid run --engine spark``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from rowid.cli.output import tell
from rowid.cli.recipes import recipe_for
from rowid.errors import UsageError

if TYPE_CHECKING:
    from rowid.model import AuditTrail
    from rowid.ports import Observer, Source


def run_on_spark(
    source: str,
    output: str,
    base: dict[str, Any],
    wanted: dict[str, Any],
    *,
    master: str | None,
    force: bool,
    replace: bool,
    json: bool,
    observers: "Sequence[Observer]",
    told_how_to_read: bool,
) -> "AuditTrail":
    """Runs on Spark, and returns what it did.

    Raises:
        RowIdError: see ``rowid.spark.run``.
    """
    if told_how_to_read:
        hint = "Leave out the options for reading the input."
        raise UsageError("Spark reads Parquet and tables, which need no telling how", where="--engine", hint=hint)

    from rowid import spark

    with spark.session(master) as session:
        table = spark.SparkTable(session, source)
        recipe = recipe_for(cast("Source", table), base, wanted)  # its columns are all that is asked for
        if not json and not {"columns"} & {*base, *wanted}:
            tell(f"no columns were named: all of them make the ID, sorted by name ({len(recipe.columns):,})")
        return spark.run(table, recipe, output, observers=observers, replace=replace, force=force)
