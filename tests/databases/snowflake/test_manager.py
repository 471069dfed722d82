"""The pool: tested before use, tried again where that helps, and a wrong password asked once."""

import socket
import sys
import threading
import types
from pathlib import Path

import pytest
import snowflake.connector as connector
from snowflake.connector import errors

from rowid import bootstrap
from rowid.databases import Address
from rowid.databases import snowflake as package
from rowid.databases.snowflake import ConnectionManager, Limits, login
from rowid.errors import DatabaseError, UsageError
from tests.databases.snowflake import shims
from tests.databases.snowflake.fixture import FakeSnowflake

QUICK = Limits(size=1, overflow=1, wait=0.2, attempts=4, pause=0.01)


def manager(snowflake: FakeSnowflake, limits: Limits = QUICK, **given: object) -> ConnectionManager:
    parameters = {"account": "a", "user": "u", "password": shims.PASSWORD, "host": "127.0.0.1", "protocol": "http"}
    parameters |= {"port": snowflake.port, "login_timeout": 1, "network_timeout": 1, **given}
    return ConnectionManager.of("x", login("x", parameters, {}), limits)


def test_a_connection_is_used_again(snowflake: FakeSnowflake) -> None:
    pool = manager(snowflake)
    for _ in range(3):
        connection = pool.checkout()
        assert connection.cursor().execute("SELECT 1").fetchall() == [(1,)]
        connection.close()
    assert len(snowflake.gate.logins) == 1
    pool.close()


def test_there_is_one_manager_for_a_name_until_its_login_changes(snowflake: FakeSnowflake) -> None:
    address = Address.parse(snowflake.uri)
    first = bootstrap.snowflake_manager(address)
    assert bootstrap.snowflake_manager(address) is first
    snowflake.write(password=shims.PASSWORD, role="OTHER")
    assert bootstrap.snowflake_manager(address) is not first


def test_a_session_that_ended_is_replaced_before_it_is_used(snowflake: FakeSnowflake) -> None:
    pool = manager(snowflake, Limits(attempts=1))
    pool.checkout().close()
    snowflake.gate.ended = 1
    connection = pool.checkout()
    assert connection.cursor().execute("SELECT 1").fetchall() == [(1,)]
    connection.close()
    assert len(snowflake.gate.logins) == 2
    pool.close()


def test_a_session_that_ends_in_use_is_not_used_again(snowflake: FakeSnowflake) -> None:
    database = snowflake.open()
    snowflake.gate.ended = 1
    with pytest.raises(DatabaseError, match="the session has ended") as caught:
        database.rows("SELECT 1")
    assert caught.value.kind == "network"
    with pytest.raises(DatabaseError, match="the connection is closed"):
        database.rows("SELECT 1")
    database.close()
    assert snowflake.sql("SELECT 1") == [(1,)]


def test_an_outage_is_tried_again(snowflake: FakeSnowflake) -> None:
    snowflake.gate.outages = 3
    pool = manager(snowflake)
    connection = pool.checkout()
    connection.close()
    assert snowflake.gate.outages == 0
    assert len(snowflake.gate.logins) == 4
    pool.close()


def test_an_outage_that_lasts_is_an_error(snowflake: FakeSnowflake) -> None:
    snowflake.gate.outages = 1000
    try:
        with pytest.raises(DatabaseError) as caught:
            manager(snowflake, Limits(attempts=2, pause=0.01)).checkout()
    finally:
        snowflake.gate.outages = 0
    assert caught.value.kind == "network"
    assert 2 <= len(snowflake.gate.logins) < 20


def test_a_wrong_password_is_asked_once(snowflake: FakeSnowflake) -> None:
    pool = manager(snowflake, password="wrong")
    with pytest.raises(DatabaseError, match="refused the login") as caught:
        pool.checkout()
    assert caught.value.kind == "authentication"
    assert len(snowflake.gate.logins) == 1
    health = pool.health()
    assert len(snowflake.gate.logins) == 2
    assert (health.ok, health.kind, health.latency) == (False, "authentication", None)
    assert health.error == health.last_error
    assert health.last_error_at is not None


def test_transient_failures_alone_are_tried_again() -> None:
    tried: list[int] = []

    def connect() -> None:
        tried.append(1)
        raise errors.OperationalError(msg="reset by peer", errno=250003)

    with pytest.raises(DatabaseError, match="cannot be reached"):
        ConnectionManager("x", connect, QUICK).checkout()
    assert len(tried) == 4


def test_nobody_listening_is_an_error_soon(snowflake: FakeSnowflake) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        pool = manager(snowflake, Limits(attempts=1), port=free.getsockname()[1])
        with pytest.raises(DatabaseError) as caught:
            pool.checkout()
    assert caught.value.kind == "network"


def test_health_has_a_latency_and_keeps_the_last_error(snowflake: FakeSnowflake) -> None:
    pool = manager(snowflake)
    health = pool.health()
    assert health.ok
    assert health.latency is not None
    assert 0 < health.latency < 30
    assert (health.error, health.last_error, health.in_use) == ("", "", 0)
    held = pool.checkout()
    assert pool.health().in_use == 1
    held.close()
    pool.close()


def test_a_full_pool_says_so(snowflake: FakeSnowflake) -> None:
    pool = manager(snowflake)
    held = [pool.checkout(), pool.checkout()]
    with pytest.raises(DatabaseError, match="all connections of the pool are in use") as caught:
        pool.checkout()
    assert caught.value.kind == "busy"
    for one in held:
        one.close()
    pool.close()


def test_threads_share_a_pool(snowflake: FakeSnowflake) -> None:
    pool, answers = manager(snowflake, Limits(size=2, overflow=0)), []

    def ask(number: int) -> None:
        connection = pool.checkout()
        answers.append(connection.cursor().execute("SELECT ?", (number,)).fetchall()[0][0])
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(6))
    assert len(snowflake.gate.logins) <= 2
    pool.close()


def ready(snowflake: FakeSnowflake) -> connector.SnowflakeConnection:
    return connector.connect(
        account="a", user="u", password=shims.PASSWORD, host="127.0.0.1", port=snowflake.port, protocol="http",
        database=snowflake.database, schema="S", network_timeout=2,
    )  # fmt: skip


def test_a_ready_connection_stays_its_owners(snowflake: FakeSnowflake) -> None:
    """As Streamlit's is, whose parameters are written %s."""
    owned = ready(snowflake)
    owned.cursor().execute("BEGIN")
    owned.cursor().execute("CREATE TABLE t (a INT)")
    package.adopt("streamlit", lambda: owned)
    database = bootstrap.connect(Address.parse("snowflake://streamlit"))
    assert database.rows("SELECT ?, '%s'", (5,)) == [(5, "%s")]
    database.close()
    assert owned.cursor().execute("SELECT count(*) FROM t").fetchall() == [(0,)]  # not taken back, not closed
    owned.cursor().execute("COMMIT")
    owned.cursor().execute("CREATE SCHEMA elsewhere")
    owned.cursor().execute(f"CREATE TABLE {snowflake.database}.elsewhere.u (b INT)")
    owned.cursor().execute("USE SCHEMA S")
    source = bootstrap.open_source(f"snowflake://streamlit/{snowflake.database}/ELSEWHERE/U")
    assert source.open().read_all().column_names == ["B"]
    assert owned.cursor().execute("SELECT CURRENT_SCHEMA()").fetchall() == [("S",)]  # nor sent elsewhere
    owned.close()


def test_the_active_session_is_a_connection(snowflake: FakeSnowflake, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="there is no active session"):
        bootstrap.connect(Address.parse("snowflake://session"))
    owned = ready(snowflake)
    context, exceptions = types.ModuleType("context"), types.ModuleType("exceptions")
    context.get_active_session = lambda: types.SimpleNamespace(connection=owned)  # type: ignore[attr-defined]
    exceptions.SnowparkClientException = RuntimeError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "snowflake.snowpark", types.ModuleType("snowpark"))
    monkeypatch.setitem(sys.modules, "snowflake.snowpark.context", context)
    monkeypatch.setitem(sys.modules, "snowflake.snowpark.exceptions", exceptions)
    database = bootstrap.connect(Address.parse(f"snowflake://session/{snowflake.database}/S"))
    assert database.rows("SELECT CURRENT_DATABASE()") == [(snowflake.database,)]
    database.close()
    owned.close()


@pytest.mark.parametrize("uri", ["snowflake:///{0}/S", "snowflake://env/{0}/S"])
def test_the_environment_is_a_connection(snowflake: FakeSnowflake, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    given = {"ACCOUNT": "a", "USER": "u", "PASSWORD": shims.PASSWORD, "HOST": "127.0.0.1", "PROTOCOL": "http"}
    for name, value in {**given, "PORT": str(snowflake.port)}.items():
        monkeypatch.setenv(f"SNOWFLAKE_{name}", value)
    snowflake.open().close()  # makes the database
    database = bootstrap.connect(Address.parse(uri.format(snowflake.database)))
    assert database.rows("SELECT CURRENT_SCHEMA()") == [("S",)]
    database.close()
    monkeypatch.delenv("SNOWFLAKE_PASSWORD")
    with pytest.raises(UsageError, match=r"connection 'env': password missing for password.*SNOWFLAKE_"):
        bootstrap.connect(Address.parse(uri.format(snowflake.database)))


def test_a_uri_holds_no_password(snowflake: FakeSnowflake) -> None:
    with pytest.raises(UsageError, match="a user or a password does not belong") as caught:
        bootstrap.connect(Address.parse("snowflake://me:s3cret@acc/DB/S/T"))
    assert "s3cret" not in str(caught.value)


def test_a_name_must_be_known_and_its_file_closed(snowflake: FakeSnowflake, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"Did you mean {snowflake.name}"):
        bootstrap.connect(Address.parse(f"snowflake://{snowflake.name}x"))
    snowflake.file.write_text('[pg]\nurl = "postgresql://h/d"\n')
    with pytest.raises(UsageError, match="it is no connection to Snowflake"):
        bootstrap.connect(Address.parse("snowflake://pg"))
    snowflake.file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        bootstrap.connect(Address.parse(snowflake.uri))
