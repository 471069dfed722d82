"""Logins: what each method needs is asked for before anything is sent, and no secret is ever shown."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rowid.databases.snowflake import METHODS, ConnectionManager, login
from rowid.databases.snowflake.auth import from_environment
from rowid.errors import DatabaseError, UsageError
from tests.databases.snowflake import shims
from tests.databases.snowflake.fixture import FakeSnowflake

COMPLETE: dict[str, dict[str, Any]] = {
    "SNOWFLAKE_JWT": {"user": "u", "private_key": "AA=="},
    "OAUTH": {"token": "t"},
    "OAUTH_CLIENT_CREDENTIALS": {
        "oauth_client_id": "i", "oauth_client_secret": "s", "oauth_token_request_url": "https://idp.example.com/token",
    },
    "OAUTH_AUTHORIZATION_CODE": {},
    "PROGRAMMATIC_ACCESS_TOKEN": {"token": "t"},
    "WORKLOAD_IDENTITY": {"workload_identity_provider": "AWS"},
    "EXTERNALBROWSER": {"user": "u"},
    "USERNAME_PASSWORD_MFA": {"user": "u", "password": "p"},
    "SNOWFLAKE": {"user": "u", "password": "p"},
}  # fmt: skip
PHRASE = "pass phrase ü"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(path: Path, key: rsa.RSAPrivateKey, phrase: str = "", mode: int = 0o600) -> Path:
    locked = serialization.BestAvailableEncryption(phrase.encode()) if phrase else serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    path.chmod(mode)
    return path


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_each_method_says_what_it_lacks(method: Any) -> None:
    given = {"account": "a", "authenticator": method.authenticator.lower(), **COMPLETE[method.authenticator]}
    found = login("prod", given, {})
    assert found.method is method
    assert found.arguments["authenticator"] == method.authenticator
    for need in method.needs:
        if method.name == "key pair" and "private_key" in need:
            continue  # without a key, nothing says that it is this method but its name
        lacking = {name: value for name, value in given.items() if name not in need.split("|")}
        with pytest.raises(UsageError, match=need.split("|")[0]) as caught:
            login("prod", lacking, {})
        assert "connection 'prod'" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "implied"),
    [
        ({"user": "u", "password": "p"}, "password"),
        ({"workload_identity_provider": "GCP"}, "workload identity"),
        (COMPLETE["OAUTH_CLIENT_CREDENTIALS"], "OAuth client credentials"),
        ({"user": "u", "password": "p", "authenticator": "https://x.okta.com"}, "password"),
        ({"username": "u", "private_key": "AA=="}, "key pair"),
    ],
)
def test_parameters_imply_the_method(given: dict[str, Any], implied: str) -> None:
    assert login("x", {"account": "a", **given}, {}).method.name == implied


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": "s3cret"}, "a token without its kind"),
        ({"authenticator": "s3cret"}, "an unknown authenticator"),
        ({"user": "u", "password_env": "NOT_SET"}, "password_env: the variable that it names is not set"),
        ({"authenticator": "SNOWFLAKE_JWT", "user": "u", "private_key_file": "/no/s3cret"}, "no such file"),
        ({"authenticator": "OAUTH", "token_file_path": "/no/such"}, "no such file"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_value(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        login("x", {"account": "a", **given}, {})
    assert "s3cret" not in str(caught.value)


def test_the_environment_gives_parameters(tmp_path: Path, key: rsa.RSAPrivateKey) -> None:
    file = pem(tmp_path / "key.p8", key, PHRASE)
    env = {
        "SNOWFLAKE_ACCOUNT": "org-a", "SNOWFLAKE_USER": "me", "SNOWFLAKE_PRIVATE_KEY_FILE": str(file),
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": PHRASE, "SNOWFLAKE_ROLE": "", "OTHER": "x",
    }  # fmt: skip
    found = login("env", from_environment(env), env)
    assert found.method.name == "key pair"
    assert {"account", "user"} <= set(found.arguments)
    assert "role" not in found.arguments


@pytest.mark.parametrize(
    ("phrase", "given", "mode", "said"),
    [
        (PHRASE, "", 0o600, "the private key is encrypted"),
        (PHRASE, "wrong", 0o600, "its pass phrase is another"),
        ("", "", 0o644, "others may read or change the file"),
        (None, "", 0o600, "no private key"),
    ],
)
def test_a_key_is_looked_at_before_connecting(
    tmp_path: Path, key: rsa.RSAPrivateKey, phrase: str | None, given: str, mode: int, said: str
) -> None:
    file = pem(tmp_path / "key.p8", key, phrase or "", mode)
    if phrase is None:
        file.write_text("not a key")
    with pytest.raises(UsageError, match=said) as caught:
        login("x", {"account": "a", "user": "u", "private_key_file": str(file)}, {"PRIVATE_KEY_PASSPHRASE": given})
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("phrase", ["", PHRASE])
def test_a_key_pair_signs_what_snowflake_checks(
    snowflake: FakeSnowflake, tmp_path: Path, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch, phrase: str
) -> None:
    monkeypatch.setenv("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", phrase or "not needed")
    snowflake.write(account="org-acc", user="me", private_key_file=str(pem(tmp_path / "key.p8", key, phrase)))
    assert snowflake.sql("SELECT 1") == [(1,)]
    sent = snowflake.gate.logins[0]
    assert sent["AUTHENTICATOR"] == "SNOWFLAKE_JWT"
    claims = jwt.decode(sent["TOKEN"], key.public_key(), algorithms=["RS256"])
    assert claims["sub"] == "ORG-ACC.ME"
    assert claims["iss"].startswith("ORG-ACC.ME.SHA256:")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"authenticator": "OAUTH", "token": "s3cret"}, {"AUTHENTICATOR": "OAUTH", "TOKEN": "s3cret"}),
        (
            {"authenticator": "programmatic_access_token", "token_env": "MY_PAT"},
            {"AUTHENTICATOR": "PROGRAMMATIC_ACCESS_TOKEN", "TOKEN": "s3cret"},
        ),
        ({"authenticator": "username_password_mfa", "password": shims.PASSWORD}, {"PASSWORD": shims.PASSWORD}),
    ],
)
def test_a_token_is_sent_as_what_it_is(
    snowflake: FakeSnowflake, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], sent: dict[str, str]
) -> None:
    monkeypatch.setenv("MY_PAT", "s3cret")
    snowflake.write(**given)
    assert snowflake.sql("SELECT 1") == [(1,)]
    assert {name: snowflake.gate.logins[0][name] for name in sent} == sent


@pytest.mark.parametrize("works", [True, False])
def test_no_secret_is_shown_or_logged(
    snowflake: FakeSnowflake, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], works: bool
) -> None:
    for logger in ("", "snowflake.connector", "sqlalchemy.pool", "snowflake.sqlalchemy"):
        caplog.set_level("DEBUG", logger=logger)
    password, value = ("sn0w & ice" if works else "wrong s3cret"), "a value of a row"
    snowflake.write(password=password, authenticator="snowflake", token="t0ken")
    found = login("x", {"account": "a", "user": "u", "password": password}, {})
    manager = ConnectionManager.of("x", found)
    shown = [repr(found), str(found), repr(manager)]
    if works:
        assert snowflake.sql(f"SELECT '{value}', ?", (value,)) == [(value, value)]
    else:
        with pytest.raises(DatabaseError) as caught:
            snowflake.sql("SELECT 1")
        shown += [str(caught.value), repr(caught.value), caught.value.detail]
    assert caplog.records
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("fakesnow", "uvicorn"))]
    for text in (*shown, *ours, capsys.readouterr().out):
        assert password not in text
        assert "t0ken" not in text
        assert value not in text
