"""``rowid users``: the users file is made, changed and listed; a password is never an argument, and never shown."""

import io
import stat
import sys
from functools import partial

import bcrypt
import pytest

from rowid.cli import users as command
from rowid.gate import Users


@pytest.fixture
def file(folder, monkeypatch):
    monkeypatch.setattr(bcrypt, "gensalt", partial(bcrypt.gensalt, rounds=4))
    path = folder / "users.yaml"
    monkeypatch.setenv("ROWID_USERS", str(path))
    return path


def entered(monkeypatch, text):
    """What comes from standard input, which is no terminal."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_users_are_added_listed_and_removed(rowid, file, monkeypatch):
    entered(monkeypatch, "correct horse\r\nmore\n")
    answer = rowid("users", "add", "Zoë")
    assert (answer.code, answer.out, answer.err) == (0, "", "Zoë: added\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Users(file).verify("zoë", "correct horse") == "zoë"
    entered(monkeypatch, "battery staple\n")
    assert rowid("users", "add", "zoë").err == "zoë: has a new password\n"
    assert Users(file).verify("zoë", "battery staple") == "zoë"
    assert rowid("users", "list").out == "zoë\n"
    assert rowid("users", "remove", "zoë").err == "zoë: removed\n"
    assert rowid("users", "list").out == ""
    answer = rowid("users", "remove", "zoë")
    assert answer.code == 2
    assert "no such user" in answer.err


def test_on_a_terminal_the_password_is_asked_for_twice(rowid, file, monkeypatch):
    given = iter(["correct horse", "correct horse", "correct horse", "correct hrose"])
    monkeypatch.setattr(command, "getpass", lambda _: next(given))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert rowid("users", "add", "ada").code == 0
    before = file.read_bytes()
    answer = rowid("users", "add", "bob")
    assert (answer.code, file.read_bytes()) == (2, before)
    assert "the two passwords differ" in answer.err


@pytest.mark.parametrize("words", [("add",), ("remove",), ("list", "ada"), ("rename", "ada"), ()])
def test_what_makes_no_sense_is_refused(rowid, file, words):
    assert rowid("users", *words).code == 2


def test_without_the_setting_there_is_no_file_to_change(rowid, folder):
    answer = rowid("users", "list")
    assert (answer.code, answer.err.startswith("error: ROWID_USERS: it is not set")) == (2, True)


def test_a_place_that_cannot_be_written_is_exit_code_4(rowid, folder, monkeypatch):
    monkeypatch.setenv("ROWID_USERS", str(folder / "none" / "users.yaml"))
    entered(monkeypatch, "correct horse\n")
    answer = rowid("users", "add", "ada")
    assert answer.code == 4
    assert "no such file or directory" in answer.err


def test_the_app_does_not_start_with_a_users_file_that_cannot_be_used(rowid, file):
    answer = rowid("app")
    assert answer.code == 2
    assert "Make it: rowid users add NAME." in answer.err
    file.write_text("credentials: {usernames: {ada: {password: s3cret}}}")
    file.chmod(0o600)
    answer = rowid("app")
    assert answer.code == 2
    assert "no hash of bcrypt" in answer.err
    assert "s3cret" not in answer.err
