"""A Snowflake for tests in any folder: fakesnow's server, the real connector, and a named connection in a file."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from rowid import bootstrap
from rowid.databases import Address
from tests.databases.snowflake import shims

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class FakeSnowflake:
    """A database of its own on the server. ``uri`` names its schema; put ``/TABLE`` behind it."""

    name: str
    database: str
    schema: str
    file: Path
    port: int
    gate: shims.Gate

    @property
    def uri(self) -> str:
        return f"snowflake://{self.name}/{self.database}/{self.schema}"

    def table(self, name: str) -> str:
        return f"{self.uri}/{quote(name, safe='')}"

    def open(self, **options: Any) -> Any:
        return bootstrap.connect(Address.parse(self.uri), **options)

    def sql(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        database = self.open()
        try:
            return database.rows(text, parameters)
        finally:
            database.close()

    def write(self, **parameters: Any) -> None:
        """Writes the connection's parameters."""
        given = {"account": "fakesnow", "user": "fake", "host": "127.0.0.1", "port": self.port, "protocol": "http"}
        given |= {"login_timeout": 2, "network_timeout": 2, "database": self.database, "schema": self.schema}
        lines = [f"{name} = {value!r}" for name, value in (given | parameters).items()]
        self.file.write_text(f"[{self.name}]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        self.file.chmod(0o600)


@pytest.fixture(scope="session")
def snowflake_server() -> Iterator[tuple[int, shims.Gate]]:
    """The server's port, and the gate in front of it."""
    with shims.server() as running:
        yield running


@pytest.fixture
def snowflake(snowflake_server: tuple[int, shims.Gate], tmp_path: Path) -> Iterator[FakeSnowflake]:
    """A new, empty database and the named connection to it."""
    port, gate = snowflake_server
    number = next(_NUMBERS)
    file = tmp_path / "snowflake" / "connections.toml"
    file.parent.mkdir()
    made = FakeSnowflake(f"fake{number}", f"DB{number}", "S", file, port, gate)
    made.write(password=shims.PASSWORD)
    gate.logins.clear()
    gate.statements.clear()
    with pytest.MonkeyPatch.context() as patch:  # its own: a test may undo its one
        patch.setenv("ROWID_CONNECTIONS", str(file))
        patch.setenv("SNOWFLAKE_HOME", str(tmp_path / "none"))
        yield made
