"""What the ways to hash cost on this machine: the defaults, or what ``rowid tune`` measured and wrote down."""

import json
import os
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import platformdirs

ENVIRONMENT = "ROWID_TUNING"


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds: of the reference for a row, of loading the kernel from disk, of compiling it.

    The defaults were measured on one core of a server processor of 2023 with a table of five columns.
    """

    reference_s: float = 3e-6
    load_s: float = 0.1
    compile_s: float = 10.0


def path() -> Path:
    """Where the measured costs are kept: the file that ROWID_TUNING names, or one in the user's configuration."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else platformdirs.user_config_path("rowid") / "tuning.json"


@cache
def costs() -> Costs:
    """The costs of this machine; the defaults where none were measured or the file cannot be read."""
    try:
        plain = json.loads(path().read_text(encoding="utf-8"))
        return Costs(**{field.name: float(plain[field.name]) for field in fields(Costs)})
    except (OSError, ValueError, TypeError, KeyError):
        return Costs()
