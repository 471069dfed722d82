"""Columns: which columns make a row what it is."""

from collections.abc import Sequence

import streamlit as st

from rowid.errors import RowIdError
from rowid.model import KeyVerdict, SourceInfo
from rowid.recipe import Recipe
from rowid.ui import editing, frame, place, problems, profiling, questions, suggesting, waiting
from rowid.ui.draft import Draft
from rowid.ui.nouns import Table
from rowid.ui.numbers import count
from rowid.ui.text import escape, names


def choose(table: Table, draft: Draft, known: list[str]) -> None:
    """The choice of the key columns."""
    editing.follow(table, draft, ["columns"])
    absent = [name for name in draft.columns if name not in known]
    st.multiselect(
        "Key columns, in the order in which they enter the ID",
        [*known, *absent],
        key=editing.key_of(table, "columns"),
        format_func=lambda name: f"{name} (not in this table)" if name in absent else name,
        placeholder="All columns, sorted by name",
        on_change=editing.changed,
        args=(table, "columns"),
    )
    if not draft.columns:
        st.caption("Nothing chosen: all columns make the ID, sorted by name. Any change in a row changes its ID.")


def judge(table: Table, recipe: Recipe, info: SourceInfo, *, chosen: bool) -> None:
    """The verdict on the choice, and what to mind."""
    editing.forget_others("judging", questions.verdict_key(table, recipe))
    verdict = waiting.answer(questions.verdict(table, recipe), "Counting distinct rows", key="verdict")
    if verdict is not None:
        say(verdict)
        if chosen and verdict.rows:
            with problems.boundary():
                suggesting.advice(table, recipe, key=verdict.is_key)
    floats = questions.floats(info, recipe)
    if floats:
        st.warning(
            f"Floating-point numbers: {names(floats)}. Two programs that compute the same number may differ in its "
            "last digit. Round them to some decimals below, or leave them out.",
            icon=":material/warning:",
        )


def say(verdict: KeyVerdict) -> None:
    """The verdict in words."""
    if not verdict.rows:
        st.info("**The table has no rows**, so nothing can be said about its key.", icon=":material/info:")
    elif verdict.is_key:
        st.success(f"**Unique in all {count(verdict.rows, 'row')}.**", icon=":material/check_circle:")
    else:
        st.warning(
            f"**Not unique.** {count(verdict.rows, 'row')}, {verdict.distinct:,} distinct: "
            f"{count(verdict.surplus_rows, 'surplus row')}, largest group {verdict.largest_group:,}.",
            icon=":material/content_copy:",
        )
    if verdict.rows_with_null:
        st.warning(
            f"In **{count(verdict.rows_with_null, 'row')}** a key column is null. A null counts as a value here; on "
            "Run you say what such a row gets.",
            icon=":material/remove_selection:",
        )


def rules(table: Table, draft: Draft, chosen: Sequence[str]) -> None:
    """How the values of one key column become text, before and after."""
    column = st.selectbox("Column", chosen, key=f"rule-column-{table.id}")
    if column is None:
        return
    editing.follow(table, draft, columns=[column])
    first, second, third = st.columns([2, 3, 1])
    first.selectbox(
        "Read as",
        list(editing.TYPES),
        index=None,
        placeholder="As it is",
        format_func=lambda type_: editing.TYPES[type_],
        key=editing.key_of(table, "types", column),
        on_change=editing.rule_changed,
        args=(table, "types", column),
    )
    second.multiselect(
        "Normalise text",
        list(editing.NORMALISERS),
        format_func=lambda step: editing.NORMALISERS[step],
        key=editing.key_of(table, "normalise", column),
        placeholder="As it is",
        on_change=editing.rule_changed,
        args=(table, "normalise", column),
    )
    third.number_input(
        "Decimals",
        min_value=0,
        max_value=18,
        step=1,
        placeholder="All",
        help="Rounds floats and decimals, half away from zero.",
        key=editing.key_of(table, "decimals", column),
        on_change=editing.rule_changed,
        args=(table, "decimals", column),
    )
    cells = waiting.answer(questions.cells(table), "Reading the first rows", key="cells")
    if cells is not None and cells.num_rows and column in cells.column_names:
        spelt = questions.spellings(cells, column, editing.rule_of(draft, table, column))
        st.dataframe(
            {
                "Without a rule": ["null" if one.before is None else one.before for one in spelt],
                "What enters the ID": [one.problem or ("null" if one.after is None else one.after) for one in spelt],
            },
            hide_index=True,
            alt="The first different values of the column, without and with its rule",
        )


def first_ids(table: Table, recipe: Recipe) -> None:
    """The first rows with their IDs."""
    rows = waiting.answer(questions.preview(table, recipe), "Making the first IDs", key="preview")
    if rows is not None:
        rest = [name for name in rows.column_names if name != recipe.id_column and name not in recipe.columns]
        st.dataframe(
            rows,
            hide_index=True,
            placeholder="null",
            column_order=[recipe.id_column, *recipe.columns, *rest],
            alt="The first rows with their IDs",
        )


def profile(table: Table, info: SourceInfo) -> None:
    """What stands in each column, and all about one of them."""
    found = waiting.answer(questions.profile(table), "Profiling all columns", key="profile")
    if found is None:
        return
    profiling.quality(found)
    number = st.column_config.NumberColumn(format="localized")
    bar = st.column_config.ProgressColumn(format="%.2f", min_value=0, max_value=1, help=profiling.QUALITY)
    st.dataframe(
        profiling.rows(found, info),
        hide_index=True,
        column_config={"Nulls": number, "Distinct": number, "Quality": bar},
        alt="The profile of every column",
    )
    profiling.estimates(found)
    name = st.selectbox("A column in full", [column.name for column in found.columns], key=f"profile-{table.id}")
    column = found.column(name)
    if column is not None:
        left, right = st.columns(2, gap="large")
        with left:
            profiling.facts(column)
        with right:
            profiling.most_frequent(column)


def recipe_file(table: Table, recipe: Recipe) -> None:
    """The recipe out and in."""
    out, into = st.columns(2, gap="large")
    with out:
        st.code(recipe.to_yaml(), language="yaml")
        st.download_button(
            "Download the recipe",
            recipe.to_yaml(),
            "recipe.yaml",
            "application/yaml",
            icon=":material/download:",
            on_click="ignore",
        )
    with into:
        uploaded = st.file_uploader(
            "A recipe to use instead, YAML or JSON",
            type=["yaml", "yml", "json"],
            key=f"recipe-{st.session_state.get('recipe-upload', 0)}",
            max_upload_size=1,
        )
        if uploaded is not None:
            with problems.boundary():
                editing.load_recipe(table, uploaded.getvalue(), uploaded.name)
                st.session_state["recipe-upload"] = st.session_state.get("recipe-upload", 0) + 1
                st.rerun()


def screen(table: Table) -> None:
    """The screen for a table that can be read."""
    info = waiting.answer(questions.info(table), f"Reading {escape(table.name)}", key="info")
    if info is None:
        return
    known = [column.name for column in info.columns]
    draft = place.draft(table)
    st.subheader("Suggested keys", anchor=False)
    with problems.boundary():
        suggesting.suggestions(table, draft, known)
    st.subheader("Your choice", anchor=False)
    choose(table, draft, known)
    recipe = draft.recipe(known, table.options.text_columns)
    judge(table, recipe, info, chosen=bool(draft.columns))
    if st.button("Run", type="primary", icon=":material/arrow_forward:", key="next"):
        st.switch_page(frame.RUN)
    # only the open tab is worked out: a profile of a big table is work that not everybody asks for
    tabs = ["First IDs", "How values are read", "Profile", "Recipe file"]
    ids, values, columns, file = st.tabs(tabs, key="about", on_change="rerun")
    if ids.open:
        with ids, problems.boundary():
            first_ids(table, recipe)
    if values.open:
        with values, problems.boundary():
            rules(table, draft, recipe.columns)
    if columns.open:
        with columns, problems.boundary():
            profile(table, info)
    if file.open:
        with file, problems.boundary():
            recipe_file(table, recipe)


st.title("Columns", anchor=False)
try:
    in_hand = place.require_table()
except RowIdError as error:
    problems.show(error)
    st.page_link(frame.CONNECT, label="Connect a table", icon=":material/upload_file:")
else:
    screen(in_hand)
