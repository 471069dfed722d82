"""Snowflake as the real connector meets it: types, names, loading, transactions."""

import datetime
import json
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rowid
from rowid import bootstrap
from rowid.cli import main
from rowid.databases import Address, TableName
from rowid.databases.snowflake import SnowflakeDialect
from rowid.databases.snowflake.arrow import conformed
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError, SourceError
from tests.databases.snowflake import shims
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


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_and_none_have_the_same_schema(snowflake: FakeSnowflake, rows: int) -> None:
    whole = made(snowflake, "few", EVERYTHING.slice(0, rows))
    back = read(snowflake, f"SELECT * FROM {SnowflakeDialect().table(whole)}")
    assert back.to_pylist() == EVERYTHING.slice(0, rows).to_pylist()
    assert back.schema.types == [
        pa.decimal128(19), pa.decimal128(20), pa.decimal128(10, 2), pa.float64(), pa.string(), pa.binary(), pa.bool_(),
        pa.date32(), pa.time64("us"), pa.timestamp("us"), pa.timestamp("us", "UTC"),
    ]  # fmt: skip


def test_parts_of_a_result_come_in_order_and_no_more_at_a_time_than_asked_for(snowflake: FakeSnowflake) -> None:
    many = pa.table({"i": pa.array(range(25 * shims.CHUNK + 1), pa.int32())})
    whole = made(snowflake, "many", many)
    database = snowflake.open(read_only=True)
    stream = database.stream(f'SELECT "i" FROM {SnowflakeDialect().table(whole)} ORDER BY "i"')
    first = stream.read_next_batch()
    time.sleep(0.3)  # who reads nothing is not sent the rest
    assert 1 <= 25 - len(snowflake.gate.waiting) <= 5
    rest = stream.read_all()
    database.close()
    assert pa.concat_tables([pa.Table.from_batches([first]), rest])["i"].to_pylist() == list(range(many.num_rows))
    assert not snowflake.gate.waiting


@pytest.mark.parametrize("fault", ["gone", "short"])
def test_a_part_that_is_not_there_is_an_error_and_not_a_short_result(
    snowflake: FakeSnowflake, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("snowflake.connector.result_batch.MAX_DOWNLOAD_RETRY", 1)  # it takes a minute for ten
    whole = made(snowflake, "many", pa.table({"i": range(5 * shims.CHUNK)}))
    database = snowflake.open(read_only=True)
    stream = database.stream(f"SELECT * FROM {SnowflakeDialect().table(whole)}")
    for where, part in list(snowflake.gate.waiting.items()):
        if fault == "gone":
            del snowflake.gate.waiting[where]
        else:
            snowflake.gate.waiting[where] = shims.ipc(pa.ipc.open_stream(part).read_all().slice(1))
    with pytest.raises(DatabaseError) as caught:
        stream.read_all()
    assert caught.value.kind == "network"
    database.close()


def test_ids_are_those_of_a_frame(snowflake: FakeSnowflake) -> None:
    keys = ["i", "u", "d", "s", "b", "o", "day", "t", "n", "z"]
    frame = EVERYTHING.select(keys)
    made(snowflake, "ids", frame)
    source = bootstrap.open_source(snowflake.table("ids"))
    with HashingEngine(rowid.Recipe(keys)) as engine:
        assert engine.hash(source.open().read_all().to_batches()[0]) == engine.hash(frame.to_batches()[0])
    assert source.info().rows == 3
    assert [column.note for column in source.info().columns][:4] == [
        "NUMBER(19, 0)", "NUMBER(20, 0)", "NUMBER(10, 2)", "TEXT",
    ]  # fmt: skip


HOSTILE = ['we"ird.t; DROP TABLE t', "select", "ünï/cöde ☃ '%?\\ $$ -- c", "x" * 255]


def test_a_hostile_name_is_a_name(snowflake: FakeSnowflake) -> None:
    database = snowflake.open()
    for name in HOSTILE:
        whole = TableName(name, snowflake.schema, snowflake.database)
        quoted = database.dialect.quoted(name)
        database.execute(f"CREATE TABLE {database.dialect.table(whole)} ({quoted} TEXT)")
        database.append(whole, pa.record_batch({name: [name, None]}))
        assert database.rows(f"SELECT {quoted} FROM {database.dialect.table(whole)}") == [(name,), (None,)]
        assert [column.name for column in database.columns(whole)] == [name]
    assert {table.name for table in database.tables()} == set(HOSTILE)
    database.close()
    for name in HOSTILE[:1]:
        source = bootstrap.open_source(snowflake.table(name))
        assert source.open().read_all().to_pylist() == [{name: name}, {name: None}]


def test_a_name_is_taken_exactly(snowflake: FakeSnowflake) -> None:
    made(snowflake, "Orders", pa.table({"a": [1]}))
    with pytest.raises(SourceError, match=rf"no table .*orders\. Did you mean {snowflake.database}\.S\.Orders"):
        bootstrap.open_source(snowflake.table("orders")).info()
    database = snowflake.open()
    assert database.columns(TableName("ORDERS")) is None
    assert database.columns(TableName("Orders", "S", "NO_SUCH_DATABASE")) is None
    assert [column.declared for column in database.columns(TableName("Orders"))] == ["NUMBER(19, 0)"]
    assert snowflake.database in database.databases()
    assert database.schemas(snowflake.database) == ["S"]
    database.close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE t",
        "SELECT 1) AS t; DROP TABLE t; SELECT * FROM (SELECT 1",
        "DROP TABLE t",
        "WITH p AS PROCEDURE () RETURNS INT LANGUAGE SQL AS 'DROP TABLE t' CALL p()",
        "SELECT '\\'; DROP TABLE t; --'",
        "SELECT 1 /* ; DROP TABLE t",
        "",
    ],
)
def test_a_query_is_one_select(snowflake: FakeSnowflake, query: str) -> None:
    made(snowflake, "t", pa.table({"a": [1]}))
    reads = snowflake.open(read_only=True)
    for attempt in (reads.stream, reads.rows, reads.execute):
        if query == "SELECT '\\'; DROP TABLE t; --'":  # a text in which a quote is escaped: harmless, and let through
            reads.rows(query)
            continue
        with pytest.raises(DatabaseError) as caught:
            attempt(query)
        assert caught.value.kind == "statement"
        assert "DROP" not in str(caught.value).replace("has no DROP", "")
    reads.close()
    with pytest.raises(DatabaseError, match="for reading alone"):
        snowflake.open(read_only=True).append(TableName("t"), pa.record_batch({"a": [1]}))
    assert snowflake.sql('SELECT count(*) FROM "t"') == [(1,)]


def test_values_are_bound_and_never_part_of_a_statement(snowflake: FakeSnowflake) -> None:
    made(snowflake, "t", pa.table({"a": ["x"]}))
    evil = "x' OR '1'='1"
    assert snowflake.sql('SELECT count(*) FROM "t" WHERE "a" = ?', (evil,)) == [(0,)]
    assert snowflake.sql("SELECT ?, ?, ?", (evil, 5, None)) == [(evil, 5, None)]
    assert not any(evil in sent["sqlText"] for sent in snowflake.gate.statements)
    tricky = "back\\slash ' quote"
    assert snowflake.sql(f"SELECT {SnowflakeDialect().literal(tricky)}") == [(tricky,)]


def test_a_transaction_stands_whole_or_not_at_all(snowflake: FakeSnowflake) -> None:
    whole = made(snowflake, "t", pa.table({"a": [1]}))
    more = pa.record_batch({"a": [2, 3]})
    database = snowflake.open()
    database.begin()
    database.append(whole, more)
    assert database.rows('SELECT count(*) FROM "t"') == [(3,)]  # a statement sees what was appended before
    database.append(whole, more)
    database.rollback()
    database.rollback()
    assert database.rows('SELECT count(*) FROM "t"') == [(1,)]
    database.begin()
    database.append(whole, more)
    database.commit()
    assert database.execute('UPDATE "t" SET "a" = 5 WHERE "a" > 1') == 2
    assert database.execute('DELETE FROM "t" WHERE "a" = 5') == 2
    assert database.execute('INSERT INTO "t" VALUES (7)') == 1
    assert database.execute('CREATE TABLE "u" ("a" TEXT)') == -1
    database.begin()
    database.append(whole, more)
    database.close()  # taken back
    assert snowflake.sql('SELECT "a" FROM "t" ORDER BY 1') == [(1,), (7,)]


def test_many_batches_are_one_copy(snowflake: FakeSnowflake) -> None:
    whole = made(snowflake, "t", pa.table({"a": pa.array([], pa.int64()), "B": pa.array([], pa.string())}))
    snowflake.gate.statements.clear()
    database = snowflake.open()
    for number in range(20):
        database.append(whole, pa.record_batch({"B": [str(number)], "a": [number]}))  # by name, in another order
    database.append(whole, pa.record_batch({"a": [99]}))
    database.close()
    copies = [sent["sqlText"] for sent in snowflake.gate.statements if sent["sqlText"].startswith("COPY")]
    assert len(copies) == 2
    assert snowflake.sql('SELECT count(*), sum("a"), count("B") FROM "t"') == [(21, 289, 20)]


def test_what_cannot_be_loaded_changes_nothing_and_leaves_no_file(
    snowflake: FakeSnowflake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    whole = made(snowflake, "t", pa.table({"a": [1]}))
    database = snowflake.open()
    database.append(whole, pa.record_batch({"a": ["secret value"]}))
    with pytest.raises(DatabaseError) as caught:
        database.rows("SELECT 1")
    assert "secret" not in str(caught.value)
    database.append(TableName("no such table"), pa.record_batch({"a": [1]}))
    with pytest.raises(DatabaseError) as caught:
        database.close()
    assert caught.value.kind == "missing"
    assert snowflake.sql('SELECT count(*) FROM "t"') == [(1,)]
    assert not list(tmp_path.glob("rowid-*"))


def test_every_statement_has_a_tag_of_job_and_recipe(snowflake: FakeSnowflake) -> None:
    database = snowflake.open()
    database.label(job="j-1", recipe="sha256:ab")
    database.rows("SELECT ?", ("a value",))
    sent = snowflake.gate.statements[-1]
    database.close()
    assert json.loads(sent["parameters"]["QUERY_TAG"]) == {"app": "rowid", "job": "j-1", "recipe": "sha256:ab"}
    assert sent["parameters"]["MULTI_STATEMENT_COUNT"] == 1


def test_a_closed_connection_says_so(snowflake: FakeSnowflake) -> None:
    database = snowflake.open()
    database.close()
    database.close()
    for attempt in (database.tables, lambda: database.rows("SELECT 1"), database.begin):
        with pytest.raises(DatabaseError, match="the connection is closed") as caught:
            attempt()
        assert caught.value.kind == "network"


def test_a_pooled_session_is_where_the_address_says(snowflake: FakeSnowflake) -> None:
    first = snowflake.open()
    first.execute('CREATE SCHEMA "other place"')
    first.execute(f'CREATE TABLE "{snowflake.database}"."other place"."t" ("a" TEXT)')
    first.close()
    logins = len(snowflake.gate.logins)
    elsewhere = bootstrap.connect(Address.parse(f"snowflake://{snowflake.name}/{snowflake.database}/other%20place"))
    assert elsewhere.rows("SELECT CURRENT_SCHEMA()") == [("other place",)]
    assert elsewhere.rows('SELECT count(*) FROM "t"') == [(0,)]
    elsewhere.close()
    assert len(snowflake.gate.logins) == logins  # the same session, sent elsewhere
    home = bootstrap.connect(Address.parse(f"snowflake://{snowflake.name}"))
    assert home.rows("SELECT CURRENT_SCHEMA()") == [("S",)]
    home.close()
    with pytest.raises(DatabaseError) as caught:
        bootstrap.connect(Address.parse(f"snowflake://{snowflake.name}/{snowflake.database}/NOWHERE"))
    assert caught.value.kind == "missing"


@pytest.mark.parametrize("form", ["hex", "uuid", "binary", "int64"])
def test_checksums_are_those_of_python(snowflake: FakeSnowflake, form: str) -> None:
    texts = [f"{number:032x}" for number in (0, 2**128 - 1, 0x0123456789ABCDEF0123456789ABCDEF)]
    if form == "int64":
        numbers = [-(2**63), 2**63 - 1, -5, 2**63 - 2]
        column, expected = pa.array(numbers), (sum(numbers), sum(map(_rest, numbers)))
    else:
        expected = sum(int(text[:15], 16) for text in texts), sum(int(text[-15:], 16) for text in texts)
        dashed = [f"{text[:8]}-{text[8:]}" for text in texts]
        kept = {"hex": texts, "uuid": dashed, "binary": [bytes.fromhex(text) for text in texts]}
        column = pa.array(kept[form])
    column = pa.concat_arrays([column, pa.nulls(1, column.type)])
    made(snowflake, "ids", pa.table({"id": column}))
    first, last = SnowflakeDialect().checksums('"id"', form)
    assert snowflake.sql(f'SELECT {first}, {last} FROM "ids"') == [expected]


def _rest(number: int) -> int:
    return abs(number) % 1_000_000_007 * (1 if number >= 0 else -1)


@pytest.mark.parametrize("second", [1, 253402300799], ids=["1970", "9999"])
def test_nanoseconds_on_the_wire_are_refused_and_never_cut(snowflake: FakeSnowflake, second: int) -> None:
    stamps = pa.array([datetime.datetime(2000, 1, 1)] * (shims.CHUNK + 1), pa.timestamp("us"))
    whole = made(snowflake, "t", pa.table({"n": stamps}))
    database = snowflake.open(read_only=True)
    stream = database.stream(f"SELECT * FROM {SnowflakeDialect().table(whole)}")
    ((where, part),) = snowflake.gate.waiting.items()
    schema = pa.ipc.open_stream(part).schema
    fine = pa.StructArray.from_arrays(
        [pa.array([second], pa.int64()), pa.array([123456789], pa.int32())], fields=list(schema.field(0).type)
    )
    snowflake.gate.waiting[where] = shims.ipc(pa.Table.from_arrays([fine], schema=schema))
    with pytest.raises(DatabaseError, match="holds a time finer than a microsecond"):
        stream.read_all()
    database.close()


def test_a_time_finer_than_a_microsecond_is_refused_and_never_cut(snowflake: FakeSnowflake) -> None:
    table = pa.table({"n": pa.array([1_000_000_001], pa.timestamp("ns"))})
    schema = pa.schema([pa.field("n", pa.timestamp("us"))])
    with pytest.raises(DatabaseError, match="column 'n' holds a time finer than a microsecond"):
        list(conformed(table, schema, "there"))
    far = pa.table({"n": pa.array([253402300799999999], pa.timestamp("us"))})  # the end of the year 9999
    assert next(conformed(far, schema, "there")).column(0) == far["n"].chunk(0)


def test_parts_of_other_types_become_one(snowflake: FakeSnowflake) -> None:
    """Snowflake sends the numbers of each part in the narrowest type."""
    schema = pa.schema([("a", pa.decimal128(38, 0)), ("b", pa.decimal128(10, 2)), ("c", pa.int64())])
    for type_ in (pa.int8(), pa.int16(), pa.int64(), pa.decimal128(38, 0)):
        part = pa.table({"a": pa.array([1, None]).cast(type_), "b": pa.array([Decimal("1.50"), None]), "c": [1, 2]})
        part = part.set_column(1, "b", part["b"].cast(pa.decimal128(38, 2)))
        assert next(conformed(part, schema, "")).to_pylist()[0] == {"a": 1, "b": Decimal("1.50"), "c": 1}


def test_where_nothing_is_chosen_it_is_said(snowflake: FakeSnowflake, monkeypatch: pytest.MonkeyPatch) -> None:
    snowflake.write(password=shims.PASSWORD, database="", schema="")
    database = bootstrap.connect(Address.parse(f"snowflake://{snowflake.name}"))
    attempts = [lambda: database.rows("SELECT * FROM t"), database.tables, lambda: database.columns(TableName("t"))]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match=r"no database is chosen\. Name it") as caught:
            attempt()
        assert caught.value.kind == "missing"
        monkeypatch.setattr(database, "_asked", lambda _: [(None, None)])  # the fake does not answer with null
    monkeypatch.undo()
    database.close()


def test_the_command_line_gives_ids_of_a_table(
    snowflake: FakeSnowflake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(snowflake, "people", pa.table({"name": ["ada", "blaise"], "n": [1, 2]}))
    output = tmp_path / "out.parquet"
    assert main(["run", snowflake.table("people"), "--columns", "name,n", "-o", str(output)]) == 0
    expected = [rowid.row_id(key, rowid.Recipe(["name", "n"])) for key in (["ada", 1], ["blaise", 2])]
    assert pq.read_table(output)["row_id"].to_pylist() == expected
    assert main(["run", snowflake.table("nobody"), "--columns", "name", "-o", str(tmp_path / "x.parquet")]) == 3
    assert "there is no table" in capsys.readouterr().err
