"""Stable, deterministic row IDs from the content of a row."""

__version__ = "0.1.0"
