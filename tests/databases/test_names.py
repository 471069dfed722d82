"""Names of tables and addresses: whatever they hold comes back, and a password never does."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowid.databases import Address, TableName
from rowid.errors import UsageError
from tests.databases.tables import HOSTILE

PARTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=20)


@given(st.lists(PARTS, min_size=1, max_size=3))
@example(['a"b', '"', "."])
@example(['"a.b"'])
def test_a_name_reads_back_as_it_was(parts):
    name = TableName(*reversed(parts))
    assert TableName.parse(str(name)) == name
    assert list(name.parts) == parts


@given(st.text(max_size=20))
def test_any_text_is_a_name_or_refused(text):
    try:
        name = TableName.parse(text)
    except UsageError:
        return
    assert TableName.parse(str(name)) == name


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "a.b.c.d", '"a', '"a"b', "a\0b", '""'])
def test_what_is_no_name_is_refused(text):
    with pytest.raises(UsageError, match="no name of a table"):
        TableName.parse(text)


@given(PARTS, PARTS, PARTS, PARTS)
@example("me", "pass/word@host", "da#ta", HOSTILE[0])
def test_an_escaped_address_reads_back_and_shows_no_password(user, password, database, table):
    password = f"SECRET{password}"
    uri = "postgresql://{}:{}@host:5432/{}?sslmode=require&table={}".format(
        *(quote(part, safe="") for part in (user, password, database, str(TableName(table))))
    )
    address = Address.parse(uri)
    assert address.table == TableName(table)
    assert (address.adapter, address.path) == ("postgresql", database)
    assert address.url.startswith("postgresql://")
    assert "sslmode=require" in address.url
    assert "table=" not in address.url
    assert "SECRET" in address.url
    assert "SECRET" not in address.shown + repr(address)


@given(st.text("0123456789/@:?#%[]&= é\\", max_size=6), st.text("0123456789/@:?#%[]&= é\\", max_size=6))
@example("12/", "")
@example("12?", "")
@example("12#", "")
@example("[", "]")
@example("", "@host:12/")
@example("@/", "")
def test_a_password_that_is_not_escaped_is_not_shown_either(before, after):
    uri = f"postgresql://me:{before}SECRET{after}@host/db?table=t"
    try:
        address = Address.parse(uri)
    except UsageError as error:
        shown = str(error)
    else:
        shown = address.shown + repr(address)
    assert "SECRET" not in shown


@given(PARTS)
def test_a_query_is_not_shown(sql):
    address = Address.parse(f"sqlite:///x.db?query={quote('SECRET' + sql, safe='')}")
    assert address.query == "SECRET" + sql
    assert "SECRET" not in address.shown + repr(address)


@pytest.mark.parametrize("path", ["x.db", "a/b.db", "/tmp/x.db", "/tmp/é b#.db"])
@pytest.mark.parametrize("scheme", ["sqlite", "duckdb", "sqlite+pysqlite"])
def test_the_path_of_a_file_is_kept_as_it_is(scheme, path):
    address = Address.parse(f"{scheme}:///{quote(path)}?table=t")
    assert address.path == path
    assert Address.parse(address.url).path == path
