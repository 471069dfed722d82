"""Where a visitor is: the table, the recipe's draft and the run in hand. The address of the page says so.

The navigation's links drop the query of an address, so the session remembers the IDs and puts them back.
"""

from contextlib import suppress

import streamlit as st

from rowid.errors import RowIdError, UsageError
from rowid.recipe import Recipe
from rowid.settings import Settings
from rowid.ui.draft import Draft
from rowid.ui.nouns import Run, Table
from rowid.ui.workspace import Workspace

KEYS = ("table", "recipe", "run")


def workspace() -> Workspace:
    """The app's folder on disk."""
    return Workspace(Settings.load())


def restore() -> None:
    """Completes the address from the session, and remembers it there. Called before a page is drawn."""
    remembered: dict[str, str] = st.session_state.get("place", {})
    here = {key: st.query_params[key] for key in KEYS if st.query_params.get(key)}
    if "run" in here and "recipe" not in here and (found := workspace().run(here["run"])):
        go_to_run(found)
        return
    if here.get("table", remembered.get("table")) == remembered.get("table"):
        if "recipe" in here and here["recipe"] != remembered.get("recipe"):
            remembered = {key: value for key, value in remembered.items() if key != "run"}
        here = {**remembered, **here}
    go(**here)


def go(table: str | None = None, recipe: str | None = None, run: str | None = None) -> None:
    """Makes this the place: what is not given is no longer in hand."""
    here = {key: value for key, value in zip(KEYS, (table, recipe, run), strict=True) if value}
    st.session_state["place"] = here
    workspace().in_use(table, run)
    for key in KEYS:
        if key in here and st.query_params.get(key) != here[key]:
            st.query_params[key] = here[key]
        elif key not in here and key in st.query_params:
            del st.query_params[key]


def go_to_run(run: Run) -> None:
    """Takes a run in hand, with its table and its recipe."""
    recipe = None
    with suppress(RowIdError):  # its table may be gone, and the run is still to be seen
        recipe = workspace().keep_draft(
            workspace().table(run.table_id), Draft.from_recipe(Recipe.from_dict(run.recipe))
        )
    go(table=run.table_id, recipe=recipe, run=run.id)


def here(key: str) -> str | None:
    """The ID of ``table``, ``recipe`` or ``run`` in hand, or None."""
    remembered: dict[str, str] = st.session_state.get("place", {})
    return remembered.get(key)


def table() -> Table | None:
    """The table in hand, or None. Raises UsageError if the address names one that is not there."""
    table_id = here("table")
    return workspace().table(table_id) if table_id else None


def table_or_none() -> Table | None:
    """The table in hand, or None also where the address names one that is not there."""
    try:
        return table()
    except RowIdError:
        return None


def require_table() -> Table:
    """The table in hand. Raises UsageError if there is none, SourceError if its rows are not there."""
    found = table()
    if found is None:
        raise UsageError("no table is connected yet", hint="Choose a file, or the sample, on Connect.")
    found.state()
    return found


def draft(of: Table) -> Draft:
    """The draft in hand for a table."""
    return workspace().draft(of, here("recipe"))


def change(of: Table, changed: Draft) -> None:
    """Keeps a draft and makes it the one in hand. A run that was in hand was of another recipe."""
    draft_id = workspace().keep_draft(of, changed)
    if draft_id != here("recipe"):
        go(table=of.id, recipe=draft_id)


def run() -> Run | None:
    """The run in hand, or None."""
    run_id = here("run")
    return workspace().run(run_id) if run_id else None
