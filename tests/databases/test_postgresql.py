"""PostgreSQL, a real one: every type exact or refused, exact names, errors in our words, nothing changed by reading."""

from decimal import Decimal
from urllib.parse import quote

import psutil
import psycopg
import pyarrow as pa
import pytest

import rowid
from rowid import bootstrap, pipeline
from rowid.databases import Database, TableName
from rowid.engine import HashingEngine
from rowid.errors import ColumnError, DatabaseError, SourceError, UsageError
from rowid.sinks import file_sink
from tests.databases.tables import HOSTILE, connect, create, query, read, uri
from tests.postgres import GUARDED, PASSWORD, Server

PLAIN = {  # a value as PostgreSQL writes it, as what it is read, and its canonical text
    "boolean": ("true", pa.bool_(), "true"),
    "smallint": ("-32768", pa.int16(), "-32768"),
    "integer": ("42", pa.int32(), "42"),
    "bigint": ("9223372036854775807", pa.int64(), "9223372036854775807"),
    "oid": ("4294967295", pa.int64(), "4294967295"),
    "real": ("0.1", pa.float32(), "0.10000000149011612"),
    "double precision": ("1e21", pa.float64(), "1e+21"),
    "numeric(10,2)": ("-1.50", pa.decimal128(10, 2), "-1.5"),
    "numeric(76,3)": ("1" * 73 + ".125", pa.decimal256(76, 3), "1" * 73 + ".125"),
    "numeric(5,-2)": ("12345", pa.decimal128(7, 0), "12300"),
    "numeric(3,5)": ("0.00123", pa.decimal128(5, 5), "0.00123"),
    "numeric": ("9" * 30 + ".0123456789", pa.decimal256(76, 10), "9" * 30 + ".0123456789"),
    "numeric(100,90)": ("0." + "1" * 90, pa.string(), "0." + "1" * 90),
    "money": ("1234.50", pa.decimal128(38, 1), "1234.5"),
    "text": ("é'\"\\", pa.string(), "é'\"\\"),
    "varchar(9)": (" x ", pa.string(), " x "),
    "char(3)": ("x", pa.string(), "x  "),
    "name": ("x", pa.string(), "x"),
    '"char"': ("x", pa.string(), "x"),
    "citext": ("Ab", pa.string(), "Ab"),
    "bytea": (r"\x00ff", pa.binary(), "00ff"),
    "date": ("0001-01-01", pa.date32(), "0001-01-01"),
    "time": ("12:13:14.5", pa.time64("us"), "12:13:14.5"),
    "timestamp": ("2020-01-01 00:00:00", pa.timestamp("us"), "2020-01-01"),
    "timestamptz": ("2020-01-01 00:00:00+05:45", pa.timestamp("us", "UTC"), "2019-12-31T18:15:00Z"),
    "uuid": ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", pa.string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "json": ('{"a":  1}', pa.string(), '{"a":  1}'),
    "jsonb": ('{"a":  1}', pa.string(), '{"a": 1}'),
    "xml": ("<a/>", pa.string(), "<a/>"),
    "inet": ("10.0.0.1/24", pa.string(), "10.0.0.1/24"),
    "cidr": ("10.0.0.0/8", pa.string(), "10.0.0.0/8"),
    "macaddr": ("08:00:2b:01:02:03", pa.string(), "08:00:2b:01:02:03"),
    "bit(3)": ("101", pa.string(), "101"),
    "mood": ("ok", pa.string(), "ok"),
    "price": ("3.25", pa.decimal128(10, 2), "3.25"),
}  # fmt: skip
OPAQUE = {
    "integer[]": "{{1,2},{3,4}}",
    "text[]": '{a,"b,"}',
    "interval": "1 month 2 days",
    "timetz": "12:00:00+01",
    "int4range": "[1,5)",
    "tstzrange": "[2020-01-01 00:00:00+00,2020-01-02 00:00:00+00)",
    "point": "(1.5,2)",
    "pair": "(1,x)",
}


@pytest.fixture
def typed(postgres: str) -> str:
    """A table with a column of every type: a row of values, and a row of nulls."""
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE EXTENSION citext")
        one.execute("CREATE TYPE mood AS ENUM ('sad', 'ok')")
        one.execute("CREATE DOMAIN price AS numeric(10,2)")
        one.execute("CREATE TYPE pair AS (a int, b text)")
        kinds = [*PLAIN, *OPAQUE]
        texts = [told for told, _, _ in PLAIN.values()] + list(OPAQUE.values())
        one.execute("CREATE TABLE typed ({})".format(", ".join(f"c{at} {kind}" for at, kind in enumerate(kinds))))
        casts = ", ".join(f"%s::{kind}" for kind in kinds)
        one.execute(f"INSERT INTO typed SELECT {casts}", texts)
        one.execute("INSERT INTO typed (c0) VALUES (NULL)")
    return uri(postgres, "typed")


def test_every_type_is_read_as_what_it_is(typed):
    table = read(typed)
    assert {kind: table.schema.field(at).type for at, kind in enumerate(PLAIN)} == {
        kind: type_ for kind, (_, type_, _) in PLAIN.items()
    }
    for at, (kind, (_, _, text)) in enumerate(PLAIN.items()):
        recipe = rowid.Recipe([f"c{at}"])
        with HashingEngine(recipe) as engine:
            ids = engine.hash(table.combine_chunks().to_batches()[0]).to_pylist()
        assert ids == [rowid.row_id([text], recipe), rowid.row_id([None], recipe)], kind


def test_what_has_no_canonical_text_comes_along_and_is_no_key(typed, tmp_path):
    table = read(typed)
    for at, (kind, text) in enumerate(OPAQUE.items(), len(PLAIN)):
        column = table.column(f"c{at}")
        assert column.null_count == 1
        if kind not in {"interval", "tstzrange"}:
            assert column.chunk(0).storage[0].as_py() == text
        with (
            HashingEngine(rowid.Recipe([f"c{at}"])) as engine,
            pytest.raises(ColumnError, match="has no canonical text"),
        ):
            engine.hash(table.to_batches()[0])
    for ending in ("csv", "jsonl", "parquet"):
        pipeline.run(bootstrap.open_source(typed), rowid.Recipe(["c1"]), file_sink(str(tmp_path / f"out.{ending}")))
    assert "{{1,2},{3,4}}" in (tmp_path / "out.csv").read_text()
    assert "{{1,2},{3,4}}" in (tmp_path / "out.jsonl").read_text()


def test_the_catalogue_says_what_is_declared(typed, postgres):
    database = connect(postgres)
    columns = database.columns(TableName("typed"))
    database.close()
    assert [one.declared for one in columns][:3] == ["boolean", "smallint", "integer"]
    assert [one.type for one in columns][:3] == [pa.bool_(), pa.int16(), pa.int32()]
    assert len(columns) == len(PLAIN) + len(OPAQUE)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["NaN", "1.5"], [None, Decimal("1.5")]),
        (["1e-20", "1e20"], [Decimal("1e-20"), Decimal("1e20")]),
        (["1e60", "1e-60"], ["1" + "0" * 60, "0." + "0" * 59 + "1"]),
        (["Infinity", "2.50"], ["Infinity", "2.5"]),
        ([None], [None]),
    ],
)
def test_a_numeric_without_a_precision_loses_nothing(postgres, values, expected):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE n (x numeric)")
        one.cursor().executemany("INSERT INTO n VALUES (%s::numeric)", [(value,) for value in values])
    assert read(uri(postgres, "n"))["x"].to_pylist() == expected


@pytest.mark.parametrize(
    "value", ["'infinity'::date", "'-infinity'::timestamp", "'infinity'::timestamptz", "'294276-01-01'::timestamp"]
)
def test_a_moment_that_arrow_has_not_is_refused(postgres, value):
    with pytest.raises(SourceError, match="column 'd' holds infinity, or a year beyond"):
        read(query(postgres, f"SELECT 1 AS a, {value} AS d"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name(postgres, name):
    database = connect(postgres)
    database.execute("CREATE TABLE bystander (a int)")
    rows = pa.table({name: [1, None], name[:1] + "2": ["é", ""]})
    create(database, name, rows)
    assert TableName(name) in database.tables()
    database.close()
    assert read(uri(postgres, name)).equals(rows)
    assert read(uri(postgres, "bystander")).num_rows == 0


def test_a_name_that_is_too_long_is_refused(postgres):
    with pytest.raises(UsageError, match="cannot be a name in postgresql"):
        read(uri(postgres, "x" * 64))


def test_schemas_tell_tables_apart(postgres):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute('CREATE SCHEMA "Sales"')
        one.execute('CREATE TABLE "Sales".t AS SELECT 1 AS a')
        one.execute("CREATE TABLE t AS SELECT 2 AS b")
    database = connect(postgres)
    assert database.tables() == [TableName("t"), TableName("t", "Sales")]
    assert [one.name for one in database.columns(TableName("t", "Sales"))] == ["a"]
    assert database.columns(TableName("t", "sales")) is None
    assert database.columns(TableName("t", "Sales", "elsewhere")) is None
    database.close()
    assert read(uri(postgres, TableName("t", "Sales"))).to_pylist() == [{"a": 1}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE t",
        "SELECT 1) AS t; DROP TABLE t; SELECT * FROM (SELECT 1",
        "DROP TABLE t",
        "INSERT INTO t VALUES (7) RETURNING a",
        "WITH gone AS (DELETE FROM t RETURNING a) SELECT * FROM gone",
        "SELECT $1::int",
        "nonsense",
        "",
    ],
)
def test_a_query_is_one_select(postgres, sql):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE t AS SELECT 5 AS a")
    with pytest.raises((DatabaseError, UsageError)) as caught:
        read(query(postgres, sql))
    assert not sql or sql not in str(caught.value)
    assert read(uri(postgres, "t"))["a"].to_pylist() == [5]


def test_a_query_may_end_in_a_comment_and_have_names_that_look_alike(postgres):
    assert read(query(postgres, "SELECT 1 AS a, '?' AS \"A\" -- all")).to_pylist() == [{"a": 1, "A": "?"}]
    with pytest.raises(ColumnError, match="'a' more than once"):
        read(query(postgres, "SELECT 1 AS a, 2 AS a"))


def test_who_reads_changes_nothing(postgres):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE t (a int)")
        one.execute(
            "CREATE FUNCTION write() RETURNS int LANGUAGE sql VOLATILE AS 'INSERT INTO t VALUES (1) RETURNING a'"
        )
    with pytest.raises(DatabaseError, match="open for reading alone") as caught:
        read(query(postgres, "SELECT write() AS a"))
    assert caught.value.kind == "permission"
    database = connect(postgres, read_only=True)
    for sql in ("INSERT INTO t VALUES (1)", "DROP TABLE t", "SELECT write()"):
        with pytest.raises(DatabaseError, match="open for reading alone"):
            database.execute(sql)
        assert database.rows("SELECT count(*) FROM t") == [(0,)]
    database.close()


@pytest.mark.parametrize("rows", [0, 1, 100_000])
def test_a_table_of_any_size_can_be_opened_again(postgres, rows):
    database = connect(postgres)
    table = pa.table(
        {"i": pa.array(range(rows), pa.int64()), "s": pa.array([f"é{at}" for at in range(rows)], pa.string())}
    )
    create(database, "t", table)
    database.close()
    source = bootstrap.open_source(uri(postgres, "t"))
    assert source.info().rows == rows
    assert source.open().read_all().sort_by("i").equals(table)
    assert source.open().read_all().num_rows == rows


def test_a_million_rows_stay_in_bounded_memory(postgres):
    """About 200 MB in Arrow; the driver holds 16 MB of them at a time."""
    sql = "SELECT i, repeat('x', 200) AS s FROM generate_series(1, 1000000) AS g (i)"
    process, most, rows, size = psutil.Process(), 0, 0, 0
    with bootstrap.open_source(query(postgres, sql)).open() as batches:
        before = process.memory_info().rss
        for batch in batches:
            rows += batch.num_rows
            size += batch.nbytes
            most = max(most, process.memory_info().rss - before)
    assert (rows, size > 200_000_000) == (1_000_000, True)
    assert most < 120_000_000


def test_a_reader_that_is_dropped_early_leaves_nobody_connected(postgres):
    with bootstrap.open_source(query(postgres, "SELECT generate_series(1, 10000000) AS i")).open() as batches:
        assert next(batches).num_rows
    del batches
    with psycopg.connect(postgres) as one:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rowid' AND state = 'active'"
        assert one.execute(asked).fetchone() == (0,)


def _guarded(server: Server, database: str, password: str = PASSWORD) -> str:
    return f"postgresql://{GUARDED}:{quote(password, safe='')}@127.0.0.1:{server.port}/{database.rpartition('/')[2]}"


def test_a_password_lets_in_and_a_wrong_one_does_not(postgres, postgres_server):
    assert read(query(_guarded(postgres_server, postgres), "SELECT 1 AS a")).to_pylist() == [{"a": 1}]
    for given in ("wrong secret", ""):
        with pytest.raises(DatabaseError) as caught:
            read(query(_guarded(postgres_server, postgres, given), "SELECT 1"))
        assert caught.value.kind == "authentication"
        assert "secret" not in str(caught.value) + caught.value.detail


def test_who_may_not_read_a_table_is_told_so(postgres, postgres_server):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE t AS SELECT 1 AS a")
        one.execute("CREATE SCHEMA closed")
        one.execute("CREATE TABLE closed.t AS SELECT 1 AS a")
    guarded = _guarded(postgres_server, postgres)
    for name in (TableName("t"), TableName("t", "closed")):
        with pytest.raises(DatabaseError, match="this user may not do that") as caught:
            read(uri(guarded, name))
        assert caught.value.kind == "permission"
    database = connect(guarded)
    assert database.tables() == []
    database.close()


def test_what_is_missing_is_said(postgres, postgres_server):
    with psycopg.connect(postgres, autocommit=True) as one:
        one.execute("CREATE TABLE people AS SELECT 1 AS a")
    with pytest.raises(SourceError, match=r"there is no table peple\. Did you mean people\?"):
        read(uri(postgres, "peple"))
    for sql in ("SELECT * FROM nowhere", "SELECT b FROM people", "SELECT nothing()"):
        with pytest.raises(DatabaseError) as caught:
            read(query(postgres, sql))
        assert caught.value.kind == "missing"
    with pytest.raises(DatabaseError, match="no such database"):
        read(uri(postgres_server.uri("nowhere"), "t"))
    with pytest.raises(DatabaseError) as caught:
        read("postgresql://me@127.0.0.1:1/x?table=t")
    assert caught.value.kind == "network"
    with pytest.raises(UsageError, match="cannot read this URI"):
        read("postgresql://me@127.0.0.1:1/x?no_such_option=1&table=t")


def test_a_server_that_stops_is_told_as_the_network(postgres, postgres_server):
    source = bootstrap.open_source(
        query(postgres, "SELECT i, repeat('x', 100) AS s FROM generate_series(1, 30000000) AS g (i)")
    )
    database = connect(postgres)
    with source.open() as batches:
        assert next(batches).num_rows
        postgres_server.stop()
        try:
            with pytest.raises(DatabaseError) as caught:
                for _ in batches:
                    pass
            assert caught.value.kind == "network"
            with pytest.raises(DatabaseError) as caught:
                database.rows("SELECT 1")
            assert caught.value.kind == "network"
            database.rollback()
            database.close()
            with pytest.raises(DatabaseError) as caught:
                connect(postgres)
            assert caught.value.kind == "network"
        finally:
            postgres_server.start()


@pytest.fixture
def database(postgres: str):
    one = connect(postgres)
    yield one
    one.close()


def test_a_transaction_stands_whole_or_not_at_all(database: Database, postgres):
    database.execute("CREATE TABLE t (a bigint, b text)")
    database.begin()
    database.execute('CREATE TEMP TABLE "stage ; x" (a bigint, b text)')
    stage = TableName("stage ; x")
    for start in (0, 10):
        database.append(stage, pa.record_batch({"b": ["x", None], "a": pa.array([start, start + 1], pa.int32())}))
    assert database.execute('INSERT INTO t SELECT * FROM "stage ; x"') == 4
    assert database.execute("UPDATE t SET b = 'y' WHERE b IS NULL") == 2
    assert database.execute("DELETE FROM t WHERE a = ? OR b = '?'", (0,)) == 1
    with psycopg.connect(postgres) as other:
        assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    database.commit()
    with psycopg.connect(postgres) as other:
        assert other.execute("SELECT count(*) FROM t").fetchone() == (3,)
    database.begin()
    database.execute("DELETE FROM t")
    database.rollback()
    database.rollback()
    assert database.rows("SELECT count(*) FROM t") == [(3,)]


def test_after_a_failure_the_transaction_can_be_taken_back(database: Database):
    database.execute("CREATE TABLE t (a int PRIMARY KEY)")
    database.begin()
    database.append(TableName("t"), pa.record_batch({"a": [1]}))
    with pytest.raises(DatabaseError, match="a constraint of the table refused the rows") as caught:
        database.append(TableName("t"), pa.record_batch({"a": [1]}))
    assert "(1)" not in str(caught.value)
    database.rollback()
    assert database.rows("SELECT count(*) FROM t") == [(0,)]
    with pytest.raises(DatabaseError, match="a NUL character"):
        database.append(TableName("t"), pa.record_batch({"a": ["\0"]}))


def test_nanoseconds_are_kept_where_they_are_none_and_else_refused(database: Database, postgres):
    database.execute("CREATE TABLE t (a timestamp)")
    database.append(TableName("t"), pa.record_batch({"a": pa.array([1000], pa.timestamp("ns"))}))
    assert read(uri(postgres, "t"))["a"].cast(pa.int64()).to_pylist() == [1]
    with pytest.raises(ColumnError, match="'a' has nanoseconds"):
        database.append(TableName("t"), pa.record_batch({"a": pa.array([1], pa.timestamp("ns"))}))


def test_tables_that_lock_each_other_are_busy(database: Database, postgres):
    database.execute("CREATE TABLE t (a int)")
    database.execute("SET lock_timeout = '50ms'")
    with psycopg.connect(postgres) as other:
        other.execute(database.dialect.lock(TableName("t")))
        assert database.rows("SELECT count(*) FROM t") == [(0,)]
        with pytest.raises(DatabaseError, match="someone else holds") as caught:
            database.execute("INSERT INTO t VALUES (1)")
    assert caught.value.kind == "busy"
