"""Quality report: is it a key, and if not, why not."""

from dataclasses import replace
from functools import partial

import streamlit as st

from rowid import report as report_
from rowid.errors import RowIdError
from rowid.recipe import Recipe
from rowid.report import QualityReport, telling
from rowid.ui import charts, frame, place, problems, questions, reporting, waiting
from rowid.ui.jobs import Job, process
from rowid.ui.nouns import Earlier, Run
from rowid.ui.numbers import zone
from rowid.ui.text import escape

SHOWN_AT_ONCE = 5
LOOKS = {
    "KEY": (st.success, "check_circle"),
    "KEY IF": (st.warning, "help_center"),
    "NOT A KEY": (st.warning, "content_copy"),
    "CANNOT TELL": (st.info, "help"),
}


def pick(current: Run | None) -> Run | None:
    """Which run: the one in hand, or another one that finished."""
    finished = {run.id: run for run in place.workspace().finished_runs()}
    if current and current.receipt:
        finished.setdefault(current.id, current)
    if not finished:
        st.info("No run has finished yet. The report of a run shows here.", icon=":material/info:")
        if place.table_or_none():
            st.page_link(frame.RUN, label="Run", icon=":material/play_circle:")
        else:
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


def show(report: QualityReport, run: Run, earlier: Earlier | None, job: Job[QualityReport]) -> None:
    """The report."""
    draw, icon = LOOKS[report.verdict.answer]
    draw(reporting.headline(report), icon=f":material/{icon}:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(telling.evidence(report), width="content")
        if report.evidence.stopped:
            st.button("Examine all of it", key="again-report", on_click=process().jobs.forget, args=(job,))
        st.download_button(
            "Download as HTML", partial(report_.html, report), reporting.file_name(run), "text/html",
            icon=":material/download:", on_click="ignore", key="report-html",
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for label, value in reporting.numbers(report).items():
            st.metric(label, value, width=125)
    drawn = {figure.name: figure for figure in report_.figures(report)}
    pair(drawn, "distinct", "nulls")
    names = ["Rows that repeat", "Nulls", "Key", "Spellings", "Collisions", "Personal data", "Previous run"]
    parts = (duplicates, nulls, key, spellings, collisions, personal)
    tabs = st.tabs(names)
    for tab, part in zip(tabs, parts, strict=False):
        with tab:
            part(report, drawn)
    with tabs[-1]:
        st.markdown(reporting.against(report, earlier, zone(st.context.timezone)))
        st.markdown(reporting.points(telling.comparison(report)))
        pair(drawn, "kept")


def pair(drawn: dict[str, report_.Figure], *wanted: str) -> None:
    """Charts side by side, those that there are."""
    found = [drawn[name] for name in wanted if name in drawn]
    for place_, figure in zip(st.columns(2, gap="large"), found, strict=False):
        with place_:
            charts.draw_figure(figure)


def duplicates(report: QualityReport, drawn: dict[str, report_.Figure]) -> None:
    """Rows with the same key, as they are, and why."""
    if report.diagnosis is None:
        st.markdown("No row repeats another one's key." if not report.evidence.stopped else "This was not looked at.")
        return
    st.markdown(reporting.points(report.diagnosis.sentences))
    pair(drawn, "sizes", "splits")
    shown = report.groups if st.session_state.get("all-groups") else report.groups[:SHOWN_AT_ONCE]
    for number, group in enumerate(shown):
        st.markdown(f"**{number + 1}.** {reporting.title(group)}")
        st.dataframe(
            reporting.group_rows(group, report.columns), hide_index=True, placeholder="null", key=f"group-{number}",
            alt=f"The first rows of duplicate group {number + 1}",
        )  # fmt: skip
    if len(report.groups) > SHOWN_AT_ONCE:
        st.toggle(f"Show {len(report.groups):,} groups", key="all-groups")
    if report.diagnosis.groups_in_all > len(report.groups):
        st.caption(f"The largest of {report.diagnosis.groups_in_all:,} groups, the first rows of each.")


def nulls(report: QualityReport, _: dict[str, report_.Figure]) -> None:
    """The three readings of null, and the nulls."""
    listed(reporting.readings(report), "readings", "The counts under each reading of null")
    listed(reporting.key_columns(report), "key-columns", "Nulls and blanks by key column")


def key(report: QualityReport, _: dict[str, report_.Figure]) -> None:
    """Whether the key could be smaller, and what may change it."""
    st.markdown(reporting.points(telling.minimality(report)))
    if report.risks:
        listed(reporting.risks(report), "risks", "What may change an ID though the row stays the same")
    elif report.risks is not None:
        st.markdown("No column of the key looks as if its values changed while the row stays the same.")


def spellings(report: QualityReport, drawn: dict[str, report_.Figure]) -> None:
    """What other spellings would merge or split."""
    if report.variants is None:
        st.markdown("This was not looked at.")
        return
    if report.variants.found:
        listed(reporting.variants(report), "variants", "What other spellings would do")
        pair(drawn, "variants")
    st.markdown(reporting.points(telling.unvaried(report.variants)))
    for one in report.variants.found:
        for number, example in enumerate(one.examples):
            if not number:
                do = "meet" if one.effect == "merge" else "part"
                st.markdown(f"**{escape(one.column)}, {escape(one.name)}**: rows that {do}")
            listed(reporting.rows(example), f"example-{one.column}-{one.name}-{number}", f"Rows with {one.name}")


def collisions(report: QualityReport, drawn: dict[str, report_.Figure]) -> None:
    """Different rows with one digest: none, and how that was checked."""
    st.markdown(reporting.points(telling.collisions(report)))
    pair(drawn, "chances")
    listed(reporting.bounds(report), "bounds", "The chance of any collision by form")


def personal(report: QualityReport, _: dict[str, report_.Figure]) -> None:
    """How guessable the key is."""
    if report.personal is None:
        st.markdown("This was not looked at.")
        return
    st.markdown(reporting.points(report.personal.sentences))
    listed(reporting.guesses(report), "guesses", "How guessable each column of the key is")
    shown = report.personal.demonstration
    if shown and shown.rows.numbers:
        st.markdown("What a plain hash gave away:")
        listed(reporting.rows(shown.rows), "given-away", "Rows that were found by their hash")


def listed(columns: reporting.Columns, key: str, alt: str) -> None:
    """A small table."""
    st.dataframe(columns, hide_index=True, placeholder="null", key=key, alt=alt)


st.title("Quality report", anchor=False)
chosen = pick(place.run())
if chosen is not None:
    try:
        table = replace(place.workspace().table(chosen.table_id), options=chosen.options)
        recipe = Recipe.from_dict(chosen.recipe)
        earlier = place.workspace().earlier(chosen)
        job = questions.report(table, recipe, earlier)
    except RowIdError as error:
        problems.show(error)
    else:
        report = waiting.answer(job, f"Examining {escape(chosen.source)}", key="report")
        if report is not None:
            show(report, chosen, earlier, job)
