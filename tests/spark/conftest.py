"""One Spark session on two threads of this machine for all tests, as a command line would start it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowid import spark

SECRET = "SPARK_TEST_SECRET"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A session; its executors have a secret in their environment, and the driver alone has another variable."""
    before = dict(os.environ)
    os.environ |= {"PYTHONPATH": str(ROOT), SECRET: "c2VjcmV0"}
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        f"--conf spark.sql.warehouse.dir={tmp_path_factory.mktemp('warehouse')} --conf spark.sql.shuffle.partitions=2 "
        "--conf spark.driver.memory=1g pyspark-shell"
    )
    try:
        with spark.session("local[2]") as started:
            yield started
    finally:
        os.environ.clear()
        os.environ.update(before)
