"""The users file: whom it lets in, what is refused, and that it is read again."""

import logging
import stat

import bcrypt
import pytest
import yaml
from streamlit_authenticator.utilities.hasher import Hasher

from rowid.errors import UsageError
from rowid.gate import Users
from rowid.gate.users import change, read_users
from tests.gate.conftest import PASSWORDS, write_users

HASH = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(rounds=4)).decode()


def written(tmp_path, text, mode=0o600):
    path = tmp_path / "u.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(("name", "user"), [("ada", "ada"), ("ADA ", "ada"), ("zoë", "zoë"), ("Zoe\u0308", "zoë")])
def test_a_user_is_let_in(users, name, user):
    assert users.verify(name, PASSWORDS[user]) == user


@pytest.mark.parametrize(
    ("name", "password"),
    [
        *(("ada", password) for password in ("", "correct horse ", PASSWORDS["zoë"], "\0", "\ud800", "x" * 5000)),
        *(("eve", password) for password in PASSWORDS.values()),
        ("", ""),
    ],
)
def test_others_are_not(users, name, password):
    assert users.verify(name, password) is None


def test_what_bcrypt_would_cut_off_is_not_ignored(tmp_path):
    users = Users(write_users(tmp_path / "long.yaml", {"ada": "x" * 72}))
    assert users.verify("ada", "x" * 72) == "ada"
    assert users.verify("ada", "x" * 73) is None


def test_a_hash_of_streamlit_authenticator_is_understood_and_ours_by_it(tmp_path):
    path = written(tmp_path, yaml.safe_dump({"credentials": {"usernames": {"ada": {"password": Hasher.hash("pw")}}}}))
    assert Users(path).verify("ada", "pw") == "ada"
    change(path, "Bob", "correct horse")
    made = yaml.safe_load(path.read_text())["credentials"]["usernames"]["bob"]["password"]
    assert Hasher.check_pw("correct horse", made)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "has no users"),
        ("- a", "has no users"),
        ("credentials: 3", "has no users"),
        ("credentials: {usernames: [ada]}", "no names"),
        ("credentials: {usernames: {ada: secret1}}", "no password"),
        ("credentials: {usernames: {ada: {password: 12}}}", "no password"),
        ("credentials: {usernames: {ada: {password: secret1}}}", "no hash"),
        (f"credentials: {{usernames: {{ada: {{password: {HASH[:-1]}}}}}}}", "no hash"),
        (f"credentials: {{usernames: {{ada: {{password: {HASH.replace('$04$', '$31$')}}}}}}}", "no hash"),
        (f"credentials: {{usernames: {{1: {{password: {HASH}}}}}}}", "no text"),
        (f'credentials: {{usernames: {{"a\\nb": {{password: {HASH}}}}}}}', "cannot be a user name"),
        (f"credentials: {{usernames: {{ada: {{password: {HASH}}}, Ada: {{password: {HASH}}}}}}}", "there twice"),
        ("credentials: {secret1", "no YAML"),
        ("a: !!python/object/apply:os.system [secret1]", "no YAML"),
        ("\x00", "no YAML"),
        ("[" * 3000, "no YAML"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_without_quoting_it(tmp_path, text, wrong):
    with pytest.raises(UsageError, match=wrong) as caught:
        read_users(written(tmp_path, text))
    assert "secret1" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o602, 0o660])
def test_a_file_that_is_open_to_others_is_refused(tmp_path, mode):
    with pytest.raises(UsageError, match="others may read"):
        Users(written(tmp_path, f"credentials: {{usernames: {{ada: {{password: {HASH}}}}}}}", mode))


def test_a_file_that_is_missing_or_names_nobody_is_refused(tmp_path):
    with pytest.raises(UsageError, match="rowid users add NAME"):
        Users(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="names no user"):
        Users(written(tmp_path, "credentials: {usernames: }"))


def test_a_change_is_followed_and_a_file_that_cannot_be_read_lets_nobody_in(users, file, caplog):
    write_users(file, {"bob": "new password"})
    assert users.verify("bob", "new password") == "bob"
    assert users.verify("ada", PASSWORDS["ada"]) is None
    content = file.read_text()
    for spoil in (lambda: file.write_text("credentials:"), lambda: file.chmod(0o644), file.unlink):
        caplog.clear()
        file.write_text(content)
        file.chmod(0o600)
        assert users.known("bob")
        spoil()
        with caplog.at_level(logging.ERROR):
            assert not users.known("bob")
            assert users.verify("bob", "new password") is None
        assert len(caplog.records) == 1, "it is said once"


def test_an_unknown_name_is_compared_with_one_that_costs_what_a_user_costs(users, monkeypatch, file):
    compared = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda given, hash_: compared.append(hash_) or True)
    assert users.verify("eve", "x") is None, "even if it matched"
    assert users.verify("eve", "y") is None
    assert compared[0] == compared[1]
    assert compared[0].decode() in read_users(file).values()
    file.write_text("credentials: {usernames: }")
    assert users.verify("eve", "x") is None
    assert len(compared) == 3


def test_a_change_leaves_the_rest_of_the_file_and_closes_it_to_others(tmp_path):
    text = f"cookie: {{name: x}}\ncredentials:\n  usernames:\n    Ada: {{email: a@example.com, password: {HASH}}}\n"
    path = written(tmp_path, text)
    assert change(path, "ada", "another one") is True
    assert change(path, "Zoë", "new password") is False
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["cookie"] == {"name": "x"}
    names = content["credentials"]["usernames"]
    assert list(names) == ["Ada", "zoë"]
    assert names["Ada"]["email"] == "a@example.com"
    assert Users(path).verify("ada", "another one") == "ada"
    assert change(path, "ADA", None) is True
    assert change(path, "ada", None) is False
    assert list(read_users(path)) == ["zoë"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["u.yaml"]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_what_cannot_be_a_name_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="cannot be a user name"):
        change(tmp_path / "u.yaml", name, "correct horse")
    assert not (tmp_path / "u.yaml").exists()


@pytest.mark.parametrize(("password", "wrong"), [("short", "fewer than 8"), ("ü" * 37, "more than 72 bytes")])
def test_what_cannot_be_a_password_is_refused(tmp_path, password, wrong):
    with pytest.raises(UsageError, match=wrong) as caught:
        change(tmp_path / "u.yaml", "ada", password)
    assert password not in str(caught.value)
    assert not (tmp_path / "u.yaml").exists()
