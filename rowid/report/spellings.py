"""Other spellings of a key's values: what there could be for a column, and which of its values they change.

Whether a value changes is found out by Arrow for whole batches. A value too many does no harm, since what becomes of
those that may change is worked out by the engine; one too few would.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowid import canonical
from rowid.canonical.normal import WHITE_SPACE
from rowid.recipe import Recipe, Rule
from rowid.report.counting import as_strings
from rowid.stream import CellType, value_type, values

NORMALISERS = {
    "trim": "trimmed",
    "squeeze": "white space squeezed",
    "lower": "in lower case",
    "nfc": "in Unicode NFC",
    "empty_as_null": "empty text as null",
}
TOGETHER = "all normalisers that change it at once"
NO_SWITCH = "No switch does that: mend the values where they come from."
_PLACES = (6, 2)
_ODD_SPACE = f"[{WHITE_SPACE.replace(' ', '')}]|[{WHITE_SPACE}][{WHITE_SPACE}]"
_NUMBER = f"^[{WHITE_SPACE}]*[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?[{WHITE_SPACE}]*$"
_PLAIN_NUMBER = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"
_LEADING_ZEROS = r"^0+[0-9]+$"
_SAFE = 1e9  # below it, Arrow's rounding of a float is right to six places
_TINY = 1e-6
_PER_MILLISECOND = {"us": 1_000, "ns": 1_000_000}

Changed = Callable[[pa.Array], pa.Array | None]


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """Another spelling of a column.

    ``recipe`` makes its keys, of rows whose column went through ``rewrite`` first, if that is set. ``changed`` tells
    which values of a column may change (a boolean array), or None for a column to which the spelling cannot be applied
    after all. ``step`` is the normaliser that it adds, and ``parts`` the spellings that it puts together.
    """

    name: str
    column: str
    recipe: Recipe
    changed: Changed
    switch: str = ""
    remark: str = ""
    rewrite: Callable[[pa.Array], pa.Array] | None = None
    step: str = ""
    parts: "tuple[Spelling, ...]" = ()

    def positions(self, batch: pa.RecordBatch) -> np.ndarray | None:
        """The rows of a batch that may change, ascending; None if it cannot be applied."""
        if self.parts:
            found = [one.positions(batch) for one in self.parts]
            return np.unique(np.concatenate([one for one in found if one is not None]))
        changed = self.changed(batch.column(self.column))
        return None if changed is None else np.flatnonzero(changed.fill_null(False).to_numpy(zero_copy_only=False))

    @property
    def reads_numbers(self) -> bool:
        """Whether it applies only if every value is a number, which a later batch may deny."""
        return self.changed is _other_number

    @property
    def strips_zeros(self) -> bool:
        """Whether leading zeros are all that it takes away; who reads numbers does so too."""
        return self.rewrite is _stripped

    def rewritten(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The key columns of a batch as ``recipe`` is to read them."""
        batch = batch.select(list(self.recipe.columns))
        if self.rewrite is None:
            return batch
        at = batch.schema.get_field_index(self.column)
        return batch.set_column(at, self.column, self.rewrite(batch.column(at)))


def spellings(recipe: Recipe, schema: pa.Schema) -> Iterator[Spelling]:
    """The spellings that could matter for the key columns, by their types."""
    for name in recipe.columns:
        type_, rule = schema.field(name).type, recipe.rule(name)
        plain = value_type(type_)
        if pa.types.is_dictionary(plain) and _is_text(plain.value_type):
            plain = plain.value_type
        if isinstance(type_, CellType) and rule.type is None:
            yield _with(recipe, name, "as its characters", types="text")
        if _is_text(plain) and rule.type in (None, "text"):
            yield from _of_text(recipe, name, rule)
        elif pa.types.is_timestamp(plain) and plain.unit in _PER_MILLISECOND and rule == Rule():
            yield Spelling("cut to milliseconds", name, recipe, _has_fraction, remark=NO_SWITCH, rewrite=_cut)
        elif rule == Rule():
            for places in _PLACES:
                changed = _rounds(places) if pa.types.is_floating(plain) else None
                if changed or (pa.types.is_decimal(plain) and plain.scale > places):
                    yield _with(recipe, name, f"rounded to {places} places", decimals=places, changed=changed)
        yield from _removals(recipe, name, rule)


def _of_text(recipe: Recipe, name: str, rule: Rule) -> Iterator[Spelling]:
    for step, called in NORMALISERS.items():
        if step not in rule.normalise and not (step == "lower" and "upper" in rule.normalise):
            changed = _CHANGED[step] if rule in (Rule(), Rule("text")) else None
            yield _with(recipe, name, called, normalise=(*rule.normalise, step), changed=changed, step=step)
    if rule == Rule():
        yield _with(recipe, name, "as a number", types="number", changed=_other_number)
        yield Spelling("without leading zeros", name, recipe, _leading_zeros, remark=NO_SWITCH, rewrite=_stripped)


def _removals(recipe: Recipe, name: str, rule: Rule) -> Iterator[Spelling]:
    """What the recipe does to a column already, left out."""
    for step in rule.normalise:
        rest = tuple(one for one in rule.normalise if one != step)
        yield _with(recipe, name, f"without {step}", normalise=rest)
    if rule.decimals is not None:
        yield _with(recipe, name, "without rounding", decimals=None)
    if rule.type == "number":
        yield _with(recipe, name, f"without its type {rule.type}", types=None)


def together(recipe: Recipe, some: Sequence[Spelling]) -> Spelling | None:
    """All normalisers of several spellings at once; None where there is but one to put together.

    Two texts may differ in their case and in a blank behind them: neither normaliser alone makes them one.
    """
    parts = tuple(one for one in some if one.step and one.step != "empty_as_null")
    if len(parts) < 2:
        return None
    steps = {one.column: [*recipe.rule(one.column).normalise] for one in parts}
    for one in parts:
        steps[one.column].append(one.step)
    plain = recipe.to_dict()
    new = Recipe.from_dict({**plain, "normalise": {**plain.get("normalise", {}), **steps}})
    changes = {name: list(new.normalise[name]) for name in steps}
    return Spelling(TOGETHER, " and ".join(steps), new, parts[0].changed, _yaml({"normalise": changes}), parts=parts)


def _with(
    recipe: Recipe, name: str, called: str, *, changed: Changed | None = None, step: str = "", **rule: Any
) -> Spelling:
    """The spelling that a change of one of a column's rules (types, normalise or decimals) makes."""
    (field, value), plain = next(iter(rule.items())), recipe.to_dict()
    per_column = {**plain.get(field, {}), name: list(value) if isinstance(value, tuple) else value}
    if value is None:
        del per_column[name]
    new = Recipe.from_dict({**plain, field: per_column})
    given = list(new.normalise[name]) if isinstance(value, tuple) else value
    switch = f"leave {field} of {name} out" if value in (None, ()) else _yaml({field: {name: given}})
    return Spelling(called, name, new, changed or _by_text(name, recipe.rule(name), new.rule(name)), switch, step=step)


def _yaml(change: Mapping[str, Any]) -> str:
    """A change of the recipe in one line, as it can be pasted there."""
    import yaml

    text = yaml.safe_dump(dict(change), default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return str(text).strip().removeprefix("{").removesuffix("}")


def _by_text(name: str, now: Rule, then: Rule) -> Changed:
    """Which values have another text under another rule: exact, and slower."""

    def changed(column: pa.Array) -> pa.Array:
        one, other = (canonical.texts(column, rule, column=name) for rule in (now, then))
        same = pc.fill_null(pc.equal(one, other), False)
        return pc.invert(pc.or_(same, pc.and_(one.is_null(), other.is_null())))

    return changed


def _differing(function: Callable[[pa.Array], pa.Array]) -> Changed:
    """Which texts a function changes."""

    def changed(column: pa.Array) -> pa.Array | None:
        text = as_strings(column)
        return None if text is None else pc.not_equal(function(text), text)

    return changed


def _matching(pattern: str) -> Changed:
    def changed(column: pa.Array) -> pa.Array | None:
        text = as_strings(column)
        return None if text is None else pc.match_substring_regex(text, pattern)

    return changed


def _nfc(text: pa.Array) -> pa.Array:
    if pc.all(pc.string_is_ascii(text)).as_py() is not False:
        return text
    return pc.utf8_normalize(text, form="NFC")


_CHANGED: dict[str, Changed] = {
    "trim": _differing(lambda text: pc.utf8_trim(text, characters=WHITE_SPACE)),
    "squeeze": _matching(_ODD_SPACE),
    "lower": _differing(pc.utf8_lower),
    "nfc": _differing(_nfc),
    "empty_as_null": _matching("^$"),
}


def _other_number(column: pa.Array) -> pa.Array | None:
    """Numbers in another spelling than rowid's; None if there is a text that is no number."""
    text = as_strings(column)
    if text is None or pc.all(pc.match_substring_regex(text, _NUMBER)).as_py() is False:
        return None
    return pc.invert(pc.match_substring_regex(text, _PLAIN_NUMBER))


def _leading_zeros(column: pa.Array) -> pa.Array | None:
    text = as_strings(column)
    if text is None:
        return None
    begins = pc.starts_with(text, "0")
    return pc.match_substring_regex(text, _LEADING_ZEROS) if begins.true_count else begins


def _stripped(column: pa.Array) -> pa.Array:
    text = as_strings(column)
    zeros = pc.match_substring_regex(text, _LEADING_ZEROS)
    return pc.if_else(zeros, pc.replace_substring_regex(text, "^0+([0-9])", r"\1"), text)


def _has_fraction(column: pa.Array) -> pa.Array:
    times = values(column)
    step = _PER_MILLISECOND[times.type.unit]
    ticks = times.view(pa.int64())
    return pc.not_equal(pc.multiply(pc.divide(ticks, step), step), ticks)


def _cut(column: pa.Array) -> pa.Array:
    return pc.floor_temporal(values(column), unit="millisecond")


def _rounds(places: int) -> Changed:
    def changed(column: pa.Array) -> pa.Array:
        numbers = values(column).cast(pa.float64())
        size = pc.abs(numbers)
        large = pc.greater(size, _SAFE)
        notation = pc.or_(large, pc.and_(pc.less(size, _TINY), pc.greater(size, 0)))
        numbers = pc.if_else(large, 0.0, numbers)  # a large one would overflow
        return pc.or_(notation, pc.not_equal(pc.round(numbers, places), numbers))

    return changed


def _is_text(type_: pa.DataType) -> bool:
    return pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_)
