"""The keys that Columns suggests, and what it advises on the analyst's own choice; one click takes either."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rowid import keys
from rowid.model import Candidate, Choice, KeySearch, NearKey
from rowid.recipe import Recipe
from rowid.ui import editing, place, questions, waiting
from rowid.ui.draft import Draft
from rowid.ui.nouns import Table
from rowid.ui.numbers import count
from rowid.ui.text import escape, names

_SHOWN = 3
_LISTED = 20  # in all: more than anybody compares
_OFFERED = 4  # columns that could go, or that would help


def suggestions(table: Table, draft: Draft, known: Sequence[str]) -> None:
    """The keys of the table, best first, each with its evidence; looked for with a progress bar and a way to stop."""
    everything = Draft(
        types=draft.types, normalise=draft.normalise, decimals=draft.decimals, id_column=draft.id_column
    ).recipe(known, table.options.text_columns)
    editing.forget_others("searching", questions.keys_key(table, everything))
    found = waiting.answer(questions.find_keys(table, everything), "Looking for keys", key="keys")
    if found is None:
        return
    _verdict(found)
    chosen = set(draft.columns)
    for at, one in enumerate(found.candidates[:_SHOWN]):
        _candidate(table, one, chosen, f"key-{at}")
    more = found.candidates[_SHOWN:_LISTED]
    if more:
        with st.expander(f"{count(len(found.candidates) - _SHOWN, 'more key')}"):
            for at, one in enumerate(more, _SHOWN):
                _candidate(table, one, chosen, f"key-{at}")
            if len(found.candidates) > _LISTED:
                st.caption(f"The first {_LISTED} of {len(found.candidates):,}; `rowid keys` lists all.")
    if found.near:
        with st.expander(f"{count(len(found.near), 'near key')}", expanded=not found.candidates):
            for at, near in enumerate(found.near):
                _near(table, near, chosen, f"near-{at}")
    if found.not_searched:
        st.caption("Not searched: " + "; ".join(map(escape, found.not_searched)) + ".")


def advice(table: Table, recipe: Recipe, *, key: bool) -> None:
    """What could go from the choice and, where it is not a ``key``, what would help."""
    editing.forget_others("advising", questions.choice_key(table, recipe))
    judged = waiting.answer(questions.choice(table, recipe), "Trying what would change it", key="choice")
    if judged is None:
        return
    chosen = tuple(recipe.columns)
    for smaller in judged.smaller[:_OFFERED]:
        _offer(table, f"{names(smaller)} would be enough.", "Use it", smaller, "-".join(smaller))
    if not judged.smaller:
        for name in judged.droppable[:_OFFERED]:
            rest = tuple(one for one in chosen if one != name)
            _offer(table, f"**{escape(name)}** could go: the others tell as many rows apart.", "Remove", rest, name)
    if not key:
        _completions(table, judged, chosen)


def _completions(table: Table, judged: Choice, chosen: tuple[str, ...]) -> None:
    for name in judged.completed_by[:_OFFERED]:
        _offer(table, f"With **{escape(name)}** it would be unique.", "Add", (*chosen, name), name)
    if judged.best_addition:
        name, left = judged.best_addition
        said = f"**{escape(name)}** would help most: {count(left, 'row')} would still repeat another one."
        _offer(table, said, "Add", (*chosen, name), name)


def _verdict(found: KeySearch) -> None:
    why = "; ".join(map(escape, found.reasons))
    icon, colour = {"KEY": ("key", "green"), "CANNOT TELL": ("help", "blue")}.get(found.verdict, ("warning", "orange"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(escape(found.verdict), icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]
        st.markdown(f"{why}.", width="content")


def _candidate(table: Table, one: Candidate, chosen: set[str], key: str) -> None:
    evidence = f"unique in all {count(one.distinct, 'row')}"
    if one.rows_with_null:
        evidence += f", if a null counts as a value ({count(one.rows_with_null, 'row')})"
    icon = "check_circle" if one.is_safe else "warning" if one.risks else "help"
    _suggestion(
        table, one.columns, f":material/{icon}: {names(one.columns)} · {evidence}", one.reasons, chosen, key=key
    )


def _near(table: Table, one: NearKey, chosen: set[str], key: str) -> None:
    rows = "; ".join(" = ".join(f"{row:,}" for row in group) for group in one.groups)
    evidence = f"{count(one.surplus_rows, 'row')} short of unique" + (f" (equal rows: {rows})" if rows else "")
    said = f":material/content_copy: {names(one.columns)} · {escape(evidence)}"
    _suggestion(table, one.columns, said, one.reasons[1:], chosen, key=key)


def _suggestion(
    table: Table, columns: tuple[str, ...], said: str, reasons: Sequence[str], chosen: set[str], *, key: str
) -> None:  # fmt: skip
    words, click = st.columns([6, 1], vertical_alignment="center")
    why = "; ".join(map(escape, reasons))
    words.markdown(f"{said}  \n:small[:gray[{why}]]" if why else said)
    click.button(
        "Use" if set(columns) != chosen else "In use",
        key=key,
        help=f"Make {', '.join(columns)} the key columns",
        disabled=set(columns) == chosen,
        width="stretch",
        on_click=_take,
        args=(table, keys.automatic(columns)),
    )


def _offer(table: Table, said: str, label: str, columns: tuple[str, ...], key: str) -> None:
    words, click = st.columns([6, 1], vertical_alignment="center")
    words.markdown(f":material/lightbulb: {said}")
    click.button(label, key=f"offer-{label}-{key}", width="stretch", on_click=_take, args=(table, columns))


def _take(table: Table, columns: tuple[str, ...]) -> None:
    """Makes columns the key columns of the draft; its widgets follow."""
    st.session_state["wrote"] = None
    place.change(table, replace(place.draft(table), columns=columns))
