"""Errors as an analyst sees them: what is wrong, where, what to do; no traceback."""

import logging
import secrets
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from rowid.errors import Cancelled, CanonicalError, DatabaseError, RowIdError
from rowid.ui.text import escape

log = logging.getLogger("rowid.app")


@contextmanager
def boundary() -> Iterator[None]:
    """Shows what goes wrong inside."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  the boundary: it reports to the user and to the log
        show(error)


def show(error: Exception) -> None:
    """Shows an error. One that is not of rowid's own goes to the log, under an ID that the user can tell."""
    if isinstance(error, RowIdError):
        show_facts(facts(error))
        if isinstance(error, CanonicalError) and error.examples:
            with st.expander("The first values concerned"):
                rows = {"row": [row for row, _ in error.examples], "value": [value for _, value in error.examples]}
                st.dataframe(rows, hide_index=True, alt="Row numbers and values that cannot be used")
        return
    error_id = logged(error)
    st.error(
        f"**Something went wrong in the app itself.** Your data is untouched. Reload the page; if it happens again, "
        f"tell whoever runs this server the error's ID: `{error_id}`.",
        icon=":material/error:",
    )


def facts(error: Exception) -> dict[str, str]:
    """An error as plain texts: kind, what, where, hint. A foreign one is logged and known by its ID alone.

    Of a database's error there is also its ``detail``, which may quote a value: it is shown, and never logged.
    """
    if isinstance(error, RowIdError):
        told = {"kind": type(error).__name__, "what": error.what, "where": error.where, "hint": error.hint}
        return {**told, "detail": error.detail} if isinstance(error, DatabaseError) else told
    hint = f"Tell whoever runs this server the error's ID: {logged(error)}."
    return {"kind": "InternalError", "what": "something went wrong in the app itself", "where": "", "hint": hint}


def show_facts(told: Mapping[str, str]) -> None:
    """Shows what ``facts`` returned."""
    what = sentence(told["what"])
    lines = [f"**{escape(what)}**"]
    if told["where"]:
        lines.append(f"Where: {escape(told['where'])}")
    if told["hint"]:
        lines.append(escape(told["hint"]))
    text = "  \n".join(lines)
    if told["kind"] == Cancelled.__name__:
        st.info(text, icon=":material/stop_circle:")
    else:
        st.error(text, icon=":material/error:")
    if told.get("detail"):
        with st.expander("What the database said"):
            st.code(told["detail"], language=None, wrap_lines=True)


def logged(error: Exception) -> str:
    """Writes an unexpected error to the log and returns the ID it has there.

    The error's own text stays out of it, for it may quote a row; what it is and where it came from are enough.
    """
    error_id = secrets.token_hex(4)
    calls = "".join(traceback.format_tb(error.__traceback__))
    log.error("error %s: %s\n%s", error_id, type(error).__name__, calls)
    return error_id


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."
