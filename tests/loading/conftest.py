"""Each test here runs against every database."""

from pathlib import Path

import pytest

from tests.loading.databases import DATABASES, Place


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return DATABASES[request.param](request, tmp_path)
