"""How a page waits for an answer: not at all for a quick one, with a progress bar and a way to stop for a long one."""

from typing import TypeVar

import streamlit as st

from rowid.errors import Cancelled, DatabaseError, RowIdError
from rowid.ui import problems
from rowid.ui.jobs import Job, process
from rowid.ui.numbers import duration
from rowid.ui.questions import label

T = TypeVar("T")
QUICK_S = 0.6


def answer(job: Job[T], what: str, *, key: str) -> T | None:
    """The job's result; or None, after showing what went wrong or how far it is. ``what`` says what is being done."""
    if job.wait(QUICK_S):
        if job.error is None:
            return job.result
        problems.show(job.error)
        if isinstance(job.error, Cancelled | DatabaseError) or not isinstance(job.error, RowIdError):
            st.button("Try again", key=f"again-{key}", on_click=process().jobs.forget, args=(job,))
        return None
    st.fragment(run_every=0.5)(_watch)(job, what, key)
    return None


def _watch(job: Job[T], what: str, key: str) -> None:
    with problems.boundary():
        if job.ended:
            st.rerun()
        done = job.progress
        share = min(1.0, done.rows_done / done.rows_total) if done and done.rows_total else 0.0
        bar, stop = st.columns([5, 1], vertical_alignment="bottom")
        bar.progress(share, text=f"{label(done, what)} ({duration(job.elapsed_s)})")
        if stop.button("Stop", key=f"stop-{key}", width="stretch", disabled=job.should_stop()):
            job.cancel()
