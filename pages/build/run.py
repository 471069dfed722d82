"""Run: give every row its ID, and take the result home."""

from functools import partial

import streamlit as st

from rowid.errors import RowIdError
from rowid.recipe import Recipe
from rowid.settings import Settings
from rowid.ui import editing, elsewhere, frame, loading, machine, place, problems, questions, runs, waiting
from rowid.ui.jobs import process
from rowid.ui.nouns import Run, Table
from rowid.ui.numbers import count, duration, rate, size
from rowid.ui.text import escape


def prepare(table: Table) -> None:
    """The choices of a run, what it will do, and its start."""
    info = waiting.answer(questions.info(table), f"Reading {escape(table.name)}", key="info")
    if info is None:
        return
    known = [column.name for column in info.columns]
    draft = place.draft(table)
    editing.follow(table, draft, ["form", "duplicates", "nulls", "id_column"])
    first, second, third = st.columns(3, gap="large")
    choice(first, "Form of the ID", table, "form", runs.FORMS)
    choice(second, "Rows that repeat", table, "duplicates", runs.DUPLICATES)
    choice(third, "Nulls in the key", table, "nulls", runs.NULLS)
    left, right = st.columns([1, 2], gap="large")
    left.text_input(
        "Name of the ID column",
        key=editing.key_of(table, "id_column"),
        on_change=editing.changed,
        args=(table, "id_column"),
    )
    outputs = [*runs.OUTPUTS, loading.TABLE]
    output = right.segmented_control("Result as", outputs, default="Parquet", required=True, key="output") or "Parquet"
    replace = False
    if draft.id_column in known:
        replace = st.checkbox(
            f"The table has a column **{escape(draft.id_column)}** already: replace its values", key="replace"
        )
    recipe = draft.recipe(known, table.options.text_columns)
    target = None
    if output == loading.TABLE:
        output, target = "Parquet", loading.destination()
        if target is None:
            return
    plan = runs.Plan(table, recipe, output, replace, target)
    with st.container(border=True):
        st.markdown("**What this run will do**")
        st.markdown("\n".join(f"- {one}" for one in plan.sentences(info.rows, questions.known_verdict(table, recipe))))
        blocked = draft.id_column in known and not replace
        if target and not loading.foreseen(plan, blocked=blocked):
            return
        if st.button(
            "Load" if target else "Start", type="primary", icon=":material/play_arrow:", disabled=blocked, key="start"
        ):
            loading.forget_dry_run()
            started = runs.start(plan, Settings.load())
            place.go(table=table.id, recipe=place.here("recipe"), run=started.id)
            st.rerun()


def choice(
    where: "st.delta_generator.DeltaGenerator", label: str, table: Table, field: str, told: dict[str, tuple[str, str]]
) -> None:
    """One of the recipe's fields as radio buttons."""
    where.radio(
        label,
        list(told),
        format_func=lambda option: told[option][0],
        captions=[caption for _, caption in told.values()],
        key=editing.key_of(table, field),
        on_change=editing.changed,
        args=(table, field),
    )


@st.fragment(run_every=0.5)
def watch(run: Run) -> None:
    """A run under way."""
    with problems.boundary():
        job = runs.job(run)
        if job is None or job.ended:
            st.rerun()
        done = job.progress
        rows, total = (done.rows_done, done.rows_total) if done else (0, None)
        elapsed = done.elapsed_s if done else job.elapsed_s
        hashed = total is not None and rows >= total
        told = "Every row has its ID; writing" if hashed else questions.label(done, "Reading and hashing")
        st.progress(min(1.0, rows / total) if total else 0.0, text=told)
        speed, left, held = st.columns(3)
        speed.metric("Speed", rate(rows, elapsed))
        left.metric("Time left", duration((total - rows) * elapsed / rows) if total and 0 < rows < total else "–")
        held.metric("Memory of the app", size(machine.process_memory()))
        if st.button("Cancel", icon=":material/stop:", key="cancel", disabled=job.should_stop()):
            job.cancel()


def receipt(run: Run) -> None:
    """What a run did, and its result."""
    trail = run.receipt or {}
    ready = f"**{escape(run.file)}** is ready: {count(trail['rows_out'], 'row')} with their IDs."
    st.success(loading.told(run) if run.target else ready, icon=":material/check_circle:")
    facts = {
        "Rows in": f"{trail['rows_in']:,}",
        "Rows out": f"{trail['rows_out']:,}",
        "Distinct IDs": f"{trail['distinct_ids']:,}",
        "Duplicate rows": f"{trail['duplicate_rows']:,}",
        "Rows without ID": f"{trail['null_ids']:,}",
        "Time": duration(trail["elapsed_s"]),
    }
    with st.container(horizontal=True, gap="small"):
        for label, value in (loading.facts(run) if run.target else facts).items():
            st.metric(label, value, width=125)
    if run.target:
        loading.show_caveats(loading.caveats(run))
    st.caption(" ".join(f"{escape(name.capitalize())}: {escape(said)}." for name, said in runs.policies(run).items()))
    recipe = Recipe.from_dict(run.recipe)
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.target is None:
            download(run)
        st.download_button(
            "Download the recipe",
            recipe.to_yaml(),
            elsewhere.recipe_file(run),
            "application/yaml",
            icon=":material/description:",
            on_click="ignore",
        )
        if st.button("See the report", icon=":material/fact_check:", key="report"):
            st.switch_page(frame.REPORT)
        if st.button("New run", icon=":material/replay:", key="new-run"):
            place.go(table=run.table_id, recipe=place.here("recipe"))
            st.rerun()
    shell, code, prints = st.tabs(["As a command", "In Python", "Fingerprints"])
    shell.code(elsewhere.command_line(run), language="bash", wrap_lines=True)
    code.code(elsewhere.python(run), language="python", wrap_lines=True)
    with prints:
        st.caption("Whoever repeats this run on the same rows gets the same three.")
        for label, value in (
            ("Recipe", trail["recipe_fingerprint"]),
            ("Rows that were read (key columns)", trail["source_fingerprint"]),
            ("IDs that were written", trail["output_fingerprint"]),
        ):
            st.markdown(f"{label}  \n`{value}`")
        st.download_button(
            "Download the audit trail", runs.receipt_json(run), f"{run.id}.audit.json", "application/json",
            icon=":material/receipt_long:", on_click="ignore",
        )  # fmt: skip


def download(run: Run) -> None:
    """The result's button: the server's own route, which streams the file; Streamlit's under ``streamlit run``."""
    path = runs.result_path(run, Settings.load())
    label = f"Download {run.file} ({size(path.stat().st_size)})"
    if process().serves_results:
        frame.download_link(label, runs.address(run), run.file)
    else:
        st.download_button(
            label, partial(path.open, "rb"), run.file, type="primary", icon=":material/download:", on_click="ignore"
        )


def outcome(run: Run) -> None:
    """A run in hand: under way, done, or ended without a result."""
    job = runs.job(run)
    if job and not job.ended:
        watch(run)
        return
    if run.receipt:
        receipt(run)
        return
    if run.failure:
        problems.show_facts(run.failure)
    else:
        st.error(
            "**The run ended without a word**, most likely because the server was stopped. Nothing was written.",
            icon=":material/error:",
        )
    if st.button("Change the settings", icon=":material/tune:", key="new-run"):
        place.go(table=run.table_id, recipe=place.here("recipe"))
        st.rerun()


st.title("Run", anchor=False)
try:
    in_hand = place.require_table()
    current = place.run()
except RowIdError as error:
    problems.show(error)
    st.page_link(frame.CONNECT, label="Connect a table", icon=":material/upload_file:")
else:
    if current and current.table_id == in_hand.id:
        outcome(current)
    else:
        prepare(in_hand)
