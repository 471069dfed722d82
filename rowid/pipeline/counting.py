"""Many choices of columns counted on all rows of a source in one pass: exact, whatever the size of the table."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from rowid.checks import Limits, Uniqueness
from rowid.engine import HashingEngine
from rowid.keys.codes import Encoder
from rowid.model import KeyVerdict
from rowid.pipeline.batches import MOST_ROWS
from rowid.pipeline.coding import Watch, add_rows
from rowid.ports import Source
from rowid.recipe import Recipe, Rule


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of some columns; ``repeats`` pairs the numbers (from 1) of some rows with those they repeat."""

    verdict: KeyVerdict
    repeats: tuple[tuple[int, int], ...]


def recipe_of(columns: Sequence[str], rules: Mapping[str, Rule]) -> Recipe:
    """A recipe of these columns by the rules there are for them."""
    chosen = {name: rules[name] for name in columns if name in rules}
    return Recipe(
        columns,
        types={name: rule.type for name, rule in chosen.items() if rule.type},
        normalise={name: rule.normalise for name, rule in chosen.items() if rule.normalise},
        decimals={name: rule.decimals for name, rule in chosen.items() if rule.decimals is not None},
        id_column=free_name(columns),
    )


def free_name(columns: Sequence[str]) -> str:
    """A name for an ID column that is none of these."""
    name = "row_id"
    while name in columns:
        name += "_"
    return name


def counted(
    source: Source, choices: Sequence[Sequence[str]], rules: Mapping[str, Rule], watch: Watch, limits: Limits
) -> list[Count]:
    """Counts the rows by each of the choices, by their SHA-256 digests."""
    share = Limits(limits.bytes() // max(1, len(choices)), limits.directory)
    with ExitStack() as stack:
        engines = [
            stack.enter_context(HashingEngine(recipe_of(one, rules), uniqueness=Uniqueness(share))) for one in choices
        ]
        rows, total = 0, source.info().rows
        with closing(source.open()) as reader:
            for batch in reader:
                for at in range(0, batch.num_rows, MOST_ROWS):
                    watch.rows(rows, total, "count")
                    some = batch.slice(at, MOST_ROWS)
                    for engine in engines:
                        engine.hashed(some)
                    rows += some.num_rows
        return [_count(tuple(one), engine) for one, engine in zip(choices, engines, strict=True)]


def fetch(source: Source, rows: Sequence[int], encoder: Encoder, watch: Watch) -> None:
    """Gives an encoder the rows with these numbers (from 0)."""
    wanted, at, total = np.unique(np.array(rows, np.int64)), 0, source.info().rows
    with closing(source.open()) as reader:
        for batch in reader:
            watch.rows(at, total, "read")
            here = wanted[(wanted >= at) & (wanted < at + batch.num_rows)] - at
            if len(here):
                add_rows(encoder, batch, at, here)
            at += batch.num_rows


def _count(columns: tuple[str, ...], engine: HashingEngine) -> Count:
    unique = engine.uniqueness
    verdict = KeyVerdict(
        columns, unique.rows, unique.distinct, unique.groups, unique.largest, engine.rows_with_null
    )  # fmt: skip
    return Count(verdict, tuple((repeat.row, repeat.first) for repeat in unique.repeats))
