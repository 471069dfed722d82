"""Who looks at the page, where a login is set up."""

import html
from urllib.parse import unquote

import streamlit as st

from rowid.errors import UsageError
from rowid.gate import USER_HEADER
from rowid.settings import Settings
from rowid.ui.jobs import process


def user() -> str | None:
    """The name of the user who is logged in; None where no login is set up.

    Raises:
        UsageError: a login is set up, and this page was reached without one.
    """
    if Settings.load().users is None:
        return None
    name = st.context.headers.get(USER_HEADER) if process().has_gate else None
    if not name:
        raise UsageError("a login is set up, and this page was reached past it", hint="Start the app with: rowid app.")
    return unquote(name)


def draw() -> None:
    """The user's name, and the way to log out; nothing where no login is set up."""
    name = user()
    if name is not None:
        with st.sidebar:
            st.html(
                f'<form class="rowid-user" method="post" action="/logout"><span>Logged in as '
                f'<b>{html.escape(name)}</b></span><button type="submit">Log out</button></form>'
            )
