"""Monitoring: the runs of this machine, and how it fares."""

import streamlit as st

from rowid.settings import Settings
from rowid.ui import charts, machine, place, problems, watching
from rowid.ui.numbers import count, size, zone

EVERY_S = 2.0


@st.fragment(run_every=EVERY_S)
def machine_now(settings: Settings) -> None:
    """The machine."""
    with problems.boundary():
        now = machine.now(settings.state_dir)
        with st.container(horizontal=True, gap="medium"):
            st.metric("Processor", f"{now.cpu:.0f} %", help=f"Of {count(now.cores, 'core')}", width=170)
            st.metric(
                "Memory", f"{100 * now.memory_used / now.memory_total:.0f} %",
                help=f"{size(now.memory_used)} of {size(now.memory_total)} in use", width=170,
            )  # fmt: skip
            st.metric("Memory of the app", size(now.process), width=170)
            st.metric(
                "Disk", f"{100 * now.disk_used / now.disk_total:.0f} %",
                help=f"{size(now.disk_used)} of {size(now.disk_total)} in use where results are kept", width=170,
            )  # fmt: skip


@st.fragment(run_every=EVERY_S)
def runs_now(settings: Settings) -> None:
    """The runs."""
    with problems.boundary():
        found = watching.records(settings)
        if not found:
            st.info("Nothing has run yet. Runs of the app and of the command line show here.", icon=":material/info:")
            return
        local = zone(st.context.timezone)
        times = watching.times(found, local)
        left, right = st.columns(2, gap="large")
        with left:
            charts.draw(*charts.durations(found, times), key="durations", alt="Duration of each run over time")
        with right:
            charts.draw(*charts.throughput(found, times), key="throughput", alt="Throughput of each run over time")
        st.dataframe(
            watching.rows(found, local, place.workspace().has_receipt),
            hide_index=True,
            key="runs",
            alt="The last runs, newest first",
            column_config={
                "Started": st.column_config.DatetimeColumn(
                    format="DD MMM YYYY, HH:mm:ss", help=f"Local time ({local.key})"
                ),
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Rows/s": st.column_config.NumberColumn(format="localized"),
                "Report": st.column_config.LinkColumn(display_text="Open"),
            },
        )


st.title("Monitoring", anchor=False)
here = Settings.load()
machine_now(here)
st.subheader("Runs", anchor=False)
runs_now(here)
