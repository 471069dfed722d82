"""A choice of columns judged: is it a key, what could go, what would help."""

from collections.abc import Callable, Sequence
from contextlib import closing

from rowid.checks import Limits
from rowid.engine import require_columns
from rowid.errors import ColumnError
from rowid.keys import choice
from rowid.keys.codes import Encoder
from rowid.model import Choice, KeyVerdict
from rowid.pipeline.batches import ProgressCallback
from rowid.pipeline.coding import Watch, encoded, search_limits
from rowid.pipeline.counting import Count, counted, free_name
from rowid.ports import Source
from rowid.recipe import Recipe

_ADDITIONS = 16  # columns that are counted on all rows, of those that the rows in memory find best


def judge_choice(
    source: Source,
    recipe: Recipe | Sequence[str],
    *,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] | None = None,
    limits: Limits | None = None,
) -> Choice:
    """Whether the columns of a choice, or of a recipe with its rules, are unique; and what would change that.

    A null equals a null; policies are not applied.

    Raises:
        ColumnError: a column is not there, is there twice, or is of a type without canonical text.
        RecipeError: a column is named twice, or none is.
        Cancelled: ``should_stop`` says so.
    """
    recipe = recipe if isinstance(recipe, Recipe) else Recipe(recipe, id_column=free_name(recipe))
    with closing(source.open()) as reader:
        require_columns(reader.schema.names, recipe.columns)
    watch, limits = Watch(progress, should_stop), search_limits(limits)
    rules = {name: recipe.rule(name) for name in recipe.columns}
    encoder, rows = encoded(source, rules, (recipe.id_column,), watch, limits)
    for name in recipe.columns:
        if name in encoder.left_out:
            raise ColumnError(
                encoder.left_out[name], where=f"column {name!r}", hint="Leave it out of the key columns, or mend it."
            )
    one = _Judging(source, recipe, encoder, watch, limits)
    return one.whole() if encoder.held == rows else one.sampled(rows)


class _Judging:
    def __init__(self, source: Source, recipe: Recipe, encoder: Encoder, watch: Watch, limits: Limits) -> None:
        self._source, self._recipe, self._encoder = source, recipe, encoder
        self._watch, self._limits = watch, limits
        self._columns = tuple(recipe.columns)

    def whole(self) -> Choice:
        """The answer where the codes of all rows are at hand."""
        codes = self._encoder.codes(complete=True)
        chosen = [codes.names.index(name) for name in self._columns]
        left = choice.additions(codes, chosen)
        return self._answer(
            choice.judged(codes, chosen), choice.droppable(codes, chosen),
            choice.smaller(codes, chosen, self._watch.step), left, (),
        )  # fmt: skip

    def sampled(self, rows: int) -> Choice:
        """The answer where only some rows fit: what these do not disprove is counted on all of them."""
        codes = self._encoder.codes(complete=False)
        chosen = [codes.names.index(name) for name in self._columns]
        without = [tuple(n for n in self._columns if n != name) for name in self._columns if len(self._columns) > 1]
        keys = choice.smaller(codes, chosen, self._watch.step)[:_ADDITIONS]
        left = choice.additions(codes, chosen) or dict.fromkeys(
            (name for name in codes.names if name not in self._columns), 0
        )
        best = sorted(left, key=lambda name: (left[name], name))[:_ADDITIONS]
        ask = [self._columns, *without, *keys, *((*self._columns, name) for name in best)]
        counts = [one.verdict for one in self._counted(list(dict.fromkeys(ask)))]
        found = {one.columns: one for one in counts}
        verdict = found[self._columns]
        could_go = tuple(
            name for name, rest in zip(self._columns, without, strict=False) if found[rest].distinct == verdict.distinct
        )
        exact = {} if verdict.is_key else {name: found[(*self._columns, name)].surplus_rows for name in best}
        note = (
            f"columns that would help, and smaller keys, were looked for in {self._encoder.held:,} of {rows:,} rows; "
            "the best of them were counted on all"
        )
        smaller = tuple(key for key in keys if found[key].is_key)
        return self._answer(verdict, could_go, smaller, exact, (note,))

    def _counted(self, choices: Sequence[tuple[str, ...]]) -> list[Count]:
        rules = {name: self._recipe.rule(name) for name in self._columns}
        return counted(self._source, choices, rules, self._watch, self._limits)

    def _answer(
        self, verdict: KeyVerdict, could_go: tuple[str, ...], smaller: tuple[tuple[str, ...], ...],
        left: dict[str, int], notes: tuple[str, ...],
    ) -> Choice:  # fmt: skip
        completed = tuple(name for name, surplus in left.items() if not surplus)
        best = min(left, key=lambda name: (left[name], name), default=None)
        helps = best is not None and not completed and left[best] < verdict.surplus_rows
        addition = (best, left[best]) if best is not None and helps else None
        unseen = [f"{name}: {why}" for name, why in self._encoder.left_out.items()]
        return Choice(verdict, could_go, smaller, completed, addition, (*notes, *unseen))
