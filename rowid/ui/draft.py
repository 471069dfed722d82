"""The recipe as it is being written: it may name no column yet, which stands for all of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from rowid import keys
from rowid.recipe import Recipe


@dataclass(frozen=True)
class Draft:
    """What the analyst has decided so far; the fields are those of ``Recipe``. Made of plain types, ready for JSON."""

    columns: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    normalise: Mapping[str, Sequence[str]] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    form: str = "hex"
    duplicates: str = "keep"
    nulls: str = "hash"
    key_env: str | None = None
    id_column: str = "row_id"

    def key_columns(self, names: Sequence[str]) -> tuple[str, ...]:
        """The columns that make a row's ID: the chosen ones, or all of ``names`` but the ID column, sorted."""
        return tuple(self.columns) or keys.automatic(names, exclude=(self.id_column,))

    def recipe(self, names: Sequence[str], text_columns: Sequence[str] = ()) -> Recipe:
        """The recipe for a table with the columns ``names``.

        A key column that the table's reader was told to keep as text (``text_columns``) is declared as text, so that
        the recipe alone gives the same IDs elsewhere. Raises RecipeError if no recipe can be made.
        """
        chosen = self.key_columns(names)
        declared = dict.fromkeys(text_columns, "text") | dict(self.types)
        return Recipe(
            chosen,
            types={name: type_ for name, type_ in declared.items() if name in chosen},
            normalise={name: tuple(steps) for name, steps in self.normalise.items() if name in chosen and steps},
            decimals={name: places for name, places in self.decimals.items() if name in chosen},
            form=self.form,
            duplicates=self.duplicates,
            nulls=self.nulls,
            key_env=self.key_env,
            id_column=self.id_column,
        )

    @property
    def id(self) -> str:
        """A short name that depends on the content alone."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """The draft as plain types."""
        return {
            "columns": list(self.columns),
            "types": dict(self.types),
            "normalise": {name: list(steps) for name, steps in self.normalise.items()},
            "decimals": dict(self.decimals),
            "form": self.form,
            "duplicates": self.duplicates,
            "nulls": self.nulls,
            "key_env": self.key_env,
            "id_column": self.id_column,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The draft that ``to_dict`` described."""
        return cls(**{**plain, "columns": tuple(plain["columns"])})

    @classmethod
    def from_recipe(cls, recipe: Recipe) -> Self:
        """A draft that says what ``recipe`` says."""
        return cls(
            tuple(recipe.columns),
            dict(recipe.types),
            {name: tuple(steps) for name, steps in recipe.normalise.items()},
            dict(recipe.decimals),
            recipe.form,
            recipe.duplicates,
            recipe.nulls,
            recipe.key_env,
            recipe.id_column,
        )
