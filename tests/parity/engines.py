"""The engines of the matrix: each an open connection that answers a SELECT with rows, and says what refused it."""

import os
import pwd
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rowid.errors import DatabaseError
from rowid.sql import DIALECTS


class Connection:
    """A connection of a driver, as far as the proof needs one."""

    def __init__(self, query: Callable[[str], list[tuple[Any, ...]]]) -> None:
        self._query = query

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._query(sql)
        except Exception as error:  # noqa: BLE001  each driver has errors of its own
            raise DatabaseError("it refused", kind="statement", detail=str(error)) from None


@contextmanager
def duckdb() -> Iterator[Connection]:
    import duckdb as driver

    with driver.connect() as connection:
        yield Connection(lambda sql: connection.execute(sql).fetchall())


@contextmanager
def postgres(folder: Path) -> Iterator[Connection]:
    """A server of its own on a socket in ``folder``, which the user ``postgres`` owns where root runs the tests."""
    import psycopg

    bin_ = max(Path("/usr/lib/postgresql").glob("*/bin"))
    owner = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else os.getuid()
    folder.mkdir()
    os.chown(folder, owner, -1)

    def run(*command: str) -> None:
        subprocess.run(command, user=owner, check=True, capture_output=True, cwd=folder, env={"LC_ALL": "C"})

    run(str(bin_ / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "rowid", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(bin_ / "pg_ctl"), "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        with psycopg.connect(host=str(folder), user="rowid", dbname="postgres", autocommit=True) as connection:
            yield Connection(lambda sql: _fetched(connection.execute(sql)))
    finally:
        run(str(bin_ / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")


def _fetched(cursor: Any) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.description else []


@contextmanager
def spark() -> Iterator[Connection]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    try:
        yield Connection(lambda sql: [tuple(row) for row in session.sql(sql).collect()])
    finally:
        session.stop()


FAKE = replace(
    DIALECTS["snowflake"],
    types={
        **DIALECTS["snowflake"].types,
        "TIME": replace(DIALECTS["snowflake"].types["TIME"], text="CAST({x} AS VARCHAR)"),  # TO_CHAR forgets the format
    },
    trim="REGEXP_REPLACE({x}, '^[' || {chars} || ']+|[' || {chars} || ']+$', '')",  # TRIM forgets the characters
    vectors={**DIALECTS["snowflake"].vectors, "uint": "NUMBER(38,1)"},  # a whole number has 64 bits there
)
"""Snowflake's words without those that the fake does not know, or knows wrongly."""


@contextmanager
def snowflake() -> Iterator[Connection]:
    import fakesnow
    from snowflake import connector

    with fakesnow.server() as settings:
        connection = connector.connect(**{**settings, "network_timeout": 2})
        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE IF NOT EXISTS db")
        cursor.execute("USE DATABASE db")
        cursor.execute("CREATE SCHEMA IF NOT EXISTS s")
        cursor.execute("USE SCHEMA s")
        try:
            yield Connection(lambda sql: cursor.execute(sql).fetchall())
        finally:
            connection.close()
