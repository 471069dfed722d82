"""Settings come from the environment, and a value that makes no sense is refused by its variable's name."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rowid import bootstrap
from rowid.errors import UsageError
from rowid.settings import VARIABLES, Settings


def test_an_empty_environment_gives_the_defaults():
    settings = Settings.load({})
    assert (settings.host, settings.port, settings.max_upload_mb) == ("127.0.0.1", 8501, 2000)
    assert settings.data_dir is None
    assert (settings.log_format, settings.log_level) == ("console", "info")
    assert settings.state_dir.is_absolute()
    assert settings.state_dir.name == "rowid"


def test_every_variable_is_read(tmp_path):
    env = {
        "ROWID_STATE_DIR": str(tmp_path / "state"),
        "ROWID_HOST": "::1",
        "ROWID_PORT": "9000",
        "ROWID_MAX_UPLOAD_MB": "5",
        "ROWID_MEMORY_MB": "64",
        "ROWID_DATA_DIR": str(tmp_path),
        "ROWID_CONNECTIONS": str(tmp_path / "connections.toml"),
        "ROWID_KEEP_DAYS": "7",
        "ROWID_KEEP_MB": "100",
        "ROWID_USERS": str(tmp_path / "users.yaml"),
        "ROWID_LOG_FORMAT": "JSON",
        "ROWID_LOG_LEVEL": "debug",
    }
    assert set(env) == {variable for variable, _ in VARIABLES.values()}
    (tmp_path / "connections.toml").touch()
    files = [tmp_path / name for name in ("connections.toml", "users.yaml")]
    assert Settings.load(env) == Settings(
        tmp_path / "state", "::1", 9000, 5, tmp_path, "json", "debug", 64, files[0], 7, 100, files[1]
    )


def test_a_variable_set_to_nothing_is_as_good_as_unset():
    assert Settings.load({"ROWID_PORT": "", "ROWID_STATE_DIR": " "}) == Settings.load({})


def test_the_process_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("ROWID_PORT", "1234")
    assert Settings.load().port == 1234


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ROWID_STATE_DIR", "relative/place"),
        ("ROWID_PORT", "http"),
        ("ROWID_PORT", "0"),
        ("ROWID_PORT", "65536"),
        ("ROWID_PORT", "٣"),
        ("ROWID_MAX_UPLOAD_MB", "-1"),
        ("ROWID_DATA_DIR", "/no/such/folder"),
        ("ROWID_CONNECTIONS", "/no/such/file.toml"),
        ("ROWID_KEEP_DAYS", "0"),
        ("ROWID_KEEP_MB", "1.5"),
        ("ROWID_USERS", "users.yaml"),
        ("ROWID_LOG_FORMAT", "xml"),
        ("ROWID_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_name_of_its_variable(variable, value):
    with pytest.raises(UsageError, match=variable):
        Settings.load({variable: value})


def test_the_documentation_names_every_setting_and_its_default():
    page = Path("docs/settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(ROWID_\w+)` \| (.*?) \|", page, re.MULTILINE))
    assert list(documented) == [VARIABLES[field.name][0] for field in fields(Settings)]
    defaults = Settings.load({})
    for name, (variable, _) in VARIABLES.items():
        value = getattr(defaults, name)
        if name not in {"state_dir", "data_dir", "memory_mb", "connections", "users"}:
            assert documented[variable] == f"`{value}`"


def test_counting_has_the_memory_that_the_settings_give_it(tmp_path):
    assert bootstrap.limits(Settings(tmp_path, memory_mb=64)).bytes() == 64 * 2**20
    assert bootstrap.limits(Settings(tmp_path)).bytes() <= 256 * 2**20
