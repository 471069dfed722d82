"""Measurements side by side; the figures of the README come from here."""
