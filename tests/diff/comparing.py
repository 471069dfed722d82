"""How the tests compare two tables."""

from rowid import pipeline
from rowid.checks import Limits
from rowid.recipe import Recipe
from tests.doubles import Table

TINY = Limits(memory=1)  # everything goes to the temporary file


def diff(before, after, columns=("k",), **options):
    """What changed between two Arrow tables."""
    return pipeline.diff(Table(before), Table(after), Recipe(list(columns)), **options)
