"""What changed between two states: against a naive comparison of dictionaries, and at the edges."""

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rowid
from rowid import bootstrap, canonical, pipeline
from rowid.checks import Limits
from rowid.errors import CanonicalError, ColumnError, SecretError, SourceError
from rowid.recipe import Recipe
from tests.doubles import Shelf, Table
from tests.files import write

ROOT = Path(__file__).parent.parent
TINY = Limits(memory=1)  # everything goes to the temporary file
KEYS = st.none() | st.sampled_from(["a", "b", "ä", "", "~"])
CELLS = st.none() | st.sampled_from(["1", "1.0", "x", "", "🦉"])
ROWS = st.lists(st.tuples(KEYS, KEYS, CELLS, CELLS), max_size=12)


def table(rows):
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip("klvw", columns, strict=True)})


def naive(before, after):
    """Counts and differing IDs by dictionaries of Python's own."""
    sides = []
    for rows in (before, after):
        by_key = defaultdict(list)
        for row in rows:
            by_key[row[:2]].append(row[2:])
        sides.append(by_key)
    counts, found = Counter(), {}
    for key in {*sides[0], *sides[1]}:
        old, new = sides[0].get(key, []), sides[1].get(key, [])
        if Counter(old) == Counter(new):
            counts["unchanged"] += len(new)
        elif len(old) > 1 or len(new) > 1:
            counts["unclear"] += 1
            counts["unclear before"] += len(old)
            counts["unclear after"] += len(new)
            found[key] = ("unclear", len(old), len(new), None)
        elif not new or not old:
            status = "gone" if old else "new"
            counts[status] += 1
            found[key] = (status, len(old), len(new), None)
        else:
            names = [name for name, one, other in zip("vw", old[0], new[0], strict=True) if one != other]
            counts["changed"] += 1
            counts.update(names)
            found[key] = ("changed", 1, 1, ",".join(names))
    return counts, found


def diff(before, after, columns=("k",), **options):
    return pipeline.diff(Table(before), Table(after), Recipe(list(columns)), **options)


@pytest.mark.parametrize("limits", [None, TINY])
@given(before=ROWS, after=ROWS)
def test_it_agrees_with_a_naive_comparison(limits, before, after):
    shelf = Shelf()
    found = diff(table(before), table(after), "kl", sink=shelf, limits=limits, first=100)
    counts, different = naive(before, after)
    assert (found.new, found.gone, found.changed) == (counts["new"], counts["gone"], counts["changed"])
    assert found.unchanged == counts["unchanged"]
    assert found.unclear == (counts["unclear before"], counts["unclear after"])
    assert found.differences == len(different) == len(found.first)
    assert found.changed_columns == {name: counts[name] for name in "vw" if counts[name]}
    assert found.identical == (not different)
    rows = shelf.committed.to_pylist()
    listed = {
        (row["k"], row["l"]): (row["status"], row["rows_before"], row["rows_after"], row["changed"]) for row in rows
    }
    assert listed == different
    assert len(rows) == len(different)
    values = [{row[:2]: row[2:] for row in side} for side in (before, after)]
    recipe = Recipe(["k", "l"])
    for row, noun in zip(rows, found.first, strict=True):
        key = (row["k"], row["l"])
        assert row["row_id"] == noun.id == rowid.row_id(key, recipe)
        assert (noun.status, noun.key) == (row["status"], key)
        for at, name in enumerate("vw"):
            shown = (row[f"before_{name}"], row[f"after_{name}"])
            old = values[0][key][at] if row["status"] == "gone" or name in (row["changed"] or "") else None
            new = values[1][key][at] if row["status"] == "new" or name in (row["changed"] or "") else None
            assert shown == (old, new)


def test_the_gone_come_first_in_their_order_then_the_others_in_the_order_of_the_later_side():
    before = pa.table({"k": [5, 4, 3, 2], "v": [1, 1, 1, 1]})
    after = pa.table({"k": [9, 2, 8, 4], "v": [1, 2, 1, 3]})
    found = diff(before, after)
    assert [(one.status, one.key) for one in found.first] == [
        ("gone", ("5",)), ("gone", ("3",)), ("new", ("9",)), ("changed", ("2",)), ("new", ("8",)), ("changed", ("4",)),
    ]  # fmt: skip
    assert [one.values[0].before for one in found.first] == ["1", "1", None, "1", None, "1"]
    assert diff(before, after, first=2).first == found.first[:2]


def test_a_value_counts_and_not_its_type():
    before = pa.table({"k": [1, 2], "v": [42, 7], "t": pa.array([0, 1], pa.date32())})
    after = pa.table({"k": ["2", "1"], "v": [7.0, 42.0], "t": pa.array([86_400, 0], pa.timestamp("s"))})
    assert diff(before, after).identical


@pytest.mark.parametrize("rows", [0, 1])
def test_empty_sides_and_single_rows(rows):
    full, empty = pa.table({"k": [1], "v": ["a"]}), pa.table({"k": [1], "v": ["a"]}).slice(0, 0)
    assert diff(full.slice(0, rows), full.slice(0, rows)).identical
    assert diff(full, empty).gone == diff(empty, full).new == 1
    shelf = Shelf()
    assert diff(empty, empty, sink=shelf).rows == (0, 0)
    assert shelf.committed.num_rows == 0
    assert shelf.committed.column_names[:3] == ["status", "row_id", "k"]


def test_repeated_rows_that_are_the_same_on_both_sides_are_no_difference():
    one = pa.table({"k": [1, 1, 1, 2], "v": ["a", "b", "a", "c"]})
    other = one.take([2, 3, 1, 0])
    found = diff(one, other)
    assert (found.identical, found.unchanged, found.repeated) == (True, 4, (3, 3))
    fewer = diff(one, other.slice(1))
    assert (fewer.unclear, fewer.differences, fewer.first[0].rows) == ((3, 2), 1, (3, 2))
    swapped = diff(one, pa.table({"k": [1, 1, 1, 2], "v": ["b", "b", "a", "c"]}))
    assert swapped.unclear == (3, 3)
    keys_alone = diff(pa.table({"k": [1, 1]}), pa.table({"k": [1]}))
    assert (keys_alone.unclear, keys_alone.unchanged) == ((2, 1), 0)


def test_columns_of_one_side_are_told_and_others_can_be_left_out():
    before = pa.table({"k": [1], "v": [1], "old": [1], "loaded": [1], "tags": [["x"]]})
    after = pa.table({"loaded": [2], "k": [1], "v": [1], "new": [1], "tags": [["y"]]})
    found = diff(before, after, exclude=["loaded"])
    assert (found.columns_gone, found.columns_new, found.compared) == (("old",), ("new",), ("v",))
    assert (found.changed, found.identical) == (0, False)
    assert [one.partition(":")[0] for one in found.left_out] == ["loaded", "tags"]
    assert diff(before, after).changed == 1
    with pytest.raises(ColumnError, match="loadet"):
        diff(before, after, exclude=["loadet"])
    with pytest.raises(ColumnError, match="'old'"):
        diff(before, after, ["old"])


def test_an_id_column_that_is_there_is_made_again_and_not_compared():
    before = pa.table({"k": [1], "row_id": ["made by hand"]})
    found = diff(before, pa.table({"k": [1], "row_id": [2]}))
    assert (found.identical, found.compared) == (True, ())


def test_names_that_are_in_the_way_are_kept_apart():
    names = ["status", 'a,"b', "changed", "before_changed", "rows_after", "\x1b[31m<script>"]
    before = pa.table([pa.array([1])] * 6, names)
    after = pa.table([pa.array([1]), *[pa.array([2])] * 5], names)
    shelf = Shelf()
    found = diff(before, after, ["status"], sink=shelf)
    assert set(found.changed_columns) == set(names[1:])
    (row,) = shelf.committed.to_pylist()
    assert (row["status_"], row["status"], row["changed"].count('"a,""b"')) == ("changed", 1, 1)
    assert len(set(shelf.committed.column_names)) == shelf.committed.num_columns


def turned(array):
    """The values in the opposite order; Arrow takes nothing from a view."""
    return pa.concat_arrays([array.slice(at, 1) for at in reversed(range(len(array)))])


def test_every_kind_of_column_can_be_fetched():
    values = {
        "i": pa.array([1, 2]), "f": pa.array([1.5, None]), "s": pa.array(["a", "b"], pa.string_view()),
        "d": pa.array(["x", "y"]).dictionary_encode(), "b": pa.array([b"1", b"2"], pa.binary_view()),
        "t": pa.array([0, 1], pa.timestamp("us", "UTC")), "n": pa.nulls(2), "o": pa.array([True, False]),
    }  # fmt: skip
    before = pa.table({"k": ["a", "b"], **values})
    after = pa.table({"k": ["a", "b"], **{name: turned(one) for name, one in values.items()}})
    for limits in (None, TINY):
        shelf = Shelf()
        found = diff(before, after, sink=shelf, limits=limits)
        assert found.changed_columns == {name: 2 for name in sorted(values) if name != "n"}
        for name in values:
            if name != "n":
                old = canonical.texts(pa.array(before[name].to_pylist()), column=name).to_pylist()
                new = canonical.texts(pa.array(after[name].to_pylist()), column=name).to_pylist()
                assert [next((v.before, v.after) for v in one.values if v.column == name) for one in found.first] == [
                    *zip(old, new, strict=True)
                ]


@pytest.mark.parametrize(("form", "duplicates", "nulls"), [("uuid", "number", "null"), ("int64", "reject", "reject")])
def test_the_policies_stop_at_nothing_and_ids_are_those_of_a_run(form, duplicates, nulls):
    recipe = Recipe(["k"], form=form, duplicates=duplicates, nulls=nulls)
    before, after = pa.table({"k": [1, None, 3], "v": [1, 1, 1]}), pa.table({"k": [1, None, 3, 3], "v": [2, 2, 3, 3]})
    found = pipeline.diff(Table(before), Table(after), recipe)
    assert (found.changed, found.unclear) == (2, (1, 2))
    lenient = Recipe(["k"], form=form, nulls="hash" if nulls == "reject" else nulls)
    assert [one.id for one in found.first] == [
        None if one is None else str(one) for one in (rowid.row_id([value], lenient) for value in (1, None, 3))
    ]


def test_keyed_ids_need_the_secret(monkeypatch):
    one, recipe = Table(pa.table({"k": [1]})), Recipe(["k"], key_env="DIFF_SECRET")
    with pytest.raises(SecretError):
        pipeline.diff(one, one, recipe)
    monkeypatch.setenv("DIFF_SECRET", "c2VjcmV0")
    assert pipeline.diff(one, one, recipe).identical


def test_a_value_without_text_is_named_and_what_to_do(tmp_path):
    one = pa.table({"k": [1], "v": pa.array([253402300800], pa.timestamp("s"))})
    with pytest.raises(CanonicalError, match="exclude") as caught:
        diff(one, one)
    assert caught.value.column == "v"
    assert diff(one, one, exclude=["v"]).identical


class Moving(Table):
    """A source that gives other rows at each reading."""

    def __init__(self, *tables):
        super().__init__(tables[0])
        self.tables = list(tables)

    def open(self):
        return (self.tables.pop(0) if len(self.tables) > 1 else self.tables[0]).to_reader()


@pytest.mark.parametrize("later", [{"k": [2, 1, 3], "v": [2, 1, 1]}, {"k": [1, 2], "v": [1, 2]}])
def test_a_source_that_moves_between_the_passes_is_an_error_and_nothing_is_written(later):
    first = pa.table({"k": [1, 2, 3], "v": [1, 2, 1]})
    shelf, moving = Shelf(), Moving(first, first, first, pa.table(later))
    with pytest.raises(SourceError, match="same rows"):
        pipeline.diff(moving, Table(pa.table({"k": [1, 2, 3], "v": [9, 9, 9]})), Recipe(["k"]), sink=shelf)
    assert (shelf.committed, shelf.aborted) == (None, 1)


def test_a_csv_a_parquet_and_a_duckdb_table_of_the_same_rows_do_not_differ(tmp_path, monkeypatch):
    rows = pa.table({
        "k": [3, 1, 2], "text": ["é", "", None], "amount": [1.5, None, 2.0], "on": [True, None, False],
        "day": pa.array([0, 20_000, None], pa.date32()), "at": pa.array([1, None, 3], pa.timestamp("us")),
    })  # fmt: skip
    write(rows, tmp_path / "t.csv")
    write(rows, tmp_path / "t.parquet")
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT * FROM rows ORDER BY k")
        connection.execute("CREATE TABLE u AS SELECT k, text, CASE WHEN k = 1 THEN 9 ELSE amount END AS amount FROM t")
    monkeypatch.chdir(tmp_path)
    uris = ["t.csv", "t.parquet", "duckdb:///t.duckdb?table=t"]
    for one in uris:
        for other in uris:
            found = pipeline.diff(bootstrap.open_source(one), bootstrap.open_source(other), Recipe(["k"]))
            assert found.identical, found
            assert found.unchanged == 3
    changed = pipeline.diff(*map(bootstrap.open_source, (uris[0], uris[2].replace("=t", "=u"))), Recipe(["k"]))
    assert (changed.changed_columns, changed.columns_gone) == ({"amount": 1}, ("on", "day", "at"))


_CHILD = """
import sys
from rowid import bootstrap, pipeline
from rowid.checks import Limits
from rowid.recipe import Recipe
sources = [bootstrap.open_source(path) for path in sys.argv[1:3]]
sink = bootstrap.open_sink(sys.argv[3], force=True)
found = pipeline.diff(*sources, Recipe(["k"]), sink=sink, limits=Limits(memory=2**24))
with open("/proc/self/status") as status:  # ru_maxrss would be that of the process which started this one, if larger
    peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
print(found.new, found.gone, found.changed, found.unchanged, peak)
"""


def test_a_million_rows_take_bounded_memory(tmp_path):
    """All of them changed, and 16 MiB are given for what is counted and what waits.

    The libraries take about 250 MiB, and each difference about 200 bytes.
    """
    rows = 1_000_000
    keys = pa.array(range(rows))
    text = pc.cast(keys, pa.string())
    pq.write_table(pa.table({"k": keys, "v": keys, "s": text}), tmp_path / "a.parquet", row_group_size=65_536)
    after = pa.table({"k": keys, "v": pc.add(keys, 1), "s": text}).slice(10)
    pq.write_table(after, tmp_path / "b.parquet", row_group_size=65_536)
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet", "out.parquet")]
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *paths], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "ARROW_DEFAULT_MEMORY_POOL": "system"},
    )  # fmt: skip
    *counts, peak = map(int, done.stdout.split())
    assert counts == [0, 10, rows - 10, 0]
    assert pq.read_metadata(paths[2]).num_rows == rows
    assert peak < 500


def test_the_python_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "monday.csv").write_text("email,age\na,1\nb,2\n")
    pq.write_table(pa.table({"email": ["a", "b"], "age": [1, 3]}), "tuesday.parquet")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "diff.md").read_text(), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == "False 0 0 1 {'age': 1}\n"
