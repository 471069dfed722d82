"""The benchmarks measure what they say: every way makes a hash per row, and the report has a line for each."""

import json
import re
from contextlib import ExitStack
from dataclasses import replace
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks import (
    aims,
    chart,
    child,
    diff,
    keys,
    kinds,
    merge,
    processes,
    report,
    scaling,
    side_by_side,
    tables,
    timing,
)
from benchmarks.ways import WAYS
from rowid import pipeline

INSTALLED = [way for way in WAYS if not way.missing() and "pyspark" not in way.needs]
"""Without Spark, whose start takes longer than all the rest; each benchmark run checks its hashes too."""


@pytest.mark.parametrize("way", INSTALLED, ids=lambda way: way.name)
def test_each_way_gives_64_hexadecimal_digits_a_row(way, tmp_path):
    for name in "AD":
        case = tables.case(name, 0.0005, tmp_path)
        with ExitStack() as stack:
            texts = way.texts(way.prepare(case, stack)())
        side_by_side.require_hashes(way, texts, way.rows(case))


def test_the_ways_that_take_all_rows_tell_different_rows_apart(tmp_path):
    case = tables.case("A", 0.0005, tmp_path)
    for way in INSTALLED:
        with ExitStack() as stack:
            texts = way.texts(way.prepare(case, stack)())
        assert pc.count_distinct(texts).as_py() == way.rows(case), way.name


@pytest.mark.parametrize("texts", [["0" * 64], ["0" * 64, "0" * 63], ["0" * 64, "G" * 64], ["0" * 64, None]])
def test_a_way_that_gives_no_hash_per_row_is_refused(texts):
    with pytest.raises(side_by_side.ImplausibleError):
        side_by_side.require_hashes(WAYS[0], pa.array(texts), 2)


def test_both_ways_of_rowid_give_the_same_ids(tmp_path):
    for name in "ABCD":
        case = tables.case(name, 0.0001, tmp_path)
        with ExitStack() as stack:
            arrow, frame = [way.texts(way.prepare(case, stack)()).cast(pa.large_string()) for way in WAYS if way.ours]
        assert arrow.equals(frame), name


def test_the_tables_are_what_their_titles_say(tmp_path):
    people, flights, uuids, strings = (tables.case(name, 0.001, tmp_path).table for name in "ABCD")
    assert [str(kind) for kind in people.schema.types] == ["string", "string", "int64", "double", "date32[day]"]
    assert (flights.num_columns, flights.num_rows) == (19, 3_368)
    assert all(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in uuids["id"].to_pylist())
    assert strings.num_columns == 20
    lengths = pc.binary_length(pa.concat_arrays([chunk for column in strings.columns for chunk in column.chunks]))
    assert (pc.max(lengths).as_py(), pc.min(lengths).as_py()) == (200, 0)
    assert 0.05 < lengths.null_count / len(lengths) < 0.15
    assert not all(text.isascii() for text in strings["text_00"].drop_null().to_pylist())


def test_the_tables_are_the_same_each_time(tmp_path):
    for name in "ACD":
        one, other = (tables.case(name, 0.0005, tmp_path).table for _ in range(2))
        assert one.equals(other)


def test_rows_of_people_are_distinct_across_batches(monkeypatch):
    monkeypatch.setattr(tables, "BATCH", 100)
    batches = list(tables.people(250))
    assert [batch.num_rows for batch in batches] == [100, 100, 50]
    assert pc.count_distinct(pa.Table.from_batches(batches)["mail"]).as_py() == 250


def test_the_first_round_does_not_count_and_the_ways_take_turns():
    turns: list[str] = []
    seconds = timing.interleaved({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, 2)
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert {name: len(taken) for name, taken in seconds.items()} == {"a": 2, "b": 2}
    assert timing.ratios([4.0, 6.0, 8.0], [2.0, 2.0, 2.0]) == {"median": 3.0, "min": 2.0, "max": 4.0}


def test_the_peak_of_a_child_is_its_own_and_not_that_of_its_parent(tmp_path):
    ballast = b"x" * (200 << 20)
    usage = child.measured(child.python("-c", "pass"), tmp_path)
    assert usage.peak_mib < 60
    assert child.measured(child.python("-c", "x = b'x' * (200 << 20)"), tmp_path).peak_mib > 200
    assert usage.wall_s > 0
    assert len(ballast) > 0


def test_a_child_that_fails_is_not_measured(tmp_path):
    with pytest.raises(child.ChildError, match="no such table"):
        child.measured(child.python("-c", "raise SystemExit('no such table')"), tmp_path)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A whole run on a few rows."""
    place = tmp_path_factory.mktemp("bench")
    ways = [replace(way, needs=("absent",)) if "pyspark" in way.needs else way for way in WAYS]
    cases = {name: tables.case(name, 0.0001, place) for name in "ABCD"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "WARM_UP", 0)
        found = _found(cases, ways, place)
    assert not list(place.glob("*out*")), "outputs are removed"
    return found | {"aims": aims.aims(found)}


def _found(cases, ways, place):
    return {
        "machine": {
            "cpu": "X",
            "cpu_features": [],
            "cores": 2,
            "memory_gib": 1.5,
            "system": "Y",
            "versions": {"z": None},
        },
        "settings": {"rows_scale": 0.0001},
        "side_by_side": [side_by_side.measure(case, 1, ways) for case in cases.values()],
        "kinds": kinds.measure(0.001, 1),
        "scaling": scaling.measure(0.00001, 1, cases["A"]),
        "end_to_end": processes.end_to_end(cases["A"], 1, formats=("csv",)),
        "memory": processes.memory(0.00001, place),
        "start_up": processes.start_up(place, 1),
        "keys": keys.measure(0.001, 1),
        "merge": merge.measure(0.001, 1, place, None),
        "diff": diff.measure(0.00001, place),
    }


def test_the_report_has_every_row(results):
    text = report.markdown(results)
    for name in "ABCD":
        section = text.partition(f"## Table {name}")[2].partition("\n##")[0]
        assert all(f"| {way.name} |" in section or f"| **{way.name}** |" in section for way in WAYS)
        assert "absent not installed" in section
    sizes = {
        "Kinds of columns": 23,
        "Scaling": 2,
        "End to end": 3,
        "Memory": 2,
        "Start": 4,
        "Keys": 2,
        "Merge": 2,
        "Differences": 2,
    }
    for title, rows in sizes.items():
        section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("| ")]
        assert len(lines) - 2 == rows, title
    assert all(
        len({line.count("|") for line in block.splitlines()}) == 1
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    )
    assert "**A trial" in text


def test_the_results_are_json_and_name_neither_host_nor_path(results, tmp_path):
    text = json.dumps(results)
    assert str(tmp_path.parent) not in text
    assert json.loads(text)["side_by_side"][0]["rows"] == 200


def test_every_aim_says_whether_it_is_met(results):
    found = {aim["what"]: aim for aim in results["aims"]}
    assert len(found) == 4 + 4 + 2 + 1 + 2 + 3 + 2
    slow = {"start_up": [{"name": "python -c 'import rowid'", "seconds": timing.spread([0.2])}]}
    (aim,) = aims.aims(slow)
    assert (aim["limit"], aim["value"], aim["met"]) == ("at most 0.15 s", 0.2, False)


def test_the_charts_are_svg_with_a_bar_for_each_measured_way(results):
    bars = ElementTree.fromstring(chart.bars(results))
    measured = sum("missing" not in way for table in results["side_by_side"] for way in table["ways"])
    assert len(bars.findall(".//{*}rect")) == 1 + measured
    curves = ElementTree.fromstring(chart.curves(results))
    assert len(curves.findall(".//{*}circle")) == len(results["scaling"]["sizes"]) + len(results["memory"])


def test_order_lines_have_the_key_that_they_are_made_with():
    table = keys.order_lines(5_000)
    assert table.num_columns == 30
    found = pipeline.find_keys(keys.Frame(table), max_columns=2)
    assert found.verdict == "KEY"
    assert ("order_no", "line_no") in [one.columns for one in found.candidates]


def test_what_pandas_would_take_is_extrapolated_from_combinations_of_each_size(monkeypatch):
    monkeypatch.setattr(keys, "timed", lambda search: 1.0 if search() in (True, False) else 0.0)
    (line, _) = keys.measure(0.001, 1)
    assert line["pandas_s_per_combination"] == {"1": 1.0, "2": 1.0, "3": 1.0, "4": 1.0}
    assert line["pandas_s"] == line["combinations"] == 19 + 171 + 969 + 3876


def test_what_is_merged_is_a_tenth_new_and_a_tenth_changed():
    before, after = merge.tables(1_000)
    held = dict(zip(before["mail"].to_pylist(), before["amount"].to_pylist(), strict=True))
    both = [
        (held[m], a) for m, a in zip(after["mail"].to_pylist(), after["amount"].to_pylist(), strict=True) if m in held
    ]
    assert (before.num_rows, after.num_rows, len(both)) == (1_000, 1_000, 900)
    assert 50 < sum(old != new for old, new in both) < 150


def test_a_merge_that_leaves_something_else_is_refused():
    way = merge.Way("rowid merge", "", True, lambda: None, lambda: None, lambda: 99)
    with pytest.raises(merge.MergeError, match="99 rows"):
        merge._measured("X", 100, [way], 1)
