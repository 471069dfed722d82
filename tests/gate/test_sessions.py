"""A session is signed, ends after 12 hours, with its user's password, and when it is told to."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rowid.errors import UsageError
from rowid.gate import Sessions
from rowid.gate import sessions as module
from rowid.gate.users import change


def later(monkeypatch, seconds):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + seconds)


def test_a_session_names_its_user_and_is_not_another_one(sessions):
    first, second = (sessions.of(sessions.begin("zoë")) for _ in range(2))
    assert first.user == second.user == "zoë"
    assert first.id != second.id


@pytest.mark.parametrize(("hours", "holds"), [(11.9, True), (12.1, False), (-1, False)])
def test_it_lasts_twelve_hours(sessions, monkeypatch, hours, holds):
    cookie = sessions.begin("ada")
    later(monkeypatch, hours * 3600)
    assert (sessions.of(cookie) is not None) == holds


def test_a_changed_password_ends_it_and_another_users_change_does_not(sessions, file):
    ada, zoe = sessions.begin("ada"), sessions.begin("zoë")
    change(file, "ada", "another one")
    assert sessions.of(ada) is None
    assert sessions.of(zoe)
    change(file, "zoë", None)
    assert sessions.of(zoe) is None


def test_it_holds_after_a_restart_and_an_ended_one_does_not(sessions, users, tmp_path):
    kept, ended = sessions.begin("ada"), sessions.begin("ada")
    sessions.end(sessions.of(ended))
    again = Sessions(tmp_path / "login", users)
    assert again.of(kept)
    assert again.of(ended) is None


def test_notes_of_ended_sessions_are_removed_when_they_say_nothing_any_more(sessions, tmp_path):
    sessions.end(sessions.of(sessions.begin("ada")))
    (old,) = (tmp_path / "login" / "ended").iterdir()
    os.utime(old, (0, 0))
    sessions.end(sessions.of(sessions.begin("ada")))
    assert [each != old for each in (tmp_path / "login" / "ended").iterdir()] == [True]


def test_a_browser_is_known_for_the_user_who_logged_in_there(sessions, monkeypatch):
    cookie = sessions.remember("ada")
    assert sessions.device(cookie, "ada")
    assert sessions.device(cookie, "zoë") is None
    assert sessions.device(sessions.begin("ada"), "ada") is None, "a session is no device"
    later(monkeypatch, module.DEVICE_LIFE_S + 10)
    assert sessions.device(cookie, "ada") is None


def test_the_secret_is_made_once_by_whoever_comes_first(tmp_path):
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: module._secret(path), range(32)))
    assert len(made) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_a_secret_that_others_can_read_or_that_is_none_is_refused(users, tmp_path, sessions):
    secret = tmp_path / "login" / "secret"
    secret.chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        Sessions(tmp_path / "login", users)
    secret.chmod(0o600)
    secret.write_text("short")
    with pytest.raises(UsageError, match="too short"):
        Sessions(tmp_path / "login", users)


def test_a_folder_that_cannot_be_written_is_refused(users, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="ROWID_STATE_DIR"):
        Sessions(tmp_path / "file" / "login", users)
