"""Connect: which table."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from rowid.errors import RowIdError
from rowid.model import ReadOptions, SourceInfo
from rowid.settings import Settings
from rowid.ui import browsing, connecting, frame, place, problems, questions, snapshots, waiting
from rowid.ui.nouns import Table
from rowid.ui.numbers import count, moment, zone
from rowid.ui.text import escape


def choose() -> None:
    """The ways to a table: upload, sample, a file of the server, a database."""
    upload, sample = st.columns([3, 2], gap="large")
    with upload:
        uploaded = st.file_uploader(
            "Your file: CSV, TSV, Parquet, JSON Lines or Excel; text also as .gz or .zst",
            max_upload_size=Settings.load().max_upload_mb,
            key=f"upload-{st.session_state.get('upload', 0)}",
        )
    with sample, st.container(border=True):
        st.markdown("**New here?** Take the sample: 1,704 rows of countries and years, with a key to try.")
        taken = st.button("Use the sample", icon=":material/science:", key="sample")
    files = place.workspace().server_files()
    if files:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            path = st.selectbox("Or a file of the server's data folder", files, index=None, key="server-file")
            if st.button("Use this file", disabled=path is None, key="use-server-file") and path:
                connecting.use_server_file(path)
                st.rerun()
    st.subheader("Databases", anchor=False)
    browsing.section()
    if taken:
        connecting.use_sample()
        st.rerun()
    if uploaded is not None:
        with st.spinner("Writing the file to disk …"):
            connecting.use_upload(uploaded)
        st.rerun()


def correct(table: Table, known: SourceInfo | None) -> None:
    """The controls that overrule what was found out."""
    options = table.options
    found = known.details if known else {}

    def apply(option: str, key: str) -> None:
        value = st.session_state[key]
        connecting.read_with(table, **{option: tuple(value) if option == "text_columns" else value})

    def select(label: str, option: str, choices: Mapping[Any, str]) -> None:
        key, now = f"{option}-{table.id}", getattr(options, option)
        choices = choices if now is None or now in choices else {**choices, now: str(now)}
        st.selectbox(
            label,
            list(choices),
            index=None if now is None else list(choices).index(now),
            format_func=lambda choice: choices[choice],
            placeholder=f"Found: {found[option]}" if found.get(option) else "Find out",
            key=key,
            on_change=apply,
            args=(option, key),
        )

    is_text = known is None or known.format in ("CSV", "TSV", "JSON Lines")
    first, second, third = st.columns(3)
    if known is None or known.format in ("CSV", "TSV"):
        with first:
            select("Delimiter", "delimiter", connecting.DELIMITERS)
        with third:
            select("Header", "header", connecting.HEADERS)
    if is_text:
        with second:
            select("Encoding", "encoding", connecting.ENCODINGS)
    if known and (known.format == "Excel" or options.sheet):
        with first:
            names = connecting.sheets(known)
            select("Sheet", "sheet", {name: name for name in names})
    if known and known.format != "Parquet":
        key = f"text_columns-{table.id}"
        st.multiselect(
            "Columns that stay text whatever they look like",
            [column.name for column in known.columns],
            default=[column.name for column in known.columns if column.name in options.text_columns],
            key=key,
            on_change=apply,
            args=("text_columns", key),
        )
    if options != ReadOptions():
        st.button("Undo all corrections", on_click=connecting.reset, args=(table,), key="undo-corrections")


def origin(table: Table) -> None:
    """From where and when the rows of a database's table were read."""
    when = moment(snapshots.read_at(table).isoformat(), zone(st.context.timezone))
    st.markdown(
        f"Read from **{escape(snapshots.shown(table))}** on **{escape(when)}**, and kept here: every answer and every "
        "run is about these rows, whatever becomes of them there meanwhile."
    )
    if query := snapshots.query(table):
        st.code(query, language="sql", wrap_lines=True)
    st.button(
        "Read it again", icon=":material/refresh:", type="tertiary", on_click=connecting.read_again, args=(table,),
        key="read-again",
    )  # fmt: skip


def understood(table: Table) -> None:
    """What was understood of the table, and its first rows."""
    reading = snapshots.reading(table)
    if reading:
        if waiting.answer(reading, f"Reading {escape(table.name)}", key="snapshot"):
            st.rerun()  # the header is about the rows too
        return
    known = waiting.answer(questions.info(table), f"Reading {escape(table.name)}", key="info")
    if known is None:
        if questions.info(table).ended and table.path.suffix.lower() not in (".parquet", ".pq"):
            with st.expander("Correct how the file is read", expanded=True):
                correct(table, None)
        return
    rows = "" if known.rows is None else f"{count(known.rows, 'row')}, "
    st.subheader(f"{known.format}, {rows}{count(len(known.columns), 'column')}", anchor=False)
    found(table, known)
    if st.button("Choose columns", type="primary", icon=":material/arrow_forward:", key="next"):
        st.switch_page(frame.COLUMNS)
    rows_tab, types_tab = st.tabs(["First rows", "Columns and types"])
    with rows_tab:
        first = waiting.answer(questions.head(table), "Reading the first rows", key="head")
        if first is not None:
            st.caption(f"The first {count(first.num_rows, 'row')}")
            st.dataframe(first, hide_index=True, height=420, placeholder="null", alt=f"The first rows of {table.name}")
    with types_tab:
        st.dataframe(connecting.kinds(known), hide_index=True, alt="Columns, their types and notes")


def found(table: Table, known: SourceInfo) -> None:
    """Where the rows come from and how they were understood, with a way to correct that."""
    if table.uri:
        origin(table)
        return
    if known.details:
        st.markdown(" · ".join(f"{escape(name)}: **{escape(value)}**" for name, value in known.details.items()))
    for note in known.notes:
        st.info(problems.sentence(escape(note)), icon=":material/info:")
    noted = [column for column in known.columns if column.note]
    if noted:
        lines = "\n".join(f"- **{escape(column.name)}**: {escape(column.note)}" for column in noted[:20])
        st.info(f"Not guessed, so that nothing is lost:\n{lines}", icon=":material/info:")
    if known.format != "Parquet":
        with st.expander("Correct how the file is read"):
            correct(table, known)


st.title("Connect", anchor=False)
try:
    table = place.table()
except RowIdError as error:
    problems.show(error)
    table = None
if table is None:
    st.markdown(
        "Give every row of a table an ID that stays the same, and know whether it is unique. "
        "Connect a file or a table of a database, choose the columns that make a row what it is, and run."
    )
    choose()
else:
    # closed, it asks nothing of any database
    another = st.expander(
        "Take another table", icon=":material/swap_horiz:", key=f"another-{table.id}", on_change="rerun"
    )
    if another.open:
        with another:
            choose()
    understood(table)
