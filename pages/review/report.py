"""Quality report: is it a key, and if not, why not."""

from dataclasses import replace

import streamlit as st

from rowid.errors import RowIdError
from rowid.recipe import Recipe
from rowid.ui import charts, frame, place, problems, questions, reporting, waiting
from rowid.ui.numbers import zone
from rowid.ui.text import escape
from rowid.ui.workspace import Run

SHOWN_AT_ONCE = 5


def pick(current: Run | None) -> Run | None:
    """Which run: the one in hand, or another one that finished."""
    finished = {run.id: run for run in place.workspace().finished_runs()}
    if current and current.receipt:
        finished.setdefault(current.id, current)
    if not finished:
        st.info("No run has finished yet. The report of a run shows here.", icon=":material/info:")
        st.page_link(frame.CONNECT, label="Connect a table", icon=":material/upload_file:")
        return None
    chosen = current.id if current and current.id in finished else next(iter(finished))
    local = zone(st.context.timezone)

    def take() -> None:
        place.go_to_run(finished[st.session_state["report-run"]])

    st.session_state["report-run"] = chosen
    st.selectbox(
        "Run",
        list(finished),
        format_func=lambda run_id: reporting.label(finished[run_id], local),
        key="report-run",
        on_change=take,
    )
    return finished[chosen]


def show(report: questions.Report, recipe: Recipe) -> None:
    """The report."""
    verdict = report.verdict
    draw = {"KEY": st.success, "NOT A KEY": st.warning, "CANNOT TELL": st.info}[reporting.answer(verdict)]
    icon = {"KEY": "check_circle", "NOT A KEY": "content_copy", "CANNOT TELL": "help"}[reporting.answer(verdict)]
    draw(f"**{reporting.answer(verdict)}**  \n{reporting.explanation(verdict)}", icon=f":material/{icon}:")
    with st.container(horizontal=True, gap="small"):
        for label, value in reporting.numbers(report).items():
            st.metric(label, value, width=125)
    if verdict.rows:
        left, right = st.columns(2, gap="large")
        with left:
            figure, numbers = charts.distinct_and_surplus(report)
            charts.draw(figure, numbers, key="distinct", alt="Distinct and surplus rows, stacked")
        with right:
            figure, numbers = charts.nulls(report)
            charts.draw(figure, numbers, key="nulls", alt="Nulls by key column, as bars")
    if report.groups:
        groups(report, recipe)


def groups(report: questions.Report, recipe: Recipe) -> None:
    """Rows with the same key, as they are."""
    st.subheader("Rows with the same key", anchor=False)
    st.markdown(reporting.advice(report.verdict, report.groups))
    figure, numbers = charts.group_sizes(report)
    charts.draw(figure, numbers, key="groups", alt="The sizes of the largest duplicate groups, as bars")
    shown = report.groups if st.session_state.get("all-groups") else report.groups[:SHOWN_AT_ONCE]
    for number, group in enumerate(shown):
        st.markdown(f"**{number + 1}.** {reporting.title(group)}")
        st.dataframe(
            reporting.rows(group),
            hide_index=True,
            placeholder="null",
            column_order=reporting.order(group, recipe),
            key=f"group-{number}",
            alt=f"The first rows of duplicate group {number + 1}",
        )
    if len(report.groups) > SHOWN_AT_ONCE:
        st.toggle(f"Show {len(report.groups):,} groups", key="all-groups")
    if report.verdict.duplicate_groups > len(report.groups):
        st.caption(f"These are the largest of {report.verdict.duplicate_groups:,} groups, the first rows of each.")


st.title("Quality report", anchor=False)
chosen = pick(place.run())
if chosen is not None:
    try:
        table = replace(place.workspace().table(chosen.table_id), options=chosen.options)
        recipe = Recipe.from_dict(chosen.recipe)
        job = questions.report(table, recipe)
    except RowIdError as error:
        problems.show(error)
    else:
        report = waiting.answer(job, f"Examining {escape(chosen.source)}", key="report")
        if report is not None:
            show(report, recipe)
