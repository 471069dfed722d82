"""The databases as Connect shows them: whether each answers, what is in it, the first rows, and one taken in hand."""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from rowid.databases import Connection, TableName
from rowid.errors import RowIdError
from rowid.settings import Settings
from rowid.ui import connecting, databases, problems, waiting
from rowid.ui.jobs import Job
from rowid.ui.numbers import count, milliseconds
from rowid.ui.text import escape

KINDS = {"duckdb": "DuckDB", "postgresql": "PostgreSQL", "sqlite": "SQLite", "snowflake": "Snowflake"}
LIMITS = (20, 100, 1000)
TABLE, QUERY = "A table", "A query"


def section() -> None:
    """All of it."""
    try:
        known = databases.connections()
    except RowIdError as error:
        problems.show(error)
        return
    if not known:
        how_to_name_one()
        return
    pulses = [databases.health(one) for one in known.values()]
    watched = not all(job.ended for job in pulses)
    st.fragment(run_every=0.5 if watched else None)(_health)(known, watched=watched)
    chosen: str = st.session_state.get("connection", "")
    if chosen in known:
        with st.container(border=True):
            _browse(known[chosen])


def kind(connection: Connection) -> str:
    """What a connection leads to, by its own name."""
    return KINDS.get(connection.adapter, "SQL database")


def how_to_name_one() -> None:
    """What to do where no database has a name."""
    st.caption(
        "Tables of DuckDB, PostgreSQL, SQLite, Snowflake and others can be read here once whoever runs this server "
        "gives a database a name. Two lines do it, in the file "
        f"**{escape(str(Settings.load().connections))}**, which nobody else may read (`chmod 600`):"
    )
    st.code('[crm]\nurl = "postgresql://reader@db.example.com/crm"', language="toml", wrap_lines=True)


def own(name: str) -> str:
    """A schema or database as it is shown: one without a name is the connection's own."""
    return name or "(the connection's own)"


def _health(known: Mapping[str, Connection], *, watched: bool) -> None:
    """Each connection with its state; nothing here waits for one."""
    with problems.boundary():
        pulses = {name: databases.health(one) for name, one in known.items()}
        if watched and all(job.ended for job in pulses.values()):
            st.rerun()
        for name, job in pulses.items():
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"connection-{name}"):
                st.markdown(f":material/database: **{escape(name)}** :gray[{kind(known[name])}]", width="stretch")
                _state(job)
                if st.button("Browse", key=f"browse-{name}", icon=":material/search:"):
                    st.session_state["connection"] = name
                    st.rerun()
            _last_error(job)
        if st.button("Check again", icon=":material/refresh:", key="check-connections", type="tertiary"):
            for one in known.values():
                databases.forget(one)
            st.rerun()


def _state(job: Job[float]) -> None:
    if not job.ended:
        st.badge("checking …", icon=":material/pending:", color="gray")
    elif job.result is not None:
        st.badge(f"reachable, {milliseconds(job.result)}", icon=":material/check_circle:", color="green")
    else:
        st.badge("not reachable", icon=":material/error:", color="red")


def _last_error(job: Job[float]) -> None:
    error = job.error
    if error is None:
        return
    told = f"{problems.sentence(error.what)} {error.hint}" if isinstance(error, RowIdError) else "See the server's log."
    st.caption(f":material/subdirectory_arrow_right: {escape(told)}")


def _browse(connection: Connection) -> None:
    """One connection: a table or a query, its first rows, and the button that takes it."""
    name = escape(connection.name)
    how = st.segmented_control(
        f"Read from **{name}**", [TABLE, QUERY], default=TABLE, required=True, key=f"how-{connection.name}"
    )
    meant = _query(connection) if how == QUERY else _table(connection)
    if meant is None:
        return
    title, uri = meant
    with st.container(horizontal=True, vertical_alignment="bottom"):
        limit = st.segmented_control(
            "Rows to look at", LIMITS, default=LIMITS[0], required=True, key="limit", format_func=lambda n: f"{n:,}"
        )
        label = f"Use this {'query' if how == QUERY else 'table'}"
        taken = st.button(label, type="primary", icon=":material/arrow_forward:", key="use-database")
    if taken:
        connecting.use_address(title, uri)
        st.rerun()
    rows = waiting.answer(
        databases.first_rows(connection, uri, limit or LIMITS[0]), "Reading the first rows", key="first"
    )
    if rows is not None:
        shown = f"The first {count(rows.num_rows, 'row')}" if rows.num_rows else "No rows"
        st.caption(
            f"{shown}, {count(rows.num_columns, 'column')}. *{label}* reads all rows once and keeps them in this app: "
            "every answer is about the same rows then, and the database is not asked again."
        )
        st.dataframe(rows, hide_index=True, placeholder="null", alt=f"The first rows of {title}", key="first-rows")


def _table(connection: Connection) -> tuple[str, str] | None:
    """The title and the address of the table that is chosen; None if none is."""
    found = waiting.answer(databases.tables(connection), "Looking for tables", key="tables")
    if found is None:
        return None
    if not found:
        st.info("There is no table here that this connection may read.", icon=":material/info:")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = _narrowed(found, "Database", [one.catalog for one in found], f"catalog-{connection.name}")
        found = _narrowed(found, "Schema", [one.schema for one in found], f"schema-{connection.name}")
        chosen = st.selectbox(
            f"Table ({len(found):,})", sorted(one.name for one in found), index=None, placeholder="Choose a table",
            key=f"table-{connection.name}",
        )  # fmt: skip
    table = next((one for one in found if one.name == chosen), None)
    return (str(table), connection.uri(table)) if table else None


def _narrowed(found: Sequence[TableName], label: str, values: Iterable[str], key: str) -> Sequence[TableName]:
    """The tables of the schema or database that is chosen; nothing is asked where there is but one."""
    values = list(values)
    options = sorted(set(values))
    if len(options) < 2:
        return found
    chosen = st.selectbox(label, options, key=key, format_func=own)
    return [one for one, value in zip(found, values, strict=True) if value == chosen]


def _query(connection: Connection) -> tuple[str, str] | None:
    """The title and the address of the query that is written; None if none is."""
    written = st.text_area(
        "One SELECT", key=f"query-{connection.name}", placeholder="SELECT id, name FROM customers WHERE active",
        help="It is run as it is, by the rights of this connection; it can change nothing.",
    )  # fmt: skip
    query = (written or "").strip()
    return (f"{connection.name} query", connection.uri(query=query)) if query else None
