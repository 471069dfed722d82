"""The Python API on pandas, Polars and Arrow frames."""

import hashlib
import sys
import types
import uuid
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rowid
from rowid import RowIdError, generate_unique_row_ids
from rowid.errors import CanonicalError, ColumnError, DuplicateRowError, NullKeyError, SecretError, UsageError
from rowid.recipe import Recipe

ALICE = "2124eca9a8a8fd387fb3c8287c5bbf9e660cc4ad9a5ae732321cd8be1bad9b45"
COLUMNS = {"mail": ["alice@example.com", "bob@example.com"], "name": [None, "Bob"], "n": [42, 7]}
ORDER = ["mail", "name", "n"]


def frames() -> list:
    table = pa.table(COLUMNS)
    return [pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS), table, table.to_batches()[0]]


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: type(frame).__module__ + type(frame).__name__)
def test_the_same_kind_of_frame_comes_back_with_one_column_more(frame):
    out = generate_unique_row_ids(frame, ORDER)
    assert type(out) is type(frame)
    assert list(pa.table(out).column_names) == [*ORDER, "row_id"]
    assert pa.table(out)["row_id"][0].as_py() == ALICE
    assert "row_id" not in pa.table(frame).column_names


def test_whatever_has_an_arrow_stream_comes_back_as_an_arrow_table():
    relation = duckdb.sql("select 'alice@example.com' as mail, null::varchar as name, 42 as n")
    out = generate_unique_row_ids(relation, ORDER)
    assert isinstance(out, pa.Table)
    assert out["row_id"].to_pylist() == [ALICE]
    reader = pa.table(COLUMNS).to_reader()
    assert generate_unique_row_ids(reader, ORDER)["row_id"][0].as_py() == ALICE


def test_index_and_dtypes_of_a_pandas_frame_stay_as_they_are():
    frame = pd.DataFrame(
        {"a": pd.Categorical(["x", "y", None]), "b": pd.array([1, None, 3], "Int64"), "c": np.float32([1, 2, 3])},
        index=pd.Index([9, 9, 7], name="i"),
    )
    before = frame.copy(deep=True)
    out = generate_unique_row_ids(frame, ["a", "b", "c"])
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(out.drop(columns="row_id"), before)
    assert out["row_id"].tolist() == [
        rowid.row_id(values) for values in (["x", 1, 1.0], ["y", None, 2.0], [None, 3, 3.0])
    ]


def test_int64_ids_with_nulls_stay_integers_in_pandas():
    """NumPy integers have no null, and a float cannot hold 64 bits."""
    frame = pd.DataFrame({"a": ["x", None]})
    out = generate_unique_row_ids(frame, form="int64", nulls="null")
    assert out["row_id"].iloc[0] == rowid.row_id(["x"], Recipe(["a"], form="int64"))
    assert out["row_id"].isna().tolist() == [False, True]


def test_columns_that_nobody_chose_are_all_of_them_sorted_by_name_where_there_is_no_safe_key():
    frame = pd.DataFrame(COLUMNS)
    with pytest.warns(UserWarning, match="no columns were named, so all 3 make the ID: KEY IF .* 2 rows are too few"):
        automatic = generate_unique_row_ids(frame)
    assert automatic["row_id"].equals(generate_unique_row_ids(frame, sorted(COLUMNS))["row_id"])
    with pytest.warns(UserWarning, match="all 3 make the ID"):
        reordered = generate_unique_row_ids(frame[["n", "name", "mail"]])
    assert automatic["row_id"].equals(reordered["row_id"])


def test_names_are_sorted_by_their_utf8_bytes():
    """UTF-16 would put the emoji before U+FF5E."""
    frame = pd.DataFrame({"\U0001f600": [1], "\uff5e": [2], "Z": [3], "a": [4]})
    with pytest.warns(UserWarning, match="CANNOT TELL, the table has one row"):
        assert generate_unique_row_ids(frame)["row_id"][0] == rowid.row_id([3, 4, 2, 1])


def test_a_column_of_mixed_objects_follows_the_table_value_by_value():
    values = [1, "1", True, "true", None, Decimal("1.50"), b"\x01", uuid.UUID(int=3), pd.Timestamp("2024-01-01"), 1.5]
    out = generate_unique_row_ids(pd.DataFrame({"o": pd.Series(values, dtype=object)}))
    assert out["row_id"].tolist() == [rowid.row_id([value]) for value in values]
    assert out["row_id"][0] == out["row_id"][1]
    polars = generate_unique_row_ids(pl.DataFrame({"o": pl.Series(values, dtype=pl.Object)}))
    assert polars["row_id"].to_list() == out["row_id"].tolist()


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1, "a", None], dtype="category"),
        pd.Series([1, "a", None], dtype=object),
        pd.Series(pd.arrays.SparseArray([1.0, np.nan, 2.0])),
        pd.Series([Decimal("1.0"), None, Decimal(2)]),
        pd.Series(pd.to_datetime(["2024-01-01", None, "2024-01-02"])),
        pd.Series(pd.to_timedelta([1, None, 2], unit="s")),
        pd.Series([1, None, 3], dtype=pd.ArrowDtype(pa.int8())),
        pd.Series(["a", None, "c"], dtype="string[python]"),
    ],
    ids=lambda series: str(series.dtype),
)
def test_every_pandas_dtype_has_the_ids_of_its_values(series):
    out = generate_unique_row_ids(pd.DataFrame({"c": series}))
    assert out["row_id"].tolist() == [rowid.row_id([value]) for value in series]


def test_integer_labels_serve_as_names():
    out = generate_unique_row_ids(pd.DataFrame([[1, "x"]]), [1, 0])
    assert out["row_id"][0] == rowid.row_id(["x", 1])


def test_an_id_column_that_exists_is_an_error_unless_it_is_to_be_replaced():
    for frame in frames():
        once = generate_unique_row_ids(frame, ORDER)
        with pytest.raises(ColumnError, match=r"column 'row_id'.*replace=True"):
            generate_unique_row_ids(once)
        again = generate_unique_row_ids(once, ORDER, replace=True)
        assert pa.table(again).equals(pa.table(once))
        with pytest.warns(UserWarning, match="all 3 make the ID"):
            assert pa.table(generate_unique_row_ids(once, replace=True)).column_names == [*ORDER, "row_id"]
        assert pa.table(generate_unique_row_ids(once, ORDER, id_column_name="id2")).column_names[-2:] == [
            "row_id",
            "id2",
        ]


@pytest.mark.parametrize("rows", [0, 1])
def test_frames_of_no_row_and_of_one_row_have_their_column(rows):
    for frame in (pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS), pa.table(COLUMNS)):
        out = pa.table(generate_unique_row_ids(frame[:rows], ORDER))
        assert out["row_id"].to_pylist() == [ALICE][:rows]
        assert out.schema.field("row_id").type in (pa.string(), pa.large_string(), pa.string_view())


def test_numbered_duplicates_have_ids_of_their_own_across_batches():
    """The rows of two batches are numbered through."""
    count = 70_000
    out = generate_unique_row_ids(pd.DataFrame({"a": ["x"] * count}), duplicates="number")
    assert out["row_id"].nunique() == count
    assert out["row_id"][0] == rowid.row_id(["x"])


def test_the_policies_refuse_and_name_rows():
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": [1.0, None, 1.0]})
    with pytest.raises(DuplicateRowError, match="row 3 repeats row 1"):
        generate_unique_row_ids(frame, ["a", "b"], duplicates="reject")
    with pytest.raises(NullKeyError, match="column 'b': null in row 2"):
        generate_unique_row_ids(frame, ["a", "b"], nulls="reject")


def test_a_keyed_id_needs_the_secret_and_differs_from_the_plain_one(monkeypatch):
    frame = pd.DataFrame({"a": ["x"]})
    for value, message in ((None, "it is not set"), ("%%%", "not base64"), ("", "it is not set")):
        monkeypatch.setenv("ROWID_K", value) if value is not None else monkeypatch.delenv("ROWID_K", raising=False)
        with pytest.raises(SecretError, match=message) as caught:
            generate_unique_row_ids(frame, key_env="ROWID_K")
        assert not value or value not in str(caught.value)
    monkeypatch.setenv("ROWID_K", "c2VjcmV0")
    assert generate_unique_row_ids(frame, key_env="ROWID_K")["row_id"][0] != generate_unique_row_ids(frame)["row_id"][0]


def test_a_recipe_and_the_same_options_cannot_both_decide():
    frame = pd.DataFrame(COLUMNS)
    recipe = Recipe(ORDER, form="uuid", id_column="id")
    assert generate_unique_row_ids(frame, recipe=recipe).columns[-1] == "id"
    assert generate_unique_row_ids(frame, recipe=recipe, id_column_name="other").columns[-1] == "other"
    with pytest.raises(UsageError, match="recipe and columns, form are both given"):
        generate_unique_row_ids(frame, ORDER, recipe=recipe, form="hex2")


def test_the_audit_trail_says_what_was_done():
    frame = pd.DataFrame({"a": ["x", "y", "x", None]})
    out, trail = generate_unique_row_ids(frame, nulls="null", return_audit_trail=True)
    assert (trail.rows_in, trail.rows_out, trail.distinct_ids) == (4, 4, 2)
    assert (trail.duplicate_rows, trail.null_ids, trail.collisions) == (1, 1, 0)
    lines = "".join(f"{'' if pd.isna(one) else one}\n" for one in out["row_id"])
    assert trail.output_fingerprint == hashlib.sha256(lines.encode()).hexdigest()
    assert trail.recipe == {"spec": "rowid v1", "columns": ["a"], "nulls": "null"}
    assert set(trail.phases) == {"read", "canonicalise", "hash", "check", "write"}
    assert trail.versions["spec"] == "rowid v1"
    assert sum(trail.phases.values()) <= trail.elapsed_s


def test_the_source_fingerprint_depends_on_content_alone():
    trails = [generate_unique_row_ids(frame, ORDER, return_audit_trail=True)[1] for frame in frames()]
    assert len({trail.source_fingerprint for trail in trails}) == 1


def test_progress_counts_up_to_all_rows():
    seen = []
    generate_unique_row_ids(pd.DataFrame({"a": range(150_000)}), progress=seen.append)
    assert [one.rows_done for one in seen] == sorted({one.rows_done for one in seen})
    assert seen[-1].rows_done == seen[-1].rows_total == 150_000
    assert len(seen) > 1
    assert {one.phase for one in seen} == {"hash"}


@pytest.mark.parametrize("data", [[1], {"a": [1]}, None, "file.csv", pl.LazyFrame({"a": [1]}), pd.Series([1])])
def test_what_is_no_table_is_refused_with_advice(data):
    with pytest.raises(RowIdError, match="not a table") as caught:
        generate_unique_row_ids(data)
    assert caught.value.hint


def test_a_column_that_is_not_there_is_named_with_its_nearest():
    with pytest.raises(ColumnError, match=r"column 'mial': no such column\. Did you mean 'mail'"):
        generate_unique_row_ids(pd.DataFrame(COLUMNS), ["mial"])


def test_two_columns_of_one_name_are_refused_where_they_are_in_the_key():
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    with pytest.raises(ColumnError, match="column 'a': two columns have this name"):
        generate_unique_row_ids(frame, ["a"])
    assert generate_unique_row_ids(frame, ["b"])["row_id"][0] == rowid.row_id([3])


def test_lone_surrogates_nested_values_and_foreign_objects_are_refused_by_column_and_row():
    for values, reason in ((["a", "\ud800"], "not valid UTF-8"), ([1, [2]], "list"), ([1, object()], "object")):
        with pytest.raises(CanonicalError, match=r"column 'o': 1 value is .*\(row 2\)") as caught:
            generate_unique_row_ids(pd.DataFrame({"o": pd.Series(values, dtype=object)}))
        assert reason in str(caught.value)


def test_one_row_of_values_by_position_and_by_name():
    assert rowid.row_id(["alice@example.com", None, 42]) == ALICE
    assert rowid.row_id({"n": 42, "mail": "alice@example.com", "name": None}, Recipe(ORDER)) == ALICE
    assert rowid.row_id([None], Recipe(["a"], nulls="null")) is None
    with pytest.raises(UsageError, match="2 values for 3 key columns"):
        rowid.row_id([1, 2], Recipe(ORDER))
    with pytest.raises(ColumnError, match="column 'name'"):
        rowid.row_id({"mail": 1, "n": 1}, Recipe(ORDER))
    with pytest.raises(UsageError, match=r"write \[value\]"):
        rowid.row_id("abc")


def test_a_row_has_its_id_while_another_thread_imports_pandas(monkeypatch):
    expected = rowid.row_id([1, "Ann"])
    monkeypatch.setitem(sys.modules, "pandas", types.ModuleType("pandas"))
    assert rowid.row_id([1, "Ann"]) == expected
