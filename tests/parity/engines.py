"""The engines whose SQL is in the matrix: an open connection with hostile settings, and `flights` as a table of it."""

import contextlib
import os
import pwd
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from rowid.databases import TableName
from rowid.errors import DatabaseError
from rowid.sql import DIALECTS, SqlColumn, Words

TYPES = {
    "duckdb": {
        "double": "DOUBLE",
        "date32": "DATE",
        "int64": "BIGINT",
        "string": "VARCHAR",
        "timestamp": "TIMESTAMPTZ",
    },
    "postgres": {
        "double": "double precision",
        "date32": "date",
        "int64": "bigint",
        "string": "text",
        "timestamp": "timestamptz",
    },
    "snowflake": {
        "double": "FLOAT",
        "date32": "DATE",
        "int64": "NUMBER(19,0)",
        "string": "VARCHAR",
        "timestamp": "TIMESTAMP_TZ",
    },
    "spark": {"double": "DOUBLE", "date32": "DATE", "int64": "BIGINT", "string": "STRING", "timestamp": "TIMESTAMP"},
}


def columns(dialect: str, schema: pa.Schema) -> list[SqlColumn]:
    """The columns of a table of ``schema`` in the dialect's words."""
    return [SqlColumn(field.name, TYPES[dialect][str(field.type).partition("[")[0]]) for field in schema]


def definition(words: Words, table: str, schema: pa.Schema) -> str:
    cells = [f"{words.names.quoted(one.name)} {one.declared}" for one in columns(words.name, schema)]
    return f"CREATE TABLE {words.names.table(TableName(table))} ({', '.join(cells)})"


@dataclass(frozen=True)
class Engine:
    """An open connection, its words, and how a table gets into it."""

    words: Words
    query: Callable[[str], list[tuple[Any, ...]]]
    load: Callable[[str, pa.Table], object]
    cannot_name: tuple[str, ...] = ()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self.query(sql)
        except Exception as error:  # noqa: BLE001  each driver has errors of its own
            raise DatabaseError("it refused", kind="statement", detail=str(error)) from None


@contextmanager
def duckdb(folder: Path) -> Iterator[Engine]:
    import duckdb as driver

    words = DIALECTS["duckdb"]
    with driver.connect() as connection:

        def load(name: str, table: pa.Table) -> None:
            connection.execute(definition(words, name, table.schema))
            connection.register("_given", table)
            connection.execute(f"INSERT INTO {words.names.quoted(name)} FROM _given").fetchall()
            connection.unregister("_given")

        engine = Engine(words, lambda sql: connection.execute(sql).fetchall(), load)
        for setting in ("TimeZone = 'Asia/Kolkata'", "default_collation = 'NOACCENT'", "integer_division = true"):
            engine.rows(f"SET {setting}")
        yield engine


@contextmanager
def postgres(folder: Path) -> Iterator[Engine]:
    """A server of its own on a socket in ``folder``, which the user ``postgres`` owns where root runs the tests."""
    import psycopg

    words, bin_ = DIALECTS["postgres"], max(Path("/usr/lib/postgresql").glob("*/bin"))
    owner = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else os.getuid()
    os.chown(folder, owner, -1)

    def run(*command: str) -> None:
        subprocess.run(command, user=owner, check=True, capture_output=True, cwd=folder, env={"LC_ALL": "C"})

    data = str(folder / "data")
    run(str(bin_ / "initdb"), "-D", data, "-A", "trust", "-U", "rowid", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(bin_ / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        with psycopg.connect(host=str(folder), user="rowid", dbname="postgres", autocommit=True) as connection:

            def query(sql: str) -> list[tuple[Any, ...]]:
                cursor = connection.execute(sql)
                return cursor.fetchall() if cursor.description else []

            def load(name: str, table: pa.Table) -> None:
                query(definition(words, name, table.schema))
                sink = pa.BufferOutputStream()
                pa_csv.write_csv(table, sink, pa_csv.WriteOptions(include_header=False))
                with connection.cursor().copy(f"COPY {words.names.quoted(name)} FROM STDIN (FORMAT csv)") as copy:
                    copy.write(sink.getvalue().to_pybytes())

            engine = Engine(words, query, load)
            for setting in (
                "extra_float_digits = 0", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kolkata'",
                "bytea_output = 'escape'", "standard_conforming_strings = off", "escape_string_warning = off",
                "IntervalStyle = 'sql_standard'",
            ):  # fmt: skip
                engine.rows(f"SET {setting}")
            yield engine
    finally:
        run(str(bin_ / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")


@contextmanager
def spark(folder: Path) -> Iterator[Engine]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")

    def load(name: str, table: pa.Table) -> None:
        pq.write_table(table, folder / f"{len(list(folder.iterdir()))}.parquet")
        latest = max(folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
        session.read.parquet(str(latest)).createOrReplaceTempView(DIALECTS["spark"].names.quoted(name))

    engine = Engine(DIALECTS["spark"], lambda sql: [tuple(row) for row in session.sql(sql).collect()], load)
    try:
        for setting in (
            "spark.sql.ansi.enabled = false", "spark.sql.session.timeZone = Asia/Kolkata",
            "spark.sql.legacy.timeParserPolicy = LEGACY", "spark.sql.parser.escapedStringLiterals = true",
        ):  # fmt: skip
            engine.rows(f"SET {setting}")
        yield engine
    finally:
        session.stop()


FAKE = replace(
    DIALECTS["snowflake"],
    types={
        **DIALECTS["snowflake"].types,
        "TIME": replace(DIALECTS["snowflake"].types["TIME"], text="CAST({x} AS VARCHAR)"),
    },
    trim="REGEXP_REPLACE({x}, '^[' || {chars} || ']+|[' || {chars} || ']+$', '')",
)
"""Snowflake's words but for two that the fake knows wrongly: it forgets the format of a time in TO_CHAR, and the
characters that TRIM is to take away.
"""


@contextmanager
def _fakesnow() -> Iterator[int]:
    """The server's port. It is a process of its own: nothing that other tests make good in theirs is made good here."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "import sys, fakesnow.cli; sys.exit(fakesnow.cli.main(sys.argv[1:]))"]
    server = subprocess.Popen([*command, "-s", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def snowflake(folder: Path) -> Iterator[Engine]:
    """The real connector and fakesnow's server; a whole number has 64 bits there, so wider ones get a place."""
    from snowflake import connector

    with _fakesnow() as port:
        connection = connector.connect(
            account="fakesnow", user="fake", password="snow", host="127.0.0.1", port=port, protocol="http",
            session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False}, network_timeout=2,
        )  # fmt: skip
        cursor = connection.cursor()

        def query(sql: str) -> list[tuple[Any, ...]]:
            return cursor.execute(re.sub(r"NUMBER\(38, ?0\)", "NUMBER(38,1)", sql)).fetchall()

        def load(name: str, table: pa.Table) -> None:
            quoted = FAKE.names.quoted(name)
            query(definition(FAKE, name, table.schema))
            pq.write_table(table, folder / "rows.parquet")
            query("CREATE OR REPLACE STAGE loading")
            query(f"PUT file://{folder}/rows.parquet @loading")
            how = "FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
            query(f"COPY INTO {quoted} FROM @loading {how}")

        try:
            for sql in ("CREATE DATABASE db", "USE DATABASE db", "CREATE SCHEMA s", "USE SCHEMA s"):
                cursor.execute(sql)
            yield Engine(FAKE, query, load, cannot_name=("a'b", "sélect"))  # the fake's DESCRIBE and COPY
        finally:
            connection.close()
