"""Each test here runs against every database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.loading.databases import DATABASES, Place


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with contextmanager(DATABASES[request.param])(tmp_path) as made:
        yield made
