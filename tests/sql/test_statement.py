"""A statement gives the IDs of the engine to the letter, ends at what has none, or is refused with all the reasons."""

import decimal
import math
from datetime import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rowid
from rowid.databases import TableName
from rowid.engine import HashingEngine
from rowid.errors import CanonicalError, ColumnError, UsageError
from rowid.recipe import NORMALISERS, TYPES, Recipe
from rowid.sql import DIALECTS, SqlColumn, statement
from rowid.sql.words import Words

WORDS = DIALECTS["duckdb"]


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as con:
        yield con


def ids(connection, table: pa.Table, recipe: Recipe) -> list:
    connection.execute("DROP TABLE IF EXISTS t")
    connection.register("given", table)
    connection.execute("CREATE TABLE t AS FROM given").fetchall()
    connection.unregister("given")
    columns = [
        SqlColumn(*row)
        for row in connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 't' ORDER BY column_index"
        ).fetchall()
    ]
    return [row[-1] for row in connection.execute(statement(WORDS, columns, TableName("t"), recipe)).fetchall()]


def engine_ids(table: pa.Table, recipe: Recipe) -> list:
    with HashingEngine(recipe) as engine:
        return [id_ for batch in table.to_batches() for id_ in engine.hash(batch).to_pylist()]


HOSTILE = (
    'a"b',
    "a'b",
    "a;DROP TABLE t--",
    "sélect",
    "rowid_text_1",
    "ROWID_digest",
    "a b",
    "{x}",
    "%s",
    "?",
    "\\",
    " ",
)


def test_hostile_names_are_names(connection):
    table = pa.table({name: [f"{at}", None] for at, name in enumerate(HOSTILE)})
    for id_column in ("row_id", 'i"d', "rowid_texts"):
        recipe = Recipe(HOSTILE, id_column=id_column)
        assert ids(connection, table, recipe) == engine_ids(table, recipe)


@pytest.mark.parametrize("words", DIALECTS.values(), ids=DIALECTS.keys())
def test_no_name_gets_out_of_its_quotes(words: Words):
    """What stands outside of quotes is the same whatever the names are."""
    mark = words.names.quote("x")[0]

    def outside(names):
        columns = [SqlColumn(name, words.varchar) for name in names]
        sql = statement(words, columns, TableName(names[0]), Recipe(names), create=TableName(names[1]))
        return sql.partition("\n")[2].replace(mark * 2, "").split(mark)[::2]

    assert outside(['a"`b', "c'; DROP TABLE t; --"]) == outside(["x", "y"])


def test_an_empty_table_one_row_and_unicode(connection):
    schema = pa.schema([("s", pa.string()), ("n", pa.int64())])
    recipe = Recipe(["s", "n"])
    assert ids(connection, schema.empty_table(), recipe) == []
    one = pa.table({"s": ["İ😀文ß\u0000é\u0301~1:"], "n": [-1]}, schema)
    assert ids(connection, one, recipe) == engine_ids(one, recipe)


def test_a_text_of_ten_megabytes(connection):
    table = pa.table({"s": ["é" * 5_000_000]})
    assert ids(connection, table, Recipe(["s"])) == engine_ids(table, Recipe(["s"]))


@pytest.mark.parametrize("nulls", ["hash", "null"])
@pytest.mark.parametrize("form", ["hex", "binary", "uuid", "int64"])
def test_nulls_follow_the_recipe_in_every_form(connection, nulls, form):
    table = pa.table({"a": ["x", None, None], "b": [1, 2, None]})
    recipe = Recipe(["a", "b"], nulls=nulls, form=form)
    assert ids(connection, table, recipe) == engine_ids(table, recipe)


def test_a_null_ends_the_statement_where_the_recipe_rejects_it(connection):
    recipe = Recipe(["a"], nulls="reject")
    assert ids(connection, pa.table({"a": ["x"]}), recipe) == engine_ids(pa.table({"a": ["x"]}), recipe)
    with pytest.raises(duckdb.Error, match="rowid: a key column holds a null"):
        ids(connection, pa.table({"a": ["x", None]}), recipe)


@pytest.mark.parametrize("value", ["DATE '12024-01-01'", "DATE '0044-03-15 (BC)'", "DATE 'infinity'",
                                   "TIMESTAMP '12024-01-01'", "TIMESTAMP '-infinity'", "TIMESTAMPTZ 'infinity'",
                                   "TIMESTAMPTZ '12024-01-01 00:00:00+00'", "TIME '24:00:00'"])  # fmt: skip
def test_a_value_without_a_text_ends_the_statement(connection, value):
    ((declared,),) = connection.execute(f"SELECT typeof({value})").fetchall()
    connection.execute(f"CREATE OR REPLACE TABLE t AS SELECT {value} AS a").fetchall()
    sql = statement(WORDS, [SqlColumn("a", declared)], TableName("t"), Recipe(["a"]))
    with pytest.raises(duckdb.Error):
        connection.execute(sql).fetchall()


@given(
    st.lists(st.floats() | st.sampled_from([1.005, 2.675, 0.5, -0.0, 1e14, 0.125, 9.995]), min_size=1),
    st.integers(0, 18),
)
def test_rounded_floats_are_exact_or_end_the_statement(connection, values, places):
    recipe = Recipe(["f"], decimals={"f": places})
    few = [one for one in values if math.isnan(one) or abs(one) * 10.0**places < 99_999_999_999_999]
    many = [one for one in values if one not in few and not math.isnan(one)][:1]
    table = pa.table({"f": pa.array(few, pa.float64())})
    assert ids(connection, table, recipe) == engine_ids(table, recipe)
    if many:
        with pytest.raises(duckdb.Error, match="rowid: a float of more than 15 digits"):
            ids(connection, pa.table({"f": many}), recipe)


@pytest.mark.parametrize("places", range(7))
def test_ties_of_floats_are_rounded_by_their_shortest_text(connection, places):
    """Half away from zero: the case that a multiplication by ten to the places gets wrong."""
    ties = [(k + 0.5) / 10**places for k in range(2000)]
    values = [w for v in ties for w in (v, -v, math.nextafter(v, 0), math.nextafter(v, math.inf))]
    table, recipe = pa.table({"f": values}), Recipe(["f"], decimals={"f": places})
    assert ids(connection, table, recipe) == engine_ids(table, recipe)


@given(st.data(), st.integers(1, 38))
def test_decimals_are_plain_and_rounded_half_away_from_zero(connection, data, precision):
    scale = data.draw(st.integers(0, precision))
    digits = data.draw(st.lists(st.integers(-(10**precision) + 1, 10**precision - 1), min_size=1, max_size=5))
    with decimal.localcontext(decimal.Context(prec=60)):
        values = pa.array([Decimal(one).scaleb(-scale) for one in digits], pa.decimal128(precision, scale))
    table, places = pa.table({"d": values}), data.draw(st.none() | st.integers(0, 18))
    recipe = Recipe(["d"], decimals={} if places is None else {"d": places})
    assert ids(connection, table, recipe) == engine_ids(table, recipe)


def test_every_type_of_duckdb_that_has_a_text(connection):
    values = {
        "BOOLEAN": "true", "TINYINT": "-1", "HUGEINT": "170141183460469231731687303715884105727", "UHUGEINT": "1",
        "DECIMAL(4,4)": "-0.5", "VARCHAR": "x", "ENUM('a', 'b')": "b", "BLOB": "x", "DATE": "0001-01-01",
        "TIME": "01:02:03.04", "TIMESTAMP": "2024-01-01 01:00:00", "TIMESTAMP_S": "2024-01-01 00:00:00",
        "TIMESTAMP_MS": "2024-01-01 00:00:00.12", "TIMESTAMP_NS": "2024-01-01 00:00:00.000000001",
        "TIMESTAMP WITH TIME ZONE": "2024-01-01 00:00:00+01", "UUID": "01234567-89AB-cdef-0123-456789abcdef",
        "TIME_NS": "01:02:03.000000004",
    }  # fmt: skip
    texts = ["true", "-1", values["HUGEINT"], "1", "-0.5", "x", "b", "78", "0001-01-01", "01:02:03.04",
             "2024-01-01T01:00:00", "2024-01-01", "2024-01-01T00:00:00.12", "2024-01-01T00:00:00.000000001",
             "2023-12-31T23:00:00Z", "01234567-89ab-cdef-0123-456789abcdef", "01:02:03.000000004"]  # fmt: skip
    for (declared, value), text in zip(values.items(), texts, strict=True):
        connection.execute(f"CREATE OR REPLACE TABLE t (a {declared})").fetchall()
        connection.execute(f"INSERT INTO t VALUES ('{value}'), (NULL)").fetchall()
        sql = statement(WORDS, [SqlColumn("a", declared)], TableName("t"), Recipe(["a"]))
        found = [row[-1] for row in connection.execute(sql).fetchall()]
        assert found == [rowid.row_id([text], Recipe(["a"])), rowid.row_id([None], Recipe(["a"]))], declared


def test_all_that_stands_against_it_is_told_at_once():
    types = {"f": "DOUBLE", "s": "VARCHAR", "l": "INTEGER[]", "i": "INTERVAL", "ok": "DATE", "n": "VARCHAR"}
    columns = [SqlColumn(name, type_) for name, type_ in types.items()]
    recipe = Recipe(["f", "s", "l", "i", "ok", "n"], normalise={"s": ["nfc", "lower"]}, types={"n": "number"},
                    duplicates="number", key_env="SECRET")  # fmt: skip
    with pytest.raises(UsageError) as caught:
        statement(WORDS, columns, TableName("t"), recipe)
    told = str(caught.value)
    for what in ("keyed IDs", "duplicates: number", "column 'f': no engine writes a float", "column 's': nfc", "lower:",
                 "column 'l': the type INTEGER[]", "column 'i': INTERVAL",
                 "column 'n': SQL cannot read a text as number"):  # fmt: skip
        assert what in told
    assert "'ok'" not in told


@pytest.mark.parametrize(("dialect", "declared", "why"), [
    ("postgres", "interval", "no canonical text"), ("postgres", "time with time zone", "no canonical text"),
    ("postgres", "character(3)", "padded"), ("postgres", "jsonb", "has no canonical text"),
    ("postgres", "integer[]", "has no canonical text"), ("postgres", "mood", "has no canonical text"),
    ("snowflake", "TIMESTAMP", "TIMESTAMP_TYPE_MAPPING"), ("snowflake", "VARIANT", "semi-structured"),
    ("spark", "CHAR(3)", "padded"), ("spark", "ARRAY<INT>", "has no canonical text"), ("spark", "TIME(6)", "has no"),
    ("duckdb", "TIME WITH TIME ZONE", "no canonical text"), ("duckdb", "STRUCT(a INTEGER)", "has no canonical text"),
    ("duckdb", "", "has no canonical text"),
])  # fmt: skip
def test_a_type_without_a_text_is_refused(dialect, declared, why):
    with pytest.raises(UsageError, match=why):
        statement(DIALECTS[dialect], [SqlColumn("a", declared)], TableName("t"), Recipe(["a"]))


@pytest.mark.parametrize("step", NORMALISERS)
def test_a_normaliser_is_faithful_or_refused(connection, step):
    spaces = "\t\n\v\f\r \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
    table = pa.table({"s": ["", " ", spaces, f"{spaces}a{spaces}b {spaces}", "\x1c a\x1f", "\u200b a", None]})
    recipe = Recipe(["s"], normalise={"s": [step]})
    if step in ("trim", "squeeze", "empty_as_null"):
        assert ids(connection, table, recipe) == engine_ids(table, recipe)
    else:
        with pytest.raises(UsageError, match=f"column 's': {step}"):
            ids(connection, table, recipe)


VALUES = {"VARCHAR": ["true", " YES\u3000", "2024-02-29", "2023-02-29", "0000-01-01", "24-1-1", "trüe", "", "１"],
          "BIGINT": [0, 1, 2], "DOUBLE": [0.0, 1.0, 0.5], "DATE": [datetime(2024, 5, 6).date()],
          "TIMESTAMP": [datetime(2024, 5, 6), datetime(2024, 5, 6, 1)], "BOOLEAN": [True]}  # fmt: skip


@pytest.mark.parametrize("declared", VALUES)
@pytest.mark.parametrize("type_", TYPES)
def test_a_declared_type_gives_the_same_id_or_none(connection, declared, type_):
    """Row by row: where the engine refuses a value, the statement is refused or ends; never is there another ID."""
    recipe, given_ids = Recipe(["a"], types={"a": type_}), 0
    for value in VALUES[declared]:
        table = pa.table({"a": [value]})
        try:
            expected = engine_ids(table, recipe)
        except CanonicalError:
            expected = None
        try:
            found = ids(connection, table, recipe)
        except (UsageError, duckdb.Error):
            continue
        assert found == expected, value
        given_ids += 1
    faithful = {
        "text": set(VALUES) - {"DOUBLE"}, "number": {"BIGINT"},
        "boolean": {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"}, "date": {"VARCHAR", "DATE", "TIMESTAMP"},
        "timestamp": {"DATE", "TIMESTAMP"}, "timestamp_utc": set(),
    }  # fmt: skip
    assert (given_ids > 0) == (declared in faithful[type_])


def test_columns_have_to_be_there_and_the_ids_column_not():
    columns = [SqlColumn("email", "VARCHAR"), SqlColumn("row_id", "VARCHAR")]
    with pytest.raises(ColumnError, match="Did you mean email"):
        statement(WORDS, columns, TableName("t"), Recipe(["emial"]))
    with pytest.raises(ColumnError, match="has a column of this name already"):
        statement(WORDS, columns, TableName("t"), Recipe(["email"]))
    assert statement(WORDS, columns, TableName("t"), Recipe(["email"]), replace=True).count('"row_id"') == 1
