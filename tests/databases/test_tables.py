"""What every adapter for SQLite and SQLAlchemy does alike with a table: names, sizes, values that change."""

import pyarrow as pa
import pytest

from rowid import bootstrap
from rowid.databases import TableName
from rowid.errors import SourceError
from tests.databases.tables import HOSTILE, create, read, uri


@pytest.fixture(params=["sqlite", "sqlite+pysqlite", "postgresql+psycopg"])
def place(request, tmp_path) -> str:
    """The URI of an empty database."""
    if "postgresql" in request.param:
        return request.getfixturevalue("postgres").replace("postgresql:", f"{request.param}:")
    return f"{request.param}:///{tmp_path}/x%20y%23.db"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name(database, place, name):
    database.execute("CREATE TABLE bystander (a INTEGER)")
    rows = pa.table({name: pa.array([1, None], pa.int64()), name[:1] + "2": ["é", ""]})
    create(database, name, rows)
    assert TableName(name) in database.tables()
    assert read(uri(place, name)).equals(rows)
    assert read(uri(place, "bystander")).num_rows == 0


@pytest.mark.parametrize("rows", [0, 1, 20_000])
def test_a_table_of_any_size_can_be_opened_again(database, place, rows):
    table = pa.table(
        {"i": pa.array(range(rows), pa.int64()), "s": pa.array([f"é{at}" for at in range(rows)], pa.string())}
    )
    create(database, "t", table)
    source = bootstrap.open_source(uri(place, "t"))
    assert source.info().rows == rows
    for _ in range(2):
        found = source.open().read_all()
        assert found.equals(table) if rows else found.column_names == ["i", "s"]


@pytest.mark.parametrize("place", ["sqlite", "sqlite+pysqlite"], indirect=True)  # others have no value of another type
def test_what_changes_between_two_looks_is_refused(database, place):
    create(database, "t", pa.table({"a": [1]}))
    source = bootstrap.open_source(uri(place, "t"))
    source.info()
    database.execute("INSERT INTO t VALUES ('x')")
    with pytest.raises(SourceError, match="its values changed while it was being read"):
        source.open().read_all()
