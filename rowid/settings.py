"""What an installation may set, read from the environment and nowhere else."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from rowid.errors import UsageError

LOG_FORMATS = ("console", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


def _default_connections() -> Path:
    from platformdirs import user_config_dir

    return Path(user_config_dir("rowid", appauthor=False)) / "connections.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """An installation's settings. Each has a variable; one that is unset or empty leaves the default.

    Args:
        state_dir: ``ROWID_STATE_DIR``: where the ledger of runs, the app's files and error details are kept.
        host: ``ROWID_HOST``: the address the web app listens on.
        port: ``ROWID_PORT``: the port it listens on, 1 to 65535.
        max_upload_mb: ``ROWID_MAX_UPLOAD_MB``: the largest file, in megabytes, that may be uploaded to the web app,
            and the most rows of a database that it keeps.
        memory_mb: ``ROWID_MEMORY_MB``: megabytes that counting repeated rows may use before it goes to a temporary
            file; an eighth of the free memory, 256 at most, if unset.
        data_dir: ``ROWID_DATA_DIR``: the one folder of the server from which the web app may read files; none if unset.
        connections: ``ROWID_CONNECTIONS``: the TOML file of named connections to databases; ``connections.toml`` in the
            user's configuration folder if unset.
        keep_days: ``ROWID_KEEP_DAYS``: days after their last use after which the web app deletes tables and results.
        keep_mb: ``ROWID_KEEP_MB``: megabytes of them beyond which the least recently used go before that.
        users: ``ROWID_USERS``: the YAML file of those who may log in to the web app; no login if unset.
        log_format: ``ROWID_LOG_FORMAT``: ``console`` or ``json``.
        log_level: ``ROWID_LOG_LEVEL``: ``debug``, ``info``, ``warning`` or ``error``.
    """

    state_dir: Path
    host: str = "127.0.0.1"
    port: int = 8501
    max_upload_mb: int = 2000
    data_dir: Path | None = None
    log_format: str = "console"
    log_level: str = "info"
    memory_mb: int | None = None
    connections: Path = field(default_factory=_default_connections)
    keep_days: int = 30
    keep_mb: int = 20_000
    users: Path | None = None

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None) -> Self:
        """Reads the settings from ``env``, by default the environment of the process.

        Raises:
            UsageError: a value makes no sense; names the variable.
        """
        env = os.environ if env is None else env
        given = {
            field: read(variable, env[variable].strip())
            for field, (variable, read) in VARIABLES.items()
            if env.get(variable, "").strip()
        }
        return cls(**{"state_dir": _default_state_dir(), **given} if "state_dir" not in given else given)


def _default_state_dir() -> Path:
    from platformdirs import user_state_dir

    return Path(user_state_dir("rowid", appauthor=False))


def _existing_file(variable: str, text: str) -> Path:
    path = _absolute(variable, text)
    if path.is_file():
        return path
    raise UsageError(f"there is no file {str(path)!r}", where=variable, hint="Make it, or unset the variable.")


def _absolute(variable: str, text: str) -> Path:
    path = Path(text).expanduser()
    if path.is_absolute():
        return path
    raise UsageError("it is not an absolute path", where=variable, hint="Write the whole path.")


def _existing_folder(variable: str, text: str) -> Path:
    path = _absolute(variable, text)
    if path.is_dir():
        return path
    raise UsageError(f"there is no folder {str(path)!r}", where=variable, hint="Make it, or unset the variable.")


def _whole_number(low: int, high: int) -> Callable[[str, str], int]:
    def read(variable: str, text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise UsageError(f"it is {text!r}", where=variable, hint=f"It is a whole number from {low} to {high}.")

    return read


def _one_of(allowed: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(variable: str, text: str) -> str:
        if text.lower() in allowed:
            return text.lower()
        raise UsageError(f"it is {text!r}", where=variable, hint=f"It is one of {', '.join(allowed)}.")

    return read


VARIABLES: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "state_dir": ("ROWID_STATE_DIR", _absolute),
    "host": ("ROWID_HOST", lambda _, text: text),
    "port": ("ROWID_PORT", _whole_number(1, 65_535)),
    "max_upload_mb": ("ROWID_MAX_UPLOAD_MB", _whole_number(1, 1_000_000)),
    "memory_mb": ("ROWID_MEMORY_MB", _whole_number(1, 1_000_000)),
    "data_dir": ("ROWID_DATA_DIR", _existing_folder),
    "connections": ("ROWID_CONNECTIONS", _existing_file),
    "keep_days": ("ROWID_KEEP_DAYS", _whole_number(1, 36_500)),
    "keep_mb": ("ROWID_KEEP_MB", _whole_number(1, 1_000_000_000)),
    "users": ("ROWID_USERS", _absolute),
    "log_format": ("ROWID_LOG_FORMAT", _one_of(LOG_FORMATS)),
    "log_level": ("ROWID_LOG_LEVEL", _one_of(LOG_LEVELS)),
}
"""Each setting's variable, and how its text is read."""
