"""Which columns are compared, how they are called in the table of differences, and that every kind can be fetched."""

import pyarrow as pa
import pytest

from rowid import canonical
from rowid.errors import CanonicalError, ColumnError
from tests.diff.comparing import TINY, diff
from tests.doubles import Shelf


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


def test_a_value_without_text_is_named_and_what_to_do(tmp_path):
    one = pa.table({"k": [1], "v": pa.array([253402300800], pa.timestamp("s"))})
    with pytest.raises(CanonicalError, match="exclude") as caught:
        diff(one, one)
    assert caught.value.column == "v"
    assert diff(one, one, exclude=["v"]).identical
