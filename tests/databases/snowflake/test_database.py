"""Snowflake as the real connector meets it: types, names, loading, transactions."""

import datetime
from decimal import Decimal

import pyarrow as pa

from rowid.databases import TableName
from tests.databases.snowflake.fixture import FakeSnowflake

UTC = datetime.UTC
EVERYTHING = pa.table(
    {
        "i": pa.array([1, None, -(2**63)], pa.int64()),
        "u": pa.array([2**64 - 1, None, 0], pa.uint64()),
        "d": pa.array([Decimal("1.25"), None, Decimal("-99999999.99")], pa.decimal128(10, 2)),
        "f": pa.array([0.1, None, -1e300]),
        "s": pa.array(["é'\\\"☃", None, ""]),
        "b": pa.array([b"\x00\xff", None, b""], pa.binary()),
        "o": pa.array([True, None, False]),
        "day": pa.array([datetime.date(1, 1, 1), None, datetime.date(9999, 12, 31)], pa.date32()),
        "t": pa.array([datetime.time(1, 2, 3, 4), None, datetime.time(23, 59, 59, 999999)], pa.time64("us")),
        "n": pa.array(
            [datetime.datetime(1999, 1, 2, 3, 4, 5, 6), None, datetime.datetime(1, 1, 1)], pa.timestamp("us")
        ),
        "z": pa.array([datetime.datetime(1999, 1, 2, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
    }
)


def made(snowflake: FakeSnowflake, name: str, table: pa.Table) -> TableName:
    """A table of these rows, loaded."""
    whole = TableName(name, snowflake.schema, snowflake.database)
    database = snowflake.open()
    quoted, type_of = database.dialect.quoted, database.dialect.type_of
    columns = ", ".join(f"{quoted(field.name)} {type_of(field.type)}" for field in table.schema)
    database.execute(f"CREATE TABLE {database.dialect.table(whole)} ({columns})")
    for batch in table.to_batches():
        database.append(whole, batch)
    database.close()
    return whole


def read(snowflake: FakeSnowflake, sql: str) -> pa.Table:
    database = snowflake.open(read_only=True)
    try:
        return database.stream(sql).read_all()
    finally:
        database.close()


def test_every_type_goes_there_and_back(snowflake: FakeSnowflake) -> None:
    whole = made(snowflake, "all types", EVERYTHING)
    database = snowflake.open()
    back = database.stream(f"SELECT * FROM {database.dialect.table(whole)}").read_all()
    database.close()
    assert back.to_pylist() == EVERYTHING.to_pylist()
