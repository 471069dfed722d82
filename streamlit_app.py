"""Entry point of the web app: page configuration, navigation and the header; the screens are in ``pages``."""

import streamlit as st

from rowid.ui import frame, place, problems

st.set_page_config(page_title="rowid", page_icon=frame.ICON, layout="wide")
page = st.navigation(frame.screens())
with problems.boundary():
    place.restore()
    frame.header()
    page.run()
