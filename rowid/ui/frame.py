"""What stands around every screen: the navigation, and the header that says what is in hand."""

import html
from pathlib import Path

import streamlit as st

from rowid.errors import RowIdError
from rowid.ui import place, problems, questions, runs, visitor
from rowid.ui.nouns import Table
from rowid.ui.numbers import count
from rowid.ui.text import escape

CONNECT = "pages/build/connect.py"
COLUMNS = "pages/build/columns.py"
RUN = "pages/build/run.py"
REPORT = "pages/review/report.py"
MONITORING = "pages/operate/monitoring.py"
ICON = str(Path(__file__).parent / "icon.svg")
LOGO = str(Path(__file__).parent / "logo.svg")
_STYLE = Path(__file__).parent / "style.css"


def screens() -> dict[str, list[st.Page]]:
    """The screens by the sections of the navigation.

    Their files lie in sub-folders of ``pages``: a file in ``pages`` itself could be reached without the entry point.
    """
    return {
        "Build": [
            st.Page(CONNECT, title="Connect", icon=":material/upload_file:", url_path="connect", default=True),
            st.Page(COLUMNS, title="Columns", icon=":material/view_column:", url_path="columns"),
            st.Page(RUN, title="Run", icon=":material/play_circle:", url_path="run"),
        ],
        "Review": [st.Page(REPORT, title="Quality report", icon=":material/fact_check:", url_path="report")],
        "Operate": [st.Page(MONITORING, title="Monitoring", icon=":material/monitoring:", url_path="monitoring")],
    }


def header() -> None:
    """The table in hand, the recipe's fingerprint and, while one runs, the job."""
    st.html(_STYLE)
    st.logo(LOGO, icon_image=ICON, size="large")
    visitor.draw()
    with st.container(key="header"):
        table = place.table_or_none()
        if table is None:
            st.caption("No table in hand yet")
            return
        running = runs.running(table.id)
        # a fragment that is not called again costs nothing; one is needed only while there is something to watch
        st.fragment(run_every=1.0 if running else None)(_in_hand)(table, watched=bool(running))


def download_link(label: str, address: str, file: str) -> None:
    """A button-like link from which the browser downloads a file, however big, without the session holding it."""
    st.html(
        f'<a class="rowid-download" href="{html.escape(address)}" download="{html.escape(file)}">'
        f"{html.escape(label)}</a>",
        width="content",
    )


def _in_hand(table: Table, *, watched: bool) -> None:
    with problems.boundary(), st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f":material/table: **{escape(table.name)}**", width="content")
        _size_and_recipe(table)
        running = runs.running(table.id)
        for _, name, job in running:
            done = job.progress
            share = f" {done.rows_done / done.rows_total:.0%}" if done and done.rows_total else ""
            st.badge(f"Running {escape(name)}{share}", icon=":material/progress_activity:", color="blue")
        if watched and not running:
            st.rerun()


def _size_and_recipe(table: Table) -> None:
    try:
        job = questions.info(table)
        job.wait(0.3)
        known = job.result
        if known is None:
            st.markdown("reading …" if job.error is None else "cannot be read", width="content")
            return
        rows = "" if known.rows is None else f"{count(known.rows, 'row')} · "
        st.markdown(f"{rows}{count(len(known.columns), 'column')}", width="content")
        names = [column.name for column in known.columns]
        recipe = place.draft(table).recipe(names, table.options.text_columns)
    except RowIdError:
        return  # the page itself says what is wrong
    st.markdown(
        f"recipe `{recipe.fingerprint[:12]}`",
        width="content",
        help=f"The recipe's fingerprint: whoever has the same gets the same IDs. In full: {recipe.fingerprint}",
    )
