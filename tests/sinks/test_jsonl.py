"""JSON Lines as written."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from rowid.stream import cells
from tests.files import write


def objects(tmp_path, table):
    write(table, tmp_path / "out.jsonl", force=True)
    return [json.loads(line, parse_constant=_refuse) for line in (tmp_path / "out.jsonl").read_text().splitlines()]


def _refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_values_are_jsons_own_where_json_has_them_and_canonical_text_where_not(tmp_path):
    table = pa.table(
        {
            "i": [1, None],
            "f": [1.5, 1e21],
            "o": [True, None],
            "s": ['q"\\\n\0é', ""],
            "t": [datetime(2020, 1, 1, 10), None],
            "u": [datetime(2020, 1, 1, tzinfo=UTC), None],
            "d": [date(2020, 1, 1), None],
            "b": [b"\x00\xff", None],
            "k": pa.array(["x", None]).dictionary_encode(),
        }
    )
    assert objects(tmp_path, table) == [
        {
            "i": 1,
            "f": 1.5,
            "o": True,
            "s": 'q"\\\n\0é',
            "t": "2020-01-01T10:00:00",
            "u": "2020-01-01T00:00:00Z",
            "d": "2020-01-01",
            "b": "00ff",
            "k": "x",
        },
        {"i": None, "f": 1e21, "o": None, "s": "", "t": None, "u": None, "d": None, "b": None, "k": None},
    ]


def test_nan_is_null_and_infinity_a_string(tmp_path):
    table = pa.table(
        {"f": [float("nan"), float("inf"), float("-inf"), 0.1], "n": [[float("nan")], [float("inf")], None, []]}
    )
    assert [list(one.values()) for one in objects(tmp_path, table)] == [
        [None, [None]], ["Infinity", ["Infinity"]], ["-Infinity", None], [0.1, []],
    ]  # fmt: skip


def test_decimals_are_numbers_while_readers_keep_their_digits(tmp_path):
    short = pa.array([Decimal("1.50")], pa.decimal128(15, 2))
    long = pa.array([Decimal("1.50")], pa.decimal128(16, 2))
    assert objects(tmp_path, pa.table({"short": short, "long": long})) == [{"short": 1.5, "long": "1.5"}]


def test_whole_numbers_keep_all_digits(tmp_path):
    write(pa.table({"a": pa.array([2**64 - 1], pa.uint64())}), tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == '{"a": 18446744073709551615}\n'


def test_nested_values_are_arrays_and_objects(tmp_path):
    table = pa.table({"a": [{"x": [1, None], "y": date(2020, 1, 1), "z": b"\xff", "d": Decimal("1.5")}, None]})
    assert objects(tmp_path, table) == [{"a": {"x": [1, None], "y": "2020-01-01", "z": "ff", "d": 1.5}}, {"a": None}]


def test_cells_are_written_as_their_values(tmp_path):
    table = pa.table(
        {"a": cells(pa.array(["1.50", None]), pa.float64()), "b": cells(pa.array(["TRUE", "false"]), pa.bool_())}
    )
    assert objects(tmp_path, table) == [{"a": 1.5, "b": True}, {"a": None, "b": False}]


def test_names_are_escaped_and_keep_their_order(tmp_path):
    assert [list(one) for one in objects(tmp_path, pa.table([[1], [2], [3]], names=["z", 'q"\n', "a"]))] == [
        ["z", 'q"\n', "a"]
    ]
