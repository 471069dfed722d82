"""Entry point of the web app: page configuration, login, navigation, header; the screens are in ``pages``."""

import streamlit as st

from rowid.ui import frame, place, problems, visitor

st.set_page_config(page_title="rowid", page_icon=frame.ICON, layout="wide")
with problems.boundary():
    visitor.user()  # nothing is shown to whoever should be logged in and is not
    page = st.navigation(frame.screens())
    place.restore()
    frame.header()
    page.run()
