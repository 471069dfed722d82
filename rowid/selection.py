"""For scripts: which columns of a frame are to make its IDs, decided with reasons, or not decided."""

import re
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rowid import keys, pipeline
from rowid.checks import Limits
from rowid.errors import CanonicalError, UsageError
from rowid.model import Candidate, Choice, NearKey, TableProfile
from rowid.pipeline.counting import free_name
from rowid.recipe import Recipe
from rowid.sources.frame import FrameSource, column_names, tabular

_LIMITS = Limits(memory=2**30)  # the same on every machine, so that the decision is
_MAX_STEPS = 1000
_E_MAIL = re.compile(r"e[-_ ]?mail", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """Which columns make a row what it is, by what evidence.

    ``columns`` is empty where nothing found deserves to be called a key, unless the columns were chosen by hand.
    ``verdict`` is ``KEY``, ``KEY IF ...``, ``NO SAFE KEY``, ``CANNOT TELL``, or of a choice by hand ``NOT A KEY``.
    ``candidates`` and ``near`` come best first; ``choice`` is the judgement on a choice by hand.
    """

    columns: tuple[str, ...]
    verdict: str
    reasons: tuple[str, ...]
    candidates: tuple[Candidate, ...] = ()
    near: tuple[NearKey, ...] = ()
    not_searched: tuple[str, ...] = ()
    choice: Choice | None = None


def select_columns_for_hashing(
    data: Any,
    manual_columns: Sequence[str] | None = None,
    uniqueness_threshold: float = 0.95,
    include_email: bool = True,
) -> ColumnDecision:
    """Decides which columns of a frame make its rows what they are.

    Args:
        data: as in ``generate_unique_row_ids``.
        manual_columns: a choice to be judged; it is decided then, and the verdict says how good it is.
        uniqueness_threshold: from this share of distinct rows on, columns are reported as near a key. They are never
            decided for: a key is unique in all rows.
        include_email: False leaves out columns that hold e-mail addresses, by their names or values.

    Raises:
        RowIdError: a column is not there, or the data is no table.
    """
    if not 0 < uniqueness_threshold <= 1:
        raise UsageError(
            f"uniqueness_threshold is {uniqueness_threshold}", hint="It is a share of the rows, above 0 and at most 1."
        )
    data = tabular(data)
    if manual_columns is not None:
        return _judged(data, manual_columns)
    names = list(dict.fromkeys(column_names(data)))
    source, left_out = _source(data, Recipe(names, id_column=free_name(names)))
    mails = () if include_email else _e_mail_columns(pipeline.look(source))
    found = pipeline.find_keys(
        source, exclude=mails, near_share=uniqueness_threshold, limits=_LIMITS, time_limit_s=None, max_steps=_MAX_STEPS
    )
    unused = [f"{name}: holds e-mail addresses" for name in mails]
    decided = found.candidates[0].columns if found.candidates and found.verdict.startswith("KEY") else ()
    return ColumnDecision(
        keys.automatic(decided), found.verdict, found.reasons, found.candidates, found.near,
        (*left_out, *unused, *found.not_searched),
    )  # fmt: skip


def decided(data: Any, everything: Recipe) -> Recipe:
    """The recipe for the columns that nobody named: of the best key among those of ``everything``, if it is safe.

    Else ``everything``, with a warning that says so. The work is bounded, and the same on every machine.
    """
    if len(everything.columns) == 1:
        return everything
    source, _ = _source(data, everything)
    found = pipeline.find_keys(
        source,
        rules={name: everything.rule(name) for name in everything.columns},
        near_share=None,
        only_best=True,
        limits=_LIMITS,
        time_limit_s=None,
        max_steps=_MAX_STEPS,
    )
    if found.verdict == "KEY":
        return _only(everything, found.candidates[0].columns)
    warnings.warn(
        f"no columns were named, so all {len(everything.columns)} make the ID: {found.verdict}, {found.reasons[0]}",
        stacklevel=3,
    )
    return everything


def _judged(data: Any, columns: Sequence[str]) -> ColumnDecision:
    names = [str(label) for label in columns] if not isinstance(columns, str) else columns
    chosen = Recipe(names, id_column=free_name(names))
    everything = [name for name in dict.fromkeys(column_names(data)) if name not in chosen.columns]
    FrameSource(data, chosen).info()  # refuses what cannot be a key column
    source, left_out = _source(data, Recipe([*chosen.columns, *everything], id_column=chosen.id_column))
    judged = pipeline.judge_choice(source, chosen, limits=_LIMITS)
    verdict, reasons = in_words(judged)
    return ColumnDecision(
        tuple(chosen.columns), verdict, reasons, not_searched=(*left_out, *judged.not_searched), choice=judged
    )


def in_words(judged: Choice) -> tuple[str, tuple[str, ...]]:
    """The verdict on a choice, and what it rests on."""
    verdict, said = judged.verdict, []
    if verdict.is_key:
        said.append(f"unique in all {verdict.rows:,} rows")
    else:
        said.append(f"{verdict.surplus_rows:,} of {verdict.rows:,} rows repeat another one")
    if verdict.rows_with_null:
        said.append(f"{verdict.rows_with_null:,} rows have a null in it")
    said += [f"{name} could go" for name in judged.droppable]
    said += [f"{' and '.join(one)} would be enough" for one in judged.smaller[:3]]
    said += [f"{name} would make it unique" for name in judged.completed_by]
    if judged.best_addition:
        name, left = judged.best_addition
        said.append(f"{name} would help most: {left:,} rows would still repeat another one")
    if verdict.rows < 2:
        return "CANNOT TELL", tuple(said)
    if not verdict.is_key:
        return "NOT A KEY", tuple(said)
    return ("KEY IF a null counts as a value" if verdict.rows_with_null else "KEY"), tuple(said)


def _source(data: Any, recipe: Recipe) -> tuple[FrameSource, tuple[str, ...]]:
    """The frame's columns as a source, less those whose values cannot be compared, with the reasons."""
    left_out: dict[str, str] = {}
    names = [name for name in recipe.columns if list(column_names(data)).count(name) == 1]
    while True:
        source = FrameSource(data, _only(recipe, [name for name in names if name not in left_out]))
        try:
            source.info()
        except CanonicalError as error:
            left_out[error.column] = error.reason
            if len(left_out) == len(names):
                raise
        else:
            return source, tuple(f"{name}: it holds values that are {why}" for name, why in left_out.items())


def _only(recipe: Recipe, names: Collection[str]) -> Recipe:
    plain = recipe.to_dict()
    for rules in ("types", "normalise", "decimals"):
        plain[rules] = {name: rule for name, rule in plain.get(rules, {}).items() if name in names}
    return Recipe.from_dict({**plain, "columns": [name for name in recipe.columns if name in names]})


def _e_mail_columns(profile: TableProfile) -> tuple[str, ...]:
    return tuple(
        column.name
        for column in profile.columns
        if _E_MAIL.search(column.name) or any(one.name == "e-mail" and one.share >= 0.5 for one in column.patterns)
    )
