"""How long it takes to merge rows into a table of a database, and how long the usual code takes for the same rows.

rowid makes the IDs, counts repeats and missing rows, and verifies the table before it commits; the usual code does none
of it, and has the key as the table's primary key.
"""

import gc
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.keys import Frame
from benchmarks.tables import people
from benchmarks.timing import ratios, spread, timed

ROWS = 1_000_000
SHARE = 10
"""One row of so many is new, and one of so many is changed."""

_UPSERT = (
    "INSERT INTO people SELECT mail, name, age, amount, day FROM staging ON CONFLICT (mail) DO UPDATE SET "
    "name = excluded.name, age = excluded.age, amount = excluded.amount, day = excluded.day"
)


class MergeError(Exception):
    """A way left something else in the table than it should."""


@dataclass(frozen=True)
class Way:
    """A way to merge: ``reset`` puts the table as it was before, ``run`` merges, ``count`` gives the table's rows."""

    name: str
    what: str
    ours: bool
    reset: Callable[[], object]
    run: Callable[[], object]
    count: Callable[[], int]


def tables(rows: int) -> tuple[pa.Table, pa.Table]:
    """What the table holds, and what is merged into it: as many rows, a tenth of them new and a tenth changed."""
    new = rows // SHARE
    names = ["mail", "name", "age", "amount", "day"]
    every = pa.Table.from_batches(list(people(rows + new))).rename_columns(names)
    later = every.slice(new)
    changed = pc.equal(pc.subtract(later["age"], pc.multiply(pc.divide(later["age"], SHARE), SHARE)), 0)
    amounts = pc.if_else(changed, pc.add(later["amount"], 1.0), later["amount"])
    return every.slice(0, rows), later.set_column(3, "amount", amounts)


def measure(scale: float, rounds: int, place: Path, postgresql: str | None) -> list[dict[str, Any]]:
    """A line for each database; PostgreSQL only where the URI of a running server's empty database is given."""
    rows = max(100, round(ROWS * scale))
    before, after = tables(rows)
    databases = {"DuckDB": _duckdb(before, after, place)}
    if postgresql:
        databases["PostgreSQL"] = _postgresql(before, after, postgresql)
    return [_measured(name, rows, list(ways), rounds) for name, ways in databases.items()]


def _measured(name: str, rows: int, ways: list[Way], rounds: int) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(rounds + 1):
        for way in ways:
            way.reset()
            gc.collect()
            took = timed(way.run)
            if number:
                seconds[way.name].append(took)
            if way.count() != rows + rows // SHARE:
                raise MergeError(f"{way.name} left {way.count():,} rows")
    (own,) = (way.name for way in ways if way.ours)
    return {
        "database": name,
        "rows": rows,
        "ways": [
            {
                "name": way.name,
                "what": way.what,
                "ours": way.ours,
                "seconds": spread(seconds[way.name]),
                "rows_per_s": rows / spread(seconds[way.name])["median"],
                "times": ratios(seconds[way.name], seconds[own]),
            }
            for way in ways
        ],
    }


def _loaded(rows: pa.Table, uri: str, write: str | None) -> None:
    from rowid import bootstrap, pipeline
    from rowid.model import Loading
    from rowid.recipe import Recipe

    sink = bootstrap.open_sink(uri, loading=Loading(write))
    pipeline.run(Frame(rows), Recipe(["mail"]), sink)


def _duckdb(before: pa.Table, after: pa.Table, place: Path) -> Iterator[Way]:
    import duckdb

    files = {name: place / f"{name}.duckdb" for name in ("rowid", "usual")}
    kept = {name: place / f"{name}-before.duckdb" for name in files}
    for path in (*files.values(), *kept.values()):
        path.unlink(missing_ok=True)
    _loaded(before, f"duckdb:///{kept['rowid']}?table=people", None)
    with duckdb.connect(str(kept["usual"])) as connection:
        connection.register("given", before)
        connection.execute(
            "CREATE TABLE people (mail VARCHAR PRIMARY KEY, name VARCHAR, age BIGINT, amount DOUBLE, day DATE)"
        )
        connection.execute("INSERT INTO people SELECT * FROM given")
    frame = after.to_pandas()

    def upsert() -> None:
        with duckdb.connect(str(files["usual"])) as connection:
            connection.register("given", frame)
            connection.execute("CREATE TEMPORARY TABLE staging AS SELECT * FROM given")
            connection.execute(_UPSERT)

    def counted(name: str) -> int:
        with duckdb.connect(str(files[name])) as connection:
            return int(connection.execute("SELECT count(*) FROM people").fetchall()[0][0])

    yield Way(
        "rowid merge",
        "`rowid run --write merge`'s engine: Arrow rows in, IDs made, merged, verified",
        True,
        lambda: shutil.copy(kept["rowid"], files["rowid"]),
        lambda: _loaded(after, f"duckdb:///{files['rowid']}?table=people", "merge"),
        lambda: counted("rowid"),
    )
    yield Way(
        "frame + ON CONFLICT",
        "a pandas frame, a temporary table of it, `INSERT ... ON CONFLICT DO UPDATE`",
        False,
        lambda: shutil.copy(kept["usual"], files["usual"]),
        upsert,
        lambda: counted("usual"),
    )


def _postgresql(before: pa.Table, after: pa.Table, uri: str) -> Iterator[Way]:
    import sqlalchemy

    engine = sqlalchemy.create_engine("postgresql+psycopg" + uri[uri.index("://") :])
    frame = after.to_pandas()

    def execute(*statements: str) -> None:
        with engine.begin() as connection:
            for sql in statements:
                connection.execute(sqlalchemy.text(sql))

    def to_sql() -> None:
        with engine.begin() as connection:
            frame.to_sql("staging", connection, if_exists="replace", index=False, chunksize=10_000)
            connection.execute(sqlalchemy.text(_UPSERT))

    def counted(table: str) -> int:
        with engine.begin() as connection:
            return int(connection.execute(sqlalchemy.text(f"SELECT count(*) FROM {table}")).scalar_one())

    execute("DROP TABLE IF EXISTS rowid_people, rowid_before, rowid_tables, people, staging")
    _loaded(before, f"{uri}?table=rowid_before", None)
    execute("UPDATE rowid_tables SET table_name = 'rowid_people'")
    keep = "SELECT mail, name, age, amount, day FROM rowid_before"
    yield Way(
        "rowid merge",
        "the same, by COPY into a temporary table",
        True,
        lambda: execute("DROP TABLE IF EXISTS rowid_people", "CREATE TABLE rowid_people AS TABLE rowid_before"),
        lambda: _loaded(after, f"{uri}?table=rowid_people", "merge"),
        lambda: counted("rowid_people"),
    )
    again = (
        "DROP TABLE IF EXISTS people",
        f"CREATE TABLE people AS {keep}",
        "ALTER TABLE people ADD PRIMARY KEY (mail)",
    )
    yield Way(
        "to_sql + ON CONFLICT",
        "`DataFrame.to_sql` by SQLAlchemy and psycopg, `INSERT ... ON CONFLICT DO UPDATE`",
        False,
        lambda: execute(*again),
        to_sql,
        lambda: counted("people"),
    )
