"""Proves on a real Snowflake account what the tests of rowid could only show on a fake one.

    python deploy/snowflake/acceptance.py snowflake://CONNECTION/DATABASE/SCHEMA

CONNECTION is a name in connections.toml, or ``env`` for SNOWFLAKE_ACCOUNT and so on. The role needs USAGE of the
warehouse, the database and the schema, and CREATE TABLE and CREATE STAGE in the schema. Tables of its own are made, all
called ROWID_ACCEPTANCE_..., and removed. Prints a line for each proof; the exit code is 0 if all of them passed.
"""

import argparse
import contextlib
import datetime
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

import rowid
from rowid import bootstrap, pipeline
from rowid.databases import Address, TableName
from rowid.databases.snowflake import Snowflake, findings, place
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError, RowIdError, UsageError
from rowid.model import Loading, ReadOptions, Receipt
from rowid.sinks.recorded import NAME as RECORDS

ROWS = 100_000
UTC = datetime.UTC
TYPES = pa.table(
    {
        "int64": pa.array([1, None, -(2**63)], pa.int64()),
        "uint64": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "decimal": pa.array([Decimal("1.25"), None, Decimal("-99999999.99")], pa.decimal128(10, 2)),
        "float": pa.array([0.1, None, -1e300]),
        "text": pa.array(["é'\\\"☃\n", None, ""]),
        "binary": pa.array([b"\x00\xff", None, b""], pa.binary()),
        "boolean": pa.array([True, None, False]),
        "date": pa.array([datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)], pa.date32()),
        "time": pa.array([datetime.time(1, 2, 3, 4), None, datetime.time(23, 59, 59, 999999)], pa.time64("us")),
        "ntz": pa.array(
            [datetime.datetime(1999, 1, 2, 3, 4, 5, 6), None, datetime.datetime(1, 1, 1)], pa.timestamp("us")
        ),
        "tz": pa.array([datetime.datetime(1999, 1, 2, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
    }
)
HOSTILE = "we\"ird.t; DROP TABLE 'x' -- é ?"


class Acceptance:
    """The proofs, each a method; ``left`` are the tables to remove."""

    def __init__(self, uri: str) -> None:
        self.uri, self.address = uri.rstrip("/"), Address.parse(uri)
        self.place = place(self.address)
        self.manager = bootstrap.snowflake_manager(self.address)
        self.left: list[TableName] = []
        self.database = self.open()

    def open(self) -> Snowflake:
        """A connection."""
        return Snowflake(self.address, self.manager)

    def table(self, columns: Sequence[pa.Field], name: str = "") -> TableName:
        """A new table."""
        made = self.name(name)
        dialect = self.database.dialect
        declared = ", ".join(f"{dialect.quoted(one.name)} {dialect.type_of(one.type)}" for one in columns)
        self.database.execute(f"CREATE TABLE {dialect.table(made)} ({declared})")
        self.left.append(made)
        return made

    def name(self, ending: str = "") -> TableName:
        """The name of a table that is not there."""
        database, schema = self.place
        return TableName(f"ROWID_ACCEPTANCE_{uuid.uuid4().hex[:12]}{ending}", schema, database)

    def quoted(self, table: TableName) -> str:
        """Its name in SQL."""
        return self.database.dialect.table(table)

    def remove(self) -> None:
        """Removes what was made."""
        with contextlib.suppress(Exception):  # it may be broken
            self.database.close()
        with closing(self.open()) as database:
            for table in self.left:
                try:
                    database.execute(f"DROP TABLE IF EXISTS {self.quoted(table)}")
                except RowIdError as error:
                    print(f"left    {self.quoted(table)}: {error}")

    def connects(self) -> str:
        """a connection works, and says how fast"""
        health = self.manager.health()
        require(health.ok, health.error)
        return f"{(health.latency or 0) * 1000:.0f} ms"

    def keeps_types(self) -> None:
        """every type comes back as it went, nulls and the first and last day included"""
        table = self.table(TYPES.schema)
        for batch in TYPES.to_batches():
            self.database.append(table, batch)
        back = self.database.stream(f"SELECT * FROM {self.quoted(table)}").read_all()
        require(back.to_pylist() == TYPES.to_pylist(), "other values came back")

    def reads_other_types(self) -> None:
        """NUMBER(38, 0), TIMESTAMP_LTZ, TIMESTAMP_NTZ(9) and VARIANT are read in the documented types"""
        sql = (
            "SELECT 1::NUMBER(38, 0) AS A, '2020-01-02 03:04:05.678 +00:00'::TIMESTAMP_LTZ AS B, "
            "'9999-12-31'::TIMESTAMP_NTZ AS C, PARSE_JSON('{\"a\":1}') AS D"
        )
        back = self.database.stream(sql).read_all()
        require(back.schema.types == [
            pa.decimal128(38), pa.timestamp("us", "UTC"), pa.timestamp("us"), pa.string(),
        ], f"{back.schema.types}")  # fmt: skip
        (row,) = back.to_pylist()
        require(row["A"] == 1 and row["C"] == datetime.datetime(9999, 12, 31), "other values came back")
        require(row["B"] == datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, UTC), "another instant came back")
        require(row["D"].replace(" ", "").replace("\n", "") == '{"a":1}', "other JSON came back")

    def takes_names_exactly(self) -> None:
        """a hostile name is a name, of a table and of a column"""
        table = self.table([pa.field(HOSTILE, pa.string())], HOSTILE)
        self.database.append(table, pa.record_batch({HOSTILE: [HOSTILE]}))
        columns = self.database.columns(table)
        require(columns is not None and [one.name for one in columns] == [HOSTILE], "the catalogue has another name")
        require(self.database.rows(f"SELECT * FROM {self.quoted(table)}") == [(HOSTILE,)], "another value came back")
        require(table in self.database.tables(), "it is not listed")

    def loads_ids(self) -> str:
        """IDs that were loaded are those that were computed, by count and by fingerprint"""
        rows = pa.table({"k": range(ROWS), "v": [f"é{number}" for number in range(ROWS)]})
        with HashingEngine(rowid.Recipe(["k", "v"])) as engine:
            ids = pa.chunked_array([engine.hash(batch) for batch in rows.to_batches()])
        loaded = rows.append_column("row_id", ids.cast(pa.string()))
        table = self.table(loaded.schema)
        started = time.perf_counter()
        for batch in loaded.to_batches(max_chunksize=10_000):
            self.database.append(table, batch)
        first, last = self.database.dialect.checksums('"row_id"', "hex")
        [held] = self.database.rows(f"SELECT count(*), {first}, {last} FROM {self.quoted(table)}")
        taken = time.perf_counter() - started
        texts = loaded["row_id"].to_pylist()
        local = ROWS, sum(int(text[:15], 16) for text in texts), sum(int(text[-15:], 16) for text in texts)
        require(tuple(map(int, held)) == local, "another fingerprint")
        started = time.perf_counter()
        back = self.database.stream(f'SELECT "k", "row_id" FROM {self.quoted(table)} ORDER BY "k"').read_all()
        require(back["row_id"].to_pylist() == texts, "other IDs, or in another order, came back")
        return f"{ROWS / taken:,.0f} rows/s loaded, {ROWS / (time.perf_counter() - started):,.0f} rows/s read"

    def merges(self) -> None:
        """a merge changes the rows that differ, and a second one none"""
        columns = [pa.field("id", pa.int64()), pa.field("v", pa.string())]
        table, staging = self.table(columns), self.table(columns)
        self.database.append(table, pa.record_batch({"id": [1, 2, 3], "v": ["a", None, "c"]}))
        self.database.append(staging, pa.record_batch({"id": [1, 2, 3], "v": ["a", "B", None]}))
        dialect = self.database.dialect
        differ = dialect.differ('t."v"', 's."v"')
        sql = dialect.update(table, staging, {"v": 's."v"'}, 't."id" = s."id"', differ)
        require(self.database.execute(sql) == 2, "it changed another number of rows")
        require(self.database.execute(sql) == 0, "the second one changed something")

    def loads_as_a_run(self) -> None:
        """a run writes a table and verifies it, and the same run again changes nothing"""
        made = self.name()
        records = TableName(RECORDS, made.schema, made.catalog)
        self.left += [made, *([records] if self.database.columns(records) is None else [])]
        with tempfile.TemporaryDirectory() as folder:
            pq.write_table(TYPES, Path(folder) / "rows.parquet")
            first, second = (self._loaded(str(Path(folder) / "rows.parquet"), made, how) for how in (None, "merge"))
        self.database.execute(f'DELETE FROM {self.quoted(records)} WHERE "table_name" = ?', (made.name,))
        require(first.inserted == TYPES.num_rows and bool(first.verified), f"{first.inserted} rows were inserted")
        require(second.inserted == second.updated == 0 and bool(second.verified), "the second run changed something")

    def _loaded(self, path: str, table: TableName, write: str | None) -> Receipt:
        with closing(bootstrap.open_sink(f"{self.uri}/{quote(table.name, safe='')}", loading=Loading(write))) as sink:
            source = bootstrap.open_source(path, ReadOptions())
            receipt = pipeline.run(source, rowid.Recipe(["int64", "text"]), sink).receipt
        if receipt is None:
            raise NotProvedError("there is no receipt")
        return receipt

    def takes_back(self) -> None:
        """a transaction is taken back whole, what was loaded in it too"""
        table = self.table([pa.field("a", pa.int64())])
        self.database.begin()
        self.database.append(table, pa.record_batch({"a": [1, 2]}))
        require(self.database.rows(f"SELECT count(*) FROM {self.quoted(table)}") == [(2,)], "it does not see its rows")
        self.database.rollback()
        require(self.database.rows(f"SELECT count(*) FROM {self.quoted(table)}") == [(0,)], "rows stayed")

    def maps_errors(self) -> None:
        """what does not exist is told apart from what is wrong"""
        for sql, kind in (("SELECT * FROM ROWID_NO_SUCH_TABLE", "missing"), ("SELECT FROM WHERE", "statement")):
            try:
                self.database.rows(sql)
            except DatabaseError as error:
                require(error.kind == kind, f"{error.kind}, where {kind} was due: {error.detail}")
            else:
                require(False, "there was no error")

    def refuses_two_statements(self) -> None:
        """Snowflake itself refuses two statements in one"""
        database = self.open()
        try:
            database.rows("SELECT 1; SELECT 2")
        except DatabaseError as error:
            require(error.what == "it is more than one statement", f"{error.detail}")
        else:
            require(False, "it ran them")
        finally:
            database.close()

    def keeps_the_tag(self) -> None:
        """the history of queries shows the job and the recipe"""
        database = self.open()
        try:
            database.label("acceptance", "recipe")
            database.rows("SELECT 1")
            sql = "SELECT query_tag FROM TABLE(information_schema.query_history_by_session(RESULT_LIMIT => 10))"
            require(any('"job": "acceptance"' in (tag or "") for (tag,) in database.rows(sql)), "the tag is not there")
        finally:
            database.close()

    def proves_sql(self) -> None:
        """the SQL that computes IDs inside Snowflake gives those of rowid"""
        table = self.table([pa.field("a", pa.string())])
        command = [sys.executable, "-m", "rowid", "sql", "--prove", "--dialect", "snowflake"]
        command += ["--table", f"{self.uri}/{table.name}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        require(done.returncode == 0, (done.stderr or done.stdout).strip()[-300:])

    def reports(self) -> None:
        """the report on a table finds nothing in the way of what was loaded"""
        require(not [one for one in findings(TYPES.schema, TYPES.to_batches()) if one.severity == "blocks"], "it does")

    @property
    def proofs(self) -> list[Callable[[], str | None]]:
        """All of them, in their order."""
        return [
            self.connects, self.reports, self.keeps_types, self.reads_other_types, self.takes_names_exactly,
            self.loads_ids, self.merges, self.loads_as_a_run, self.takes_back, self.maps_errors,
            self.refuses_two_statements, self.keeps_the_tag, self.proves_sql,
        ]  # fmt: skip


class NotProvedError(Exception):
    """A proof failed."""


def require(holds: bool, otherwise: str) -> None:
    """Raises an error where something does not hold."""
    if not holds:
        raise NotProvedError(otherwise)


def run(uri: str) -> int:
    """All proofs; the exit code."""
    acceptance, failed = Acceptance(uri), 0
    try:
        for proof in acceptance.proofs:
            try:
                note = proof() or ""
                print(f"passed  {proof.__doc__}{f' ({note})' if note else ''}")
            except (NotProvedError, RowIdError) as error:
                failed += 1
                print(f"FAILED  {proof.__doc__}: {error}")
            except Exception as error:  # noqa: BLE001  whatever an account answers, the other proofs are still made
                failed += 1
                print(f"FAILED  {proof.__doc__}: {type(error).__name__}: {error}")
    finally:
        acceptance.remove()
    print(f"{len(acceptance.proofs) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("uri", help="snowflake://CONNECTION/DATABASE/SCHEMA")
    uri = parser.parse_args(arguments).uri
    address = Address.parse(uri)
    if address.adapter != "snowflake" or address.table or not all(place(address)):
        raise UsageError("it names no schema", where="uri", hint="Write snowflake://CONNECTION/DATABASE/SCHEMA.")
    return run(uri)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RowIdError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
