"""What runs here."""

import platform

import rowid
from rowid.recipe import SPEC


def version() -> str:
    """This program, its specification and its Python, in one line."""
    return f"rowid {rowid.__version__} (specification {SPEC}, Python {platform.python_version()})"
