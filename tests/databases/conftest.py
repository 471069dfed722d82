"""An open database, for whoever says which: a fixture ``place`` of the tests is its URI."""

from collections.abc import Iterator

import pytest

from rowid.databases import Database
from tests.databases.tables import connect


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    one = connect(place)
    yield one
    one.close()
