"""Named connections: from TOML files that nobody else may read, and no value of one in any message."""

from pathlib import Path

import duckdb
import pytest

from rowid import bootstrap
from rowid.databases import Address, read_connections, snowflake_files
from rowid.errors import UsageError

SECRET = "s3cr&t/@ü"


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_url_gets_its_password_from_the_environment(tmp_path: Path) -> None:
    file = written(tmp_path / "c.toml", '[crm]\nurl = "postgresql://me@host:5433/db"\npassword_env = "CRM"\n')
    found = read_connections([file], {"CRM": SECRET})["crm"]
    meant = found.address(Address.parse("connection://crm?table=s.t"))
    assert meant.adapter == "postgresql"
    assert meant.url == "postgresql://me:s3cr%26t%2F%40%C3%BC@host:5433/db"
    assert meant.shown == "connection://crm?table=s.t"
    for text in (repr(found), repr(meant), meant.shown):
        assert "s3cr" not in text


def test_what_an_earlier_file_names_stands_and_snowflakes_files_are_read(tmp_path: Path) -> None:
    own = written(tmp_path / "c.toml", '[sales]\naccount = "mine"\n')
    written(tmp_path / "sf" / "connections.toml", '[sales]\naccount = "theirs"\n[dev]\naccount = "x"\npassword = "p"\n')
    written(tmp_path / "sf" / "config.toml", '[connections.old]\naccount = "y"\n[cli]\nlogs = true\n')
    found = read_connections([own, *snowflake_files({"SNOWFLAKE_HOME": str(tmp_path / "sf")})], {})
    assert {name: one.parameters["account"] for name, one in found.items()} == {"sales": "mine", "dev": "x", "old": "y"}
    assert {one.adapter for one in found.values()} == {"snowflake"}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o622, 0o666])
def test_a_file_that_others_may_read_is_refused_unless_it_is_the_groups(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path / "c.toml", '[a]\nurl = "postgresql://u:pw@h/d"\n', mode)
    if mode == 0o640:
        assert set(read_connections([file])) == {"a"}
        return
    with pytest.raises(UsageError, match="chmod 600"):
        read_connections([file])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml", "it is no TOML"),
        (f'[a]\nurl = "{SECRET}"\n', "its url is no URI"),
        ('[a]\nurl = "duckdb:///x?table=t"\n', "names a table"),
        ('[a]\nurl = "connection://b"\n', "names a table, a query or a connection"),
        (f'[a]\nurl = "postgresql://u@h/d"\nwrite = "{SECRET}"\n', "neither true nor false"),
        ('[a]\nurl = "postgresql://u@h/d"\npassword_env = "NOT_SET"\n', "not set"),
    ],
)
def test_what_cannot_be_understood_is_said_without_a_value(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_connections([written(tmp_path / "c.toml", text)], {})
    assert "s3cr" not in str(caught.value)


def test_a_connection_says_whether_visitors_may_write(tmp_path: Path) -> None:
    text = '[a]\nurl = "postgresql://u@h/d"\n[b]\nurl = "postgresql://u@h/d"\nwrite = true\n'
    text += '[c]\naccount = "x"\nwrite = true\n[d]\naccount = "x"\nwrite = false\n'
    found = read_connections([written(tmp_path / "c.toml", text)], {})
    assert {name: one.writable for name, one in found.items()} == {"a": False, "b": True, "c": True, "d": False}
    assert found["c"].parameters == {"account": "x"}, "the driver is told nothing of it"


def test_a_named_connection_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
    file = written(tmp_path / "c.toml", f'[Local]\nurl = "duckdb:///{tmp_path}/x.duckdb"\n')
    monkeypatch.setenv("ROWID_CONNECTIONS", str(file))
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path / "none"))
    source = bootstrap.open_source("connection://Local?table=t")
    assert source.name == "connection://Local?table=t"
    assert source.open().read_all().to_pylist() == [{"a": 1}]
    with pytest.raises(UsageError, match=r"no connection of this name\. Did you mean Local"):
        bootstrap.open_source("connection://local?table=t")
