"""What cannot be written is refused before anything is: the table holds what it held, and nothing is left behind."""

import re
from collections.abc import Callable

import pyarrow as pa
import pytest

from rowid import bootstrap
from rowid.databases import Address
from rowid.databases.duckdb import DuckDB, DuckDBDialect
from rowid.errors import ColumnError, DatabaseError, DataError, SinkError, UsageError
from rowid.model import Loading
from rowid.sinks import load
from rowid.sinks.database import DatabaseSink
from rowid.sinks.recorded import NAME
from tests.loading.databases import Place

ROWS = pa.table({"k": [1, 2], "v": ["a", "b"]})


@pytest.fixture
def untouched(place: Place) -> Callable[[], None]:
    """Makes a table, and afterwards says that nobody changed it."""
    place.load(ROWS)
    record = place.rows(f'SELECT "recipe", "run_id", "rows" FROM "{NAME}"')

    def look() -> None:
        assert place.rows('SELECT "k", "v" FROM "t" ORDER BY "k"') == [(1, "a"), (2, "b")]
        assert place.rows(f'SELECT "recipe", "run_id", "rows" FROM "{NAME}"') == record
        assert place.tables() == [NAME, "t"]

    return look


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_merge_of_repeated_ids(place, untouched, dry_run):
    rows = pa.table({"k": [3, 3, 4, 4, 5], "v": ["a", "b", "c", "c", "d"]})
    with pytest.raises(DataError, match="2 IDs are in more than one new row") as caught:
        place.load(rows, "merge", dry_run=dry_run)
    assert "duplicates: number" in caught.value.hint
    untouched()


def test_a_merge_into_repeated_ids(place):
    place.load(pa.table({"k": [1, 1, 2], "v": ["a", "b", "c"]}))
    with pytest.raises(DataError, match="the table holds several rows of the same ID"):
        place.load(ROWS, "merge")
    assert place.load(pa.table({"k": [2], "v": ["z"]}), "merge").updated == 1


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("write", ["append", "merge", "replace"])
def test_another_recipe(place, untouched, write, dry_run):
    for recipe, told in [
        ({"columns": ["v"]}, "columns: k, and now v"),
        ({"form": "int64"}, "form: hex, and now int64"),
        ({"normalise": {"k": ["trim"]}}, "normalise: {}, and now {'k': ['trim']}"),
    ]:
        with pytest.raises(DataError) as caught:
            place.load(ROWS, write, dry_run=dry_run, **recipe)
        assert f"another recipe ({told})" in caught.value.what
        assert "rowid_tables" in caught.value.hint
    untouched()


def test_another_recipe_by_force_only_in_place_of_all_rows(place, untouched):
    for write in ("append", "merge"):
        with pytest.raises(DataError, match="another recipe"):
            place.load(ROWS, write, force=True, columns=["v"])
    untouched()
    form = "int64"
    if not place.dialect.transactional_ddl:  # the table cannot be made anew, for a column of another type
        with pytest.raises(ColumnError, match="column 'row_id'"):
            place.load(ROWS, "replace", force=True, columns=["v"], form=form)
        untouched()
        form = "uuid"
    assert place.load(ROWS, "replace", force=True, columns=["v"], form=form).inserted == 2
    assert place.load(ROWS, "merge", columns=["v"], form=form).unchanged == 2


@pytest.mark.parametrize("write", ["append", "merge"])
def test_other_columns(place, untouched, write):
    with pytest.raises(ColumnError, match="it lacks 'V'; the rows lack 'v'"):
        place.load(ROWS.rename_columns(["k", "V"]), write)
    with pytest.raises(ColumnError, match="it lacks 'w'"):
        place.load(ROWS.append_column("w", ROWS["v"]), write)
    with pytest.raises(ColumnError, match="the rows lack 'row_id'"):
        place.load(ROWS, write, id_column="id")
    untouched()


@pytest.mark.parametrize(
    ("given", "declared", "fits"),
    [
        (pa.int16(), pa.int64(), True),
        (pa.int64(), pa.int16(), True),
        (pa.int32(), pa.float64(), True),
        (pa.int64(), pa.decimal128(12, 2), True),
        (pa.float32(), pa.float64(), True),
        (pa.decimal128(5, 2), pa.decimal128(9, 3), True),
        (pa.date64(), pa.date32(), True),
        (pa.null(), pa.int32(), True),
        (pa.timestamp("ns"), pa.timestamp("us"), True),
        (pa.float64(), pa.int32(), False),
        (pa.float64(), pa.float32(), False),
        (pa.decimal128(9, 3), pa.decimal128(9, 2), False),
        (pa.string(), pa.int64(), False),
        (pa.int64(), pa.string(), False),
        (pa.bool_(), pa.int64(), False),
        (pa.timestamp("us", "UTC"), pa.timestamp("us"), False),
        (pa.date32(), pa.timestamp("us"), False),
        (pa.binary(), pa.string(), False),
    ],
)
def test_types_that_would_lose_something(place, given, declared, fits):
    word, text = place.declared(declared), place.declared(pa.string())
    place.execute(f'CREATE TABLE "t" ("k" {word}, "v" {text}, "row_id" {text})')
    value = (
        pa.array([None, 0], pa.int64()).cast(given)
        if given in (pa.int16(), pa.int32(), pa.int64())
        else pa.nulls(2, given)
    )
    rows = pa.table({"k": value, "v": ["a", "b"]})
    if fits or place.declared(given) == word:  # Snowflake has one type of floats
        assert place.load(rows, "append", columns=["v"]).inserted == 2
        assert place.load(rows, "merge", columns=["v"]).unchanged == 2
        return
    with pytest.raises(ColumnError) as caught:
        place.load(rows, "append", columns=["v"])
    assert "column 'k'" in caught.value.where
    assert str(given) in caught.value.what
    assert place.rows('SELECT count(*) FROM "t"') == [(0,)]
    assert place.tables() == ["t"]


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (pa.array([1, 40_000]), pa.int16()),
        (pa.array([1, 2**60]), pa.float64()),
        (pa.array([1, 10**10]), pa.decimal128(9, 2)),
        (pa.array([1], pa.timestamp("ns")), pa.timestamp("us")),
    ],
)
def test_a_value_that_does_not_fit(place, value, declared):
    word, text = place.declared(declared), place.declared(pa.string())
    place.execute(f'CREATE TABLE "t" ("k" {word}, "row_id" {text})')
    if word == "NUMBER(5, 0)":  # Snowflake counts decimal digits
        assert place.load(pa.table({"k": value}), "append").inserted == 2
        return
    with pytest.raises(ColumnError, match=r"column 'k': a value of .* does not fit") as caught:
        place.load(pa.table({"k": value}), "append")
    assert str(value[-1].cast(pa.int64()).as_py()) not in str(caught.value)
    assert place.rows('SELECT count(*) FROM "t"') == [(0,)]
    assert place.tables() == ["t"]


@pytest.mark.parametrize("type_", [pa.list_(pa.int64()), pa.struct([("a", pa.int64())]), pa.duration("s")])
def test_a_type_that_no_column_has(place, type_):
    rows = ROWS.append_column("odd", pa.nulls(2, type_))
    with pytest.raises(ColumnError, match=r"column 'odd': .* has no column type for"):
        place.load(rows)
    assert place.tables() == []


def test_names_that_no_table_has(place):
    dialect = place.dialect
    if dialect.folds_case:
        with pytest.raises(ColumnError, match=r"column 'V': .* takes it for the same as 'v'"):
            place.load(ROWS.append_column("V", ROWS["v"]))
    long = "n" * (dialect.longest_name or 200)
    if dialect.longest_name:
        with pytest.raises(UsageError, match="it cannot be a name"):
            place.load(ROWS.append_column(long + "n", ROWS["v"]))
    assert place.tables() == []
    assert place.load(ROWS.append_column(long, ROWS["v"])).inserted == 2


@pytest.mark.parametrize(
    "name", ['we"ird', "a.b", "; DROP TABLE t --", "select", "Ünï 表", "n", "n_", "t", "s", "?", "$1", "%s", "'"]
)
def test_hostile_names_are_names(place, name):
    quoted = '"' + name.replace('"', '""') + '"'
    rows = pa.table({name: [1, 2], "v": ["a", "b"]})
    changed = pa.table({name: [1, 3], "v": ["A", "c"]})
    for given, write, missing, counts in [
        (rows, None, "report", (2, 0, 0)),
        (changed, "merge", "mark", (1, 1, 0)),
        (rows, "append", "report", (0, 0, 2)),
        (rows, "replace", "report", (0, 2, 0)),
        (changed, "merge", "delete", (1, 1, 0)),
    ]:
        receipt = place.load(given, write, missing=missing, table=name, columns=[name], id_column=f"id of {name}")
        assert (receipt.inserted, receipt.updated, receipt.unchanged) == counts, write
    assert place.rows(f"SELECT count(*) FROM {quoted}") == [(2,)]
    assert len(place.tables()) == 2


def test_the_name_of_the_marker_in_the_rows(place, untouched):
    rows = ROWS.append_column("row_gone_at", pa.nulls(2, pa.timestamp("us", "UTC")))
    with pytest.raises(ColumnError, match="column 'row_gone_at'"):
        place.load(rows, "merge", missing="mark", table="u")
    untouched()
    assert place.load(rows, "merge", table="u").inserted == 2
    assert place.load(rows, "merge", table="u").unchanged == 2


def test_the_table_of_records_and_no_table_at_all(place):
    for table in (NAME, NAME.upper()):
        with pytest.raises(UsageError, match="kept for rowid itself"):
            place.load(ROWS, table=table)
    with pytest.raises(UsageError, match="names no table to write to"):
        bootstrap.open_sink(place.base)


def test_a_constraint_of_the_table(place):
    text, number = place.declared(pa.string()), place.declared(pa.int64())
    limit, rows = 'CHECK ("k" < 2)', ROWS
    if place.dialect.name == "snowflake":  # it checks nothing but this
        limit, rows = "NOT NULL", ROWS.set_column(0, "k", pa.array([1, None]))
    place.execute(f'CREATE TABLE "t" ("k" {number} {limit}, "v" {text}, "row_id" {text})')
    with pytest.raises(DatabaseError) as caught:
        place.load(rows, "append", columns=["v"])
    assert "2" not in caught.value.what
    assert place.rows('SELECT count(*) FROM "t"') == [(0,)]
    assert place.tables() == (["t"] if place.dialect.transactional_ddl else [NAME, "t"])


def test_a_view(place, untouched):
    place.execute('CREATE VIEW "w" AS SELECT "k", "v", "row_id" FROM "t" WHERE "k" + 0 > 0 GROUP BY "k", "v", "row_id"')
    with pytest.raises(DatabaseError):
        place.load(pa.table({"k": [7], "v": ["x"]}), "append", table="w")
    place.execute('DROP VIEW "w"')
    untouched()


def losing(method: str, at: int) -> Callable[[Address], object]:
    """Opens databases of which the call number ``at`` of a method does nothing."""
    connect, calls = bootstrap.connect, [0]

    def opened(address: Address) -> object:
        database = connect(address)
        found = getattr(database, method)

        def call(*args: object) -> object:
            calls[0] += 1
            return None if calls[0] == at else found(*args)

        setattr(database, method, call)
        return database

    return opened


@pytest.mark.parametrize("write", ["append", "merge", "replace"])
def test_rows_that_are_lost_on_their_way_are_noticed(place, untouched, write, monkeypatch):
    monkeypatch.setattr(bootstrap, "connect", losing("append", 2))
    monkeypatch.setattr(load, "_ROWS", 1)
    with pytest.raises(SinkError, match="did not hold the IDs that were sent to it"):
        place.load(pa.table({"k": [1, 2, 3], "v": ["a", "b", "c"]}), write, chunk=1)
    monkeypatch.undo()
    untouched()


ADDED, GONE, CHANGED = (
    'INSERT INTO "t" ("k", "row_id") VALUES (9, \'' + "0" * 64 + "')",
    'DELETE FROM "t"',
    'UPDATE "t" SET "v" = \'?\'',
)


@pytest.mark.parametrize(
    ("write", "change"),
    [*((write, change) for write in ("append", "merge", "replace") for change in (ADDED, GONE)), ("merge", CHANGED)],
)
def test_what_changes_the_table_behind_the_load_is_noticed(place, untouched, write, change, monkeypatch):
    connect = bootstrap.connect

    def meddled(address: Address) -> object:
        database = connect(address)
        execute = database.execute

        def call(sql: str, *args: object) -> int:
            done = execute(sql, *args)
            if re.match(r'INSERT INTO ("\w+"\.)*"t" ', sql):
                execute(change)
            return done

        database.execute = call  # type: ignore[method-assign]
        return database

    monkeypatch.setattr(bootstrap, "connect", meddled)
    rows = pa.table({"k": [1, 2, 3], "v": ["A", "b", "c"]})
    with pytest.raises(SinkError, match="did not hold the IDs"):
        place.load(rows, write)
    monkeypatch.undo()
    untouched()


class Autocommitting(DuckDBDialect):
    """As if CREATE and ALTER belonged to no transaction."""

    transactional_ddl = False


def test_tables_are_made_before_a_transaction_that_could_not_take_them_back(tmp_path, monkeypatch):
    from rowid.databases import duckdb

    monkeypatch.setattr(duckdb.DuckDB, "dialect", Autocommitting())
    said = []
    rows_of = duckdb.DuckDB.rows
    monkeypatch.setattr(
        duckdb.DuckDB, "rows", lambda self, sql, given=(): said.append(sql) or rows_of(self, sql, given)
    )
    other = Place(f"duckdb:///{tmp_path / 'other'}")
    assert other.load(ROWS).verified
    assert other.load(ROWS.slice(1), "merge", missing="mark").removed == 1
    inside = False
    for sql in said:
        inside = (inside or sql.startswith("BEGIN")) and not sql.startswith(("COMMIT", "ROLLBACK"))
        assert not (inside and sql.startswith(("CREATE", "ALTER", "DROP"))), sql
    with pytest.raises(ColumnError):
        other.load(ROWS.drop_columns("v"), "replace")
    monkeypatch.setattr(bootstrap, "connect", losing("append", 1))
    with pytest.raises(SinkError):
        other.load(ROWS, table="new")
    monkeypatch.undo()
    assert other.tables() == [NAME, "t"]


def test_a_database_file_that_was_made_for_nothing_goes_again(tmp_path):
    path = tmp_path / "new.duckdb"
    address = Address.parse(f"duckdb:///{path}?table=t")
    sink = DatabaseSink(address, lambda: DuckDB(address), Loading())
    assert path.exists()
    sink.close()
    sink.close()
    assert list(tmp_path.iterdir()) == []
    assert Place(f"duckdb:///{path}").load(ROWS, dry_run=True).inserted == 2
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ColumnError):
        Place(f"duckdb:///{path}").load(ROWS, columns=["nope"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [{"write": "upsert"}, {"write": "merge", "missing": "drop"}, {"write": "append", "missing": "delete"}]
)
def test_a_loading_that_makes_no_sense(wrong):
    with pytest.raises(UsageError):
        Loading(**wrong)
