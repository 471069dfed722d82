"""The widgets that write a recipe: they follow the draft that the address names, and a change makes a new draft."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from rowid.errors import RecipeError
from rowid.recipe import Recipe, Rule
from rowid.ui import keyed, place, problems
from rowid.ui.draft import Draft
from rowid.ui.jobs import process
from rowid.ui.nouns import Table

TYPES = {
    "text": "Text, to the letter",
    "number": "Number (exact)",
    "boolean": "Boolean (yes/no, 1/0, true/false)",
    "date": "Date",
    "timestamp": "Timestamp without zone",
    "timestamp_utc": "Timestamp with zone",
}
NORMALISERS = {
    "nfc": "Unicode NFC",
    "trim": "Trim white space",
    "squeeze": "Squeeze white space",
    "lower": "Lower case",
    "upper": "Upper case",
    "empty_as_null": "Empty text is null",
}


def key_of(table: Table, field: str, column: str = "") -> str:
    """The key of the widget that holds a field of the draft, or of a column's rule."""
    return f"{field}-{table.id}-{column}" if column else f"{field}-{table.id}"


def follow(table: Table, draft: Draft, fields: Sequence[str] = (), columns: Sequence[str] = ()) -> None:
    """Fills the widgets of ``fields`` and of the rules of ``columns`` from the draft, unless they wrote it."""
    rules = draft.to_dict()
    now: dict[str, Any] = {key_of(table, field): rules[field] for field in fields}
    for column in columns:
        now[key_of(table, "types", column)] = draft.types.get(column)
        now[key_of(table, "normalise", column)] = list(draft.normalise.get(column, ()))
        now[key_of(table, "decimals", column)] = draft.decimals.get(column)
    for key, value in now.items():
        if key not in st.session_state or st.session_state.get("wrote") != draft.id:
            st.session_state[key] = value


def changed(table: Table, field: str) -> None:
    """Takes a widget's new value for a field into the draft."""
    value: Any = st.session_state[key_of(table, field)]
    if field == "columns":
        value = tuple(value)
    elif field == "id_column":
        value = value.strip() or "row_id"
    _keep(table, replace(place.draft(table), **{field: value}))


def rule_changed(table: Table, field: str, column: str) -> None:
    """Takes a widget's new value for a column's rule into the draft."""
    draft = place.draft(table)
    value = st.session_state[key_of(table, field, column)]
    if field == "normalise" and {"lower", "upper"} <= {*value}:  # the one chosen last
        value = [step for step in value if step not in {"lower", "upper"} - {value[-1]}]
        st.session_state[key_of(table, field, column)] = value
    rules: Any = {name: rule for name, rule in getattr(draft, field).items() if name != column}
    if value not in (None, []):
        rules[column] = value
    _keep(table, replace(draft, **{field: rules}))


def load_recipe(table: Table, text: bytes, name: str) -> None:
    """Makes an uploaded recipe the draft. Raises RecipeError if it is none, SecretError if its key is not for here."""
    try:
        recipe = Recipe.from_text(text.decode("utf-8"), where=name)
    except UnicodeDecodeError:
        raise RecipeError("the recipe is not UTF-8 text", where=name) from None
    keyed.require_allowed(recipe)
    place.change(table, Draft.from_recipe(recipe))


def rule_of(draft: Draft, table: Table, column: str) -> Rule:
    """The rule of a column as its recipe will have it."""
    return draft.recipe([column, *draft.columns], table.options.text_columns).rule(column)


def forget_others(kind: str, key: tuple[object, ...]) -> None:
    """Stops this visitor's job of a kind that is about an earlier choice: nobody waits for it any more."""
    earlier = st.session_state.get(kind)
    if earlier is not None and earlier != key:
        job = process().jobs.get(earlier)
        if job and not job.ended:
            process().jobs.forget(job)
    st.session_state[kind] = key


def _keep(table: Table, draft: Draft) -> None:
    try:
        place.change(table, draft)
    except OSError as error:
        problems.show(error)
        return
    st.session_state["wrote"] = draft.id
