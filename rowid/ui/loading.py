"""A run into a table of a database as Run shows it: which table and how, the dry run, and what was done."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from rowid.databases import Connection, TableName
from rowid.errors import RowIdError
from rowid.model import DISPOSITIONS, MISSING, AuditTrail, Caveat
from rowid.settings import Settings
from rowid.sinks.recorded import NAME as OURS
from rowid.ui import browsing, databases, problems, runs, waiting
from rowid.ui.jobs import process
from rowid.ui.nouns import Run, Target
from rowid.ui.numbers import count, duration
from rowid.ui.text import escape

TABLE = "Table of a database"
_ASKED = "dry-run"  # in the session: the key of the dry run that was asked for
_PLANNED = {"inserted": "To insert", "updated": "To update", "unchanged": "To leave", "rejected": "Without ID"}
_DONE = {"inserted": "Inserted", "updated": "Updated", "unchanged": "Unchanged", "rejected": "Without ID"}
_GONE = {"mark": ("To mark", "Marked"), "delete": ("To delete", "Deleted"), "report": ("To remove", "Removed")}


def destination() -> Target | None:
    """The table that is chosen, and how it is to be written; None as long as that is not said."""
    try:
        known = databases.connections()
    except RowIdError as error:
        problems.show(error)
        return None
    if not known:
        browsing.how_to_name_one()
        return None
    known = {name: one for name, one in known.items() if one.writable}
    if not known:
        st.caption(f"The databases that have a name here are for reading alone. {databases.HOW_TO_ALLOW}")
        return None
    with st.container(border=True):
        named = _table(known)
        if named is None:
            return None
        connection, table, exists = named
        uri = connection.uri(table)
        return _how(uri) if exists else Target(uri)


def foreseen(plan: runs.Plan, *, blocked: bool) -> bool:
    """The dry run: its button, and what it found. Returns whether the load may start."""
    key = runs.dry_run_key(plan)
    asked = st.session_state.get(_ASKED) == key
    if st.button(
        "Dry run", icon=":material/visibility:", type="secondary" if asked else "primary", disabled=blocked,
        key="dry-run-button",
    ):  # fmt: skip
        if known := process().jobs.get(key):
            process().jobs.forget(known)
        st.session_state[_ASKED] = key
        st.rerun()
    if not asked:
        st.caption("The dry run says what the load would do to the table. Nothing is written by it.")
        return False
    trail = waiting.answer(runs.dry_run(plan, Settings.load()), "Dry run", key="dry-run")
    if trail is None or plan.target is None:
        return False
    _planned(trail, plan.target)
    return True


def forget_dry_run() -> None:
    """A load has begun: what the dry run found is no longer so."""
    st.session_state.pop(_ASKED, None)


def facts(run: Run) -> Mapping[str, str]:
    """What a run did to its table, as numbers to show."""
    trail: Mapping[str, Any] = run.receipt or {}
    done, target = trail["receipt"], run.target or Target("")
    return {
        "Rows in": f"{trail['rows_in']:,}",
        **_numbers(done, _DONE, _GONE[target.missing][1]),
        "Verified": "yes" if done["verified"] else "no",
        "Time": duration(trail["elapsed_s"]),
    }


def caveats(run: Run) -> list[Caveat]:
    """What the database made of the columns in a run; nothing where its receipt is of before that was kept."""
    return [Caveat(**one) for one in (run.receipt or {})["receipt"].get("caveats", ())]


def told(run: Run) -> str:
    """What a run did to its table, in Markdown."""
    rows = count((run.receipt or {})["rows_in"], "row")
    where = escape(run.target.shown) if run.target else ""
    return (
        f"**{where}** is written: {rows} with their IDs. Read back, the table holds these IDs: their number and their "
        "fingerprint are the same."
    )


def _planned(trail: AuditTrail, target: Target) -> None:
    if trail.receipt is None:
        return
    receipt = trail.receipt
    with st.container(horizontal=True, gap="small"):
        for label, value in _numbers(receipt.counts(), _PLANNED, _GONE[target.missing][0]).items():
            st.metric(label, value, width=125)
    show_caveats(receipt.caveats)
    with st.expander(f"The SQL, {count(len(receipt.sql), 'statement')}"):
        st.code("\n".join(f"{sql};" for sql in receipt.sql), language="sql", wrap_lines=True)


def show_caveats(caveats: Sequence[Caveat]) -> None:
    """What the database makes of the columns: what is read back otherwise in the open, what is good to know folded."""
    for one in caveats:
        if one.severity == "changes":
            st.warning(
                f"Column **{escape(one.column)}**: {escape(one.what)}. {escape(one.hint)}", icon=":material/rule:"
            )
    notes = [one for one in caveats if one.severity == "note"]
    if notes:
        with st.expander(f"What the database makes of the columns, {count(len(notes), 'note')}"):
            st.markdown(
                "\n".join(f"- **{escape(one.column)}**: {escape(one.what)}. {escape(one.hint)}" for one in notes)
            )


def _numbers(counts: Mapping[str, Any], labels: Mapping[str, str], gone: str) -> dict[str, str]:
    """The counts of a receipt; what is rejected, missing or removed only where there is some."""
    told = {label: counts[name] for name, label in labels.items() if name != "rejected" or counts[name]}
    if counts["missing"]:
        told["Only in table"] = counts["missing"]
    if counts["removed"]:
        told[gone] = counts["removed"]
    return {label: f"{number:,}" for label, number in told.items()}


def _table(known: Mapping[str, Connection]) -> tuple[Connection, TableName, bool] | None:
    """The connection and the table, and whether that is there already."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        connection = known[st.selectbox("Connection", list(known), key="target-connection")]
        found = waiting.answer(databases.tables(connection), "Looking for tables", key="target-tables")
        if found is None:
            return None
        catalog = _one_of("Database", {one.catalog for one in found}, f"target-catalog-{connection.name}")
        schema = _one_of("Schema", {one.schema for one in found}, f"target-schema-{connection.name}")
        here = [one.name for one in found if (one.catalog, one.schema) == (catalog, schema) and one.name != OURS]
        name = st.selectbox(
            "Table, existing or new", sorted(here), index=None, accept_new_options=True,
            placeholder="Choose one, or write a name", key=f"target-table-{connection.name}",
        )  # fmt: skip
    if not name or not name.strip():
        st.caption("Choose the table that is to hold the rows with their IDs.")
        return None
    return connection, TableName(name, schema, catalog), name in here


def _one_of(label: str, values: set[str], key: str) -> str:
    """A schema or database of those that hold tables; nothing is asked where there is one, or none."""
    options = sorted(values)
    if len(options) < 2:
        return options[0] if options else ""
    return str(st.selectbox(label, options, key=key, format_func=browsing.own))


def _how(uri: str) -> Target:
    left, right = st.columns(2, gap="large")
    write = _radio(left, "The table exists", ("merge", *(one for one in DISPOSITIONS if one != "merge")), runs.WRITES)
    missing, force = "report", False
    if write == "merge":
        missing = _radio(right, "Its rows that are not among these", MISSING, runs.MISSING)
    elif write == "replace":
        force = right.checkbox("Also where its IDs were made by another recipe", key="target-force")
    return Target(uri, write, missing, force)


def _radio(
    where: "st.delta_generator.DeltaGenerator", label: str, options: Sequence[str], told: Mapping[str, tuple[str, str]]
) -> str:
    return str(
        where.radio(
            label,
            options,
            format_func=lambda option: told[option][0],
            captions=[told[option][1] for option in options],
            key=f"target-{options[0]}",
        )
    )
