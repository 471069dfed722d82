"""The recipe: what makes a row what it is, and how its ID is written. The one noun that everything else serves."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rowid.errors import RecipeError

SPEC = "rowid v1"
TYPES = ("text", "number", "boolean", "date", "timestamp", "timestamp_utc")
NORMALISERS = ("nfc", "trim", "squeeze", "lower", "upper", "empty_as_null")  # in the order of application, section 1
FORMS = ("hex", "binary", "uuid", "int64")
DUPLICATES = ("keep", "number", "reject")
NULLS = ("hash", "null", "reject")
MAX_DECIMALS = 18
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Rule:
    """How one column's values become canonical text: declared type, normalisers in order of application, places."""

    type: str | None = None
    normalise: tuple[str, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True)
class Recipe:
    """Which columns make a row what it is, and how its ID is made and written. Immutable; validated when made.

    Args:
        columns: the key columns, in the order in which they enter the message.
        types: a column's declared type: text, number, boolean, date, timestamp or timestamp_utc.
        normalise: a column's normalisers: nfc, trim, squeeze, lower or upper, empty_as_null.
        decimals: the places (0 to 18) to which a column's floats and decimals are rounded, half away from zero.
        form: hex, binary, uuid or int64.
        duplicates: what a repeated row gets: the same ID (keep), an ID of its own (number), or an error (reject).
        nulls: a null in a key column is hashed like a value (hash), gives a null ID where all key columns are null
            (null), or is an error (reject).
        key_env: the name of the environment variable that holds the HMAC secret as base64. Never the secret.
        id_column: the name of the column that receives the ID.

    Raises:
        RecipeError: if no data could ever satisfy it; says which field and what it may be.
    """

    columns: Sequence[str]
    types: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    normalise: Mapping[str, Sequence[str]] = field(default_factory=dict, kw_only=True)
    decimals: Mapping[str, int] = field(default_factory=dict, kw_only=True)
    form: str = field(default="hex", kw_only=True)
    duplicates: str = field(default="keep", kw_only=True)
    nulls: str = field(default="hash", kw_only=True)
    key_env: str | None = field(default=None, kw_only=True)
    id_column: str = field(default="row_id", kw_only=True)

    def __post_init__(self) -> None:
        put = object.__setattr__  # the dataclass is frozen; this is its constructor
        put(self, "columns", _column_names(self.columns))
        put(self, "types", self._per_column("types", lambda v: _one_of("types", v, TYPES)))
        put(self, "normalise", self._per_column("normalise", _normalisers))
        put(self, "decimals", self._per_column("decimals", _places))
        _one_of("form", self.form, FORMS)
        _one_of("duplicates", self.duplicates, DUPLICATES)
        _one_of("nulls", self.nulls, NULLS)
        _utf8("id_column", self.id_column)
        if self.id_column in self.columns:
            raise RecipeError(f"id_column {self.id_column!r} is one of the key columns", hint="Name another column.")
        if self.key_env is not None and not (isinstance(self.key_env, str) and _ENV_NAME.fullmatch(self.key_env)):
            raise RecipeError(
                "key_env is not the name of an environment variable",  # what stands there may be the secret itself
                hint="It names the variable that holds the secret; the secret never enters a recipe.",
            )

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_dict(), sort_keys=True))

    def rule(self, column: str) -> Rule:
        """How ``column`` becomes canonical text."""
        return Rule(self.types.get(column), tuple(self.normalise.get(column, ())), self.decimals.get(column))

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the canonical JSON of what decides an ID.

        In it: the specification's version, the columns in order with their types, normalisers (in order of
        application) and places, the form, whether IDs are keyed, whether duplicates are numbered, and whether an
        all-null key gives a null ID. Not in it, because no ID depends on it: the ID column's name, the environment
        variable's name, ``keep`` against ``reject`` and ``hash`` against ``reject``.
        """
        decides = {
            "spec": SPEC,
            "columns": list(self.columns),
            "types": dict(self.types),
            "normalise": {name: list(steps) for name, steps in self.normalise.items() if steps},
            "decimals": dict(self.decimals),
            "form": self.form,
            "keyed": self.key_env is not None,
            "numbered": self.duplicates == "number",
            "null_ids": self.nulls == "null",
        }
        text = json.dumps(decides, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain types; what stands at its default is left out."""
        plain: dict[str, Any] = {"spec": SPEC, "columns": list(self.columns)}
        for f in fields(self)[1:]:
            value = getattr(self, f.name)
            if isinstance(value, Mapping):
                value = {k: list(v) if isinstance(v, tuple) else v for k, v in value.items()}
            if value not in ({}, f.default):
                plain[f.name] = value
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], *, where: str = "recipe") -> "Recipe":
        """The recipe that ``to_dict`` described. Raises RecipeError for an unknown key or another specification."""
        if not isinstance(plain, Mapping):
            raise RecipeError("a recipe is a mapping of names to values", where=where)
        known = {"spec"} | {f.name for f in fields(cls)}
        for key in plain:
            if key not in known:
                raise RecipeError(f"unknown key {key!r}", where=where, hint=_nearest(str(key), known))
        if plain.get("spec") != SPEC:
            raise RecipeError(f"spec is {plain.get('spec')!r}", where=where, hint=f"This version reads {SPEC!r} only.")
        if "columns" not in plain:
            raise RecipeError("columns is missing", where=where, hint="List the key columns in order.")
        try:
            return cls(**{key: value for key, value in plain.items() if key != "spec"})
        except RecipeError as error:
            raise RecipeError(error.what, where=where, hint=error.hint) from None

    def to_json(self) -> str:
        """The recipe as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"

    def to_yaml(self) -> str:
        """The recipe as YAML."""
        import yaml

        return yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)

    @classmethod
    def from_text(cls, text: str, *, where: str = "recipe") -> "Recipe":
        """Reads a recipe from YAML or JSON text."""
        import yaml

        class Loader(yaml.SafeLoader):
            """PyYAML lets a key that is written twice win silently; here it is an error."""

            def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
                written = [key.value for key, _ in node.value]
                for key in written:
                    if written.count(key) > 1:
                        raise RecipeError(f"{key!r} is written twice", where=where)
                return super().construct_mapping(node, deep)

        try:
            plain = yaml.load(text, Loader)  # noqa: S506  it is a subclass of SafeLoader; JSON is YAML
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f", line {mark.line + 1}" if mark else ""
            raise RecipeError("neither YAML nor JSON", where=where + line) from None
        return cls.from_dict(plain, where=where)

    @classmethod
    def load(cls, path: str | Path) -> "Recipe":
        """Reads a recipe from a YAML or JSON file."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise RecipeError("no such file", where=str(path)) from None
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"the recipe cannot be read ({type(error).__name__})", where=str(path)) from None
        return cls.from_text(text, where=str(path))

    def _per_column(self, name: str, check: Any) -> Mapping[str, Any]:
        given = getattr(self, name)
        if not isinstance(given, Mapping):
            raise RecipeError(f"{name} is not a mapping from a column to its value")
        for column in given:
            if column not in self.columns:
                raise RecipeError(
                    f"{name} names {column!r}, which is not a key column", hint=_nearest(str(column), self.columns)
                )
        return MappingProxyType({column: check(value) for column, value in given.items()})

    def __reduce__(self) -> Any:
        return Recipe.from_dict, (self.to_dict(),)  # a mapping proxy does not pickle


def _column_names(columns: Any) -> tuple[str, ...]:
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise RecipeError("columns is not a list of names", hint='For a single column write ["name"].')
    if not columns:
        raise RecipeError("columns is empty", hint="A row ID needs at least one key column.")
    for name in columns:
        _utf8("columns", name)
        if list(columns).count(name) > 1:
            raise RecipeError(f"columns names {name!r} twice")
    return tuple(columns)


def _utf8(what: str, name: Any) -> None:
    try:
        if isinstance(name, str) and name.encode():
            return
    except UnicodeEncodeError:
        pass
    raise RecipeError(f"{what} holds {name!r}", hint="A column's name is a text that is not empty and can be UTF-8.")


def _one_of(what: str, value: Any, allowed: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise RecipeError(f"{what} is {value!r}", hint=f"It is one of {', '.join(allowed)}.")
    return value


def _normalisers(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Sequence):
        raise RecipeError(f"normalise is {value!r}", hint=f"It is a list of {', '.join(NORMALISERS)}.")
    for name in names:
        _one_of("normalise", name, NORMALISERS)
    if "lower" in names and "upper" in names:
        raise RecipeError("normalise has both lower and upper", hint="Keep one of them.")
    return tuple(step for step in NORMALISERS if step in names)


def _places(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DECIMALS:
        raise RecipeError(f"decimals is {value!r}", hint=f"It is a whole number from 0 to {MAX_DECIMALS}.")
    return value


def _nearest(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(k) for k in known], n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(close)}?" if close else f"Known: {', '.join(sorted(map(str, known)))}."
