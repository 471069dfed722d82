"""The recipe that a command line asks for."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rowid.recipe import Recipe

if TYPE_CHECKING:
    from rowid.ports import Source


def recipe_for(table: "Source", base: dict[str, Any], wanted: dict[str, Any]) -> Recipe:
    """The recipe for a table: what the user wants, over what the file says, over all columns and the defaults."""
    return _merged(lambda: [column.name for column in table.info().columns], base, wanted)


def merged(names: Sequence[str], base: dict[str, Any], wanted: dict[str, Any]) -> Recipe:
    """The same for a table whose columns are ``names``."""
    return _merged(lambda: names, base, wanted)


def _merged(names: Callable[[], Sequence[str]], base: dict[str, Any], wanted: dict[str, Any]) -> Recipe:
    plain = {"spec": "rowid v1", **base, **wanted}
    if "columns" not in plain:
        from rowid import keys

        plain["columns"] = keys.automatic(names(), exclude=(plain.get("id_column", "row_id"),))
    for rules in ("types", "normalise", "decimals"):
        if rules in plain:
            plain[rules] = {name: rule for name, rule in plain[rules].items() if name in plain["columns"]}
    return Recipe.from_dict(plain)
