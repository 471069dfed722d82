"""What the Connect screen does: take a file in, and read it as the analyst says."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import streamlit as st

from rowid.model import ReadOptions, SourceInfo
from rowid.sources import excel
from rowid.ui import place, sample
from rowid.ui.nouns import Table

DELIMITERS = {",": "Comma  ,", ";": "Semicolon  ;", "\t": "Tab", "|": "Vertical bar  |", " ": "Space"}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western Europe)",
    "iso-8859-1": "ISO 8859-1 (Latin 1)",
    "iso-8859-15": "ISO 8859-15 (Latin 9)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
HEADERS = {True: "First row names the columns", False: "No header: the first row is data"}
_CHUNK = 1 << 20


def use_sample() -> None:
    """Takes the sample in hand, with the key that it is known to have."""
    keeper = place.workspace()
    table = keeper.add(sample.NAME, [sample.csv()])
    place.go(table=table.id, recipe=keeper.keep_draft(table, sample.DRAFT))


def use_upload(uploaded: Any) -> None:
    """Writes an uploaded file to disk, takes it in hand, and drops the copy that Streamlit holds in memory."""
    table = place.workspace().add(uploaded.name, _chunks(uploaded))
    _drop(uploaded)
    place.go(table=table.id)


def use_server_file(path: str) -> None:
    """Takes a file of the server's data folder in hand."""
    place.go(table=place.workspace().add_server_file(path).id)


def use_address(name: str, uri: str) -> None:
    """Takes a table or query of a database in hand; its rows are read next."""
    place.go(table=place.workspace().add_address(name, uri).id)


def read_again(table: Table) -> None:
    """Reads a database's table anew, as a table of its own: what was found out about the earlier rows stays true."""
    keeper = place.workspace()
    again = keeper.add_address(table.name, table.uri)
    place.go(table=again.id, recipe=keeper.keep_draft(again, place.draft(table)))


def read_with(table: Table, **changes: Any) -> None:
    """Reads the table in another way from now on; the draft stays."""
    place.workspace().read_with(table, replace(table.options, **changes))
    place.go(table=table.id, recipe=place.here("recipe"))


def reset(table: Table) -> None:
    """Reads the table as it looks by itself again."""
    place.workspace().read_with(table, ReadOptions())


def kinds(info: SourceInfo) -> list[dict[str, str]]:
    """The columns with their types and what was not guessed, as rows to show."""
    return [{"Column": column.name, "Type": column.type, "Note": column.note} for column in info.columns]


def sheets(info: SourceInfo | None) -> list[str]:
    """The names of a workbook's sheets, where the source tells them."""
    told = info.details.get("sheets", "") if info else ""
    return told.split(excel.SHEETS) if told else []


def _chunks(uploaded: Any) -> Iterator[bytes]:
    uploaded.seek(0)
    while chunk := uploaded.read(_CHUNK):
        yield chunk


def _drop(uploaded: Any) -> None:
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, uploaded.file_id)
    # the widget, too, holds the file for as long as it has this key
    st.session_state["upload"] = st.session_state.get("upload", 0) + 1
