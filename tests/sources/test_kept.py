"""Cells that a survey keeps: the same cells come from memory, from the file again, and in any order of types."""

import pyarrow as pa
import pytest

from rowid.sources import csv, kept
from rowid.stream import CellType
from tests.files import cells, source, types, values

BLOCK = 1 << 12
LATE = {
    "whole numbers": ([1, -3, 70_000, 5_000_000_000], [], "int64"),
    "whole numbers in a byte": ([1, -3, 127, -128], [], "int64"),
    "a minus zero": ([1, -3, 70_000], ["-0"], "int64"),
    "a decimal": ([1, -3, 70_000], ["2.50"], "double"),
    "a text": ([1, -3, 70_000], ["n/a"], "string"),
    "leading zeros": ([1, -3, 70_000], ["007"], "string"),
    "decimals": (["1.50", ".5", "-0.0"], [], "double"),
    "a text among decimals": (["1.50", ".5"], ["x"], "string"),
    "dates": (["2020-02-29", "1999-01-01"], [], "date32[day]"),
    "a time": (["2020-02-29", "1999-01-01"], ["2020-01-01 10:00"], "timestamp[us]"),
    "a nanosecond": (["2020-01-01T10:00"], ["2020-01-01T10:00:00.000000001"], "timestamp[ns]"),
    "instants": (["2020-01-01T10:00Z", "2020-01-01 10:00:30+02:00"], [], "timestamp[us, tz=UTC]"),
    "booleans": (["TRUE", "false"], [], "bool"),
}


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A file of some blocks, and its columns: plain cells with gaps, and what comes late."""
    monkeypatch.setattr(csv, "_BLOCKS", (BLOCK, *csv._BLOCKS))
    columns = {
        name: ["", *([str(one) for one in plain] * 2000)[:1999], *(late or [""]), str(plain[0])]
        for name, (plain, late, _) in LATE.items()
    }
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    content = "\n".join(lines).encode()
    assert len(content) > 20 * BLOCK
    expected = {name: [cell or None for cell in column] for name, column in columns.items()}
    return source(tmp_path, content), expected


@pytest.fixture(params=["kept", "parsed again"])
def memory(request, monkeypatch):
    if request.param == "parsed again":
        monkeypatch.setattr(kept, "_MOST", 5 * BLOCK)  # enough for some batches
    return request.param


def test_every_cell_has_its_characters_whatever_comes_late(table, memory):
    one, expected = table
    assert types(one) == [type_ for _, _, type_ in LATE.values()]
    assert cells(one).to_pydict() == expected
    assert cells(one).to_pydict() == expected, "a second time"


def test_every_cell_has_the_value_that_its_characters_name(table, memory):
    one, expected = table
    read = values(one)
    for name, column in expected.items():
        assert read[name].combine_chunks().equals(pa.array(column).cast(read[name].type)), name


def test_whole_numbers_come_without_characters_where_those_tell_nothing_more(table, memory):
    one, _ = table
    plain = {field.name for field in one.open().schema if field.type == pa.int64()}
    assert plain == {"whole numbers", "whole numbers in a byte"}
    assert isinstance(one.open().schema.field("a minus zero").type, CellType)


def test_a_file_whose_cells_fit_is_parsed_once_and_its_cells_are_forgotten_with_the_first_reader(table, monkeypatch):
    one, expected = table
    before = pa.total_allocated_bytes()
    rows = one.info().rows
    held = pa.total_allocated_bytes() - before
    monkeypatch.setattr(csv, "Scan", None)
    with one.open() as reader:
        first = reader.read_next_batch().num_rows
        left = sum(batch.num_rows for batch in reader)
    assert first + left == rows == len(expected["a text"])
    del reader
    assert pa.total_allocated_bytes() - before < held / 10
    with pytest.raises(TypeError):
        one.open().read_all()  # the second reader would parse the file


def test_cells_that_do_not_fit_are_not_held(table, monkeypatch):
    monkeypatch.setattr(kept, "_MOST", BLOCK)
    one, _ = table
    before = pa.total_allocated_bytes()
    one.info()
    assert pa.total_allocated_bytes() - before < BLOCK


def test_little_free_memory_is_not_filled(table, monkeypatch):
    class Free:
        available = 8 * BLOCK

    monkeypatch.setattr("psutil.virtual_memory", Free)
    one, expected = table
    before = pa.total_allocated_bytes()
    one.info()
    assert pa.total_allocated_bytes() - before < BLOCK
    assert cells(one).to_pydict() == expected


def test_the_first_batches_are_let_go_of_as_soon_as_one_does_not_fit(monkeypatch):
    monkeypatch.setattr(kept, "_MOST", 2000)
    some = kept.Kept()
    for size in (100, 1000, 100):
        some.add([kept.Column(pa.array(["x"] * size))])
    assert not some.is_whole
    assert list(some.batches()) == []
