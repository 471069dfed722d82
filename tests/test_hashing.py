"""Every strategy gives the same IDs, the same errors, the same counts."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rowid
from rowid import hashing, kernel, tuning
from rowid.engine import HashingEngine
from rowid.errors import CanonicalError, ColumnError, DuplicateRowError, NullKeyError, UsageError
from rowid.recipe import FORMS, Recipe
from tests.strategies import batches

STRATEGIES = ("simple", "batch", "parallel")
ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def untuned():
    """Costs are remembered for the process."""
    tuning.costs.cache_clear()
    yield
    tuning.costs.cache_clear()


def outcomes(batch: pa.RecordBatch, recipe: Recipe) -> list:
    """What each strategy makes of a batch, given twice in a row: IDs and counts, or the error."""
    found = []
    for strategy in STRATEGIES:
        engine = HashingEngine(recipe, strategy=strategy)
        try:
            ids = [engine.hashed(batch).ids.to_pylist() for _ in range(2)]
        except (CanonicalError, NullKeyError, DuplicateRowError) as error:
            found.append((type(error), str(error)))
        else:
            found.append((ids, engine.rows_with_null, engine.uniqueness.distinct))
    return found


@given(
    batches(max_rows=30), st.sampled_from(FORMS), st.sampled_from(["keep", "number"]), st.sampled_from(["hash", "null"])
)
def test_all_strategies_agree_on_ids_and_counts(batch, form, duplicates, nulls):
    simple, one, all_ = outcomes(batch, Recipe(batch.schema.names, form=form, duplicates=duplicates, nulls=nulls))
    assert simple == one == all_


@given(batches(max_rows=30), st.sampled_from([("reject", "hash"), ("keep", "reject")]))
def test_all_strategies_refuse_the_same_rows(batch, policies):
    duplicates, nulls = policies
    simple, one, all_ = outcomes(batch, Recipe(batch.schema.names, duplicates=duplicates, nulls=nulls))
    assert simple == one == all_


@given(batches(max_rows=30))
def test_all_strategies_agree_under_a_secret(batch):
    os.environ["ROWID_TEST_KEY"] = "c2VjcmV0"
    simple, one, all_ = outcomes(batch, Recipe(batch.schema.names, key_env="ROWID_TEST_KEY"))
    assert simple == one == all_


RULES = [
    {"types": {"c": "number"}},
    {"types": {"c": "text"}, "normalise": {"c": ["trim", "lower"]}},
    {"normalise": {"c": ["empty_as_null"]}},
    {"decimals": {"c": 1}, "types": {"c": "number"}},
]


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_all_strategies_follow_a_columns_rule(rules):
    batch = pa.record_batch(
        {"c": ["1.50", " 2 ", "", "3", None] if "number" not in str(rules) else ["1.55", "2", None, "-0"]}
    )
    simple, one, all_ = outcomes(batch, Recipe(["c"], **rules))
    assert simple == one == all_
    assert len(simple) == 3


def test_a_value_without_text_is_named_by_its_row_whatever_the_strategy():
    days = pa.array([0, 1, 10**7, 3], pa.int32()).view(pa.date32())
    batch = pa.record_batch({"d": pa.concat_arrays([days] * 5)})
    found = outcomes(batch, Recipe(["d"]))
    assert found == [(CanonicalError, found[0][1])] * 3
    assert "(rows 3, 7, 11, 15, 19)" in found[0][1]
    with pytest.raises(ColumnError, match="column 'l'"):
        HashingEngine(Recipe(["l"]), strategy="batch").hash(pa.record_batch({"l": [[1]]}))


def test_rows_that_the_kernel_leaves_are_done_by_the_reference():
    values = [0.1 + 0.2, 1e22, 5e-324, float("inf"), None, *([1.5] * 300)]
    batch = pa.record_batch({"x": values, "d": pa.array([date(2024, 1, 1)] * len(values))})
    left = kernel.hashed(batch, Recipe(["x", "d"]), None).left
    assert left.sum() == 4
    simple, one, all_ = outcomes(batch, Recipe(["x", "d"]))
    assert simple == one == all_


def test_views_as_polars_makes_them_can_be_numbered_and_patched():
    """Arrow takes no rows from a view column."""
    batch = pa.record_batch(
        {
            "s": pa.array(["a", "b", "a"] * 5, pa.string_view()),
            "x": [1.5, 1 / 3, 1.5] * 5,
            "y": pa.array([b"k"] * 15, pa.binary_view()),
        }
    )
    simple, one, all_ = outcomes(batch, Recipe(batch.schema.names, duplicates="number"))
    assert simple == one == all_
    assert len(set(simple[0][0] + simple[0][1])) == 30


@pytest.fixture
def unloaded(monkeypatch):
    """As if the kernel were not in this process yet."""
    monkeypatch.setattr(kernel, "is_loaded", lambda: False)
    monkeypatch.setattr(hashing.Hasher, "spent_s", 0.0)


def test_a_kernel_that_is_loaded_is_used_for_few_rows_too():
    kernel.load()
    engine = HashingEngine(Recipe(["n"]))
    engine.hash(pa.record_batch({"n": [1]}))
    assert engine.hasher.used != "simple"
    assert engine.hasher.reason == "the kernel is loaded already"


def test_with_the_kernel_a_table_is_hashed_in_one_go(monkeypatch):
    """IDs of pieces would have to be put together: a copy of all of them."""
    kernel.load()
    engine, given = HashingEngine(Recipe(["n"])), []
    digested = engine.hasher.digested
    monkeypatch.setattr(
        engine.hasher,
        "digested",
        lambda batch, *row, **wants: given.append(len(batch)) or digested(batch, *row, **wants),
    )
    assert len(engine.hash(pa.record_batch({"n": range(100_000)}))) == 100_000
    assert given == [100_000]


@pytest.mark.usefixtures("unloaded")
def test_few_rows_are_not_worth_the_kernel_and_many_are(monkeypatch):
    engine = HashingEngine(Recipe(["n"]))
    engine.hash(pa.record_batch({"n": [1]}))
    assert "before the kernel would be loaded" in engine.hasher.reason
    monkeypatch.setattr(kernel, "is_kept", lambda: False)
    engine.hasher.expect(1_000_000)
    engine.hash(pa.record_batch({"n": [1]}))
    assert "before the kernel would be compiled" in engine.hasher.reason
    monkeypatch.setattr(kernel, "is_kept", lambda: True)
    engine.hash(pa.record_batch({"n": [1]}))
    assert "worth loading the kernel" in engine.hasher.reason


@pytest.mark.usefixtures("unloaded")
def test_the_kernel_is_taken_in_the_middle_of_a_batch_whose_rows_turn_out_to_be_dear(monkeypatch):
    """The costs say that 100,000 rows are cheap; those of the first rows say otherwise."""
    monkeypatch.setattr(kernel, "is_kept", lambda: True)
    monkeypatch.setattr(tuning, "costs", lambda: tuning.Costs(reference_s=1e-9, load_s=1e-3))
    batch = pa.record_batch({"s": [f"{n:040}" for n in range(100_000)]})
    engine = HashingEngine(Recipe(["s"]))
    ids = engine.hash(batch)
    assert "rows are worth loading the kernel" in engine.hasher.reason
    assert ids.equals(HashingEngine(Recipe(["s"]), strategy="simple").hash(batch))


@pytest.mark.usefixtures("unloaded")
def test_many_small_batches_and_many_small_tables_come_to_the_kernel(monkeypatch):
    """None of them is worth loading it, all together are."""
    monkeypatch.setattr(kernel, "is_kept", lambda: True)
    monkeypatch.setattr(tuning, "costs", lambda: tuning.Costs(load_s=0.02))
    batch, engine = pa.record_batch({"n": range(500)}), HashingEngine(Recipe(["n"]))
    assert "simple" in [(engine.hash(batch), engine.hasher.used)[1] for _ in range(100)]
    assert engine.hasher.used != "simple"
    assert engine.hasher.reason == "500 rows and those before them are worth loading the kernel"
    other = HashingEngine(Recipe(["n"]))
    other.hash(batch)
    assert other.hasher.used != "simple"


@pytest.mark.usefixtures("unloaded")
def test_the_audit_trail_says_which_strategy_was_used_and_why():
    frame = pa.table({"n": [1, 2]})
    _, trail = rowid.generate_unique_row_ids(frame, return_audit_trail=True)
    assert (trail.strategy, trail.strategy_reason) == ("simple", "2 rows are done before the kernel would be loaded")


@pytest.mark.usefixtures("unloaded")
def test_measured_costs_decide_and_a_damaged_file_of_them_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv(tuning.ENVIRONMENT, str(tmp_path / "tuning.json"))
    tuning.costs.cache_clear()
    (tmp_path / "tuning.json").write_text('{"reference_s": 1.0, "load_s": 0.5, "compile_s": 1.0}')
    assert tuning.costs() == tuning.Costs(reference_s=1.0, load_s=0.5, compile_s=1.0)
    engine = HashingEngine(Recipe(["n"]))
    engine.hash(pa.record_batch({"n": [1]}))
    assert engine.hasher.used in ("batch", "parallel")
    (tmp_path / "tuning.json").write_text('{"load_s": "much"}')
    tuning.costs.cache_clear()
    assert tuning.costs() == tuning.Costs()


@pytest.mark.usefixtures("unloaded")
def test_a_strategy_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="It is one of auto, simple, batch, parallel"):
        HashingEngine(Recipe(["n"]), strategy="fast")


def test_a_system_that_tells_no_affinity_has_all_its_processors(monkeypatch):
    """MacOS and Windows do not say which processors a process may use."""
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    batch = pa.record_batch({"n": [1, 2]})
    assert (
        HashingEngine(Recipe(["n"]), strategy="parallel")
        .hash(batch)
        .equals(HashingEngine(Recipe(["n"]), strategy="simple").hash(batch))
    )


def test_a_column_from_which_nothing_can_be_taken_does_no_harm_outside_the_key():
    lists = pa.array([[1], [2], [1]], pa.list_view(pa.int8()))
    batch = pa.record_batch({"x": [1 / 3, 1 / 3, 2.5], "l": lists})
    simple, one, all_ = outcomes(batch, Recipe(["x"], duplicates="number"))
    assert simple == one == all_


@pytest.mark.usefixtures("unloaded")
def test_without_numba_the_reference_does_it_all(monkeypatch):
    monkeypatch.setattr(hashing, "find_spec", lambda name: None)
    engine = HashingEngine(Recipe(["n"]))
    engine.hasher.expect(10**9)
    assert (
        engine.hash(pa.record_batch({"n": [1]})).to_pylist()
        == HashingEngine(Recipe(["n"])).hash(pa.record_batch({"n": [1]})).to_pylist()
    )
    assert engine.hasher.reason == "numba is not installed"


def test_another_processor_and_a_cache_that_cannot_be_written_change_nothing():
    """The kernel is compiled for a plain x86-64 or ARM without any extension, and cannot be kept."""
    environment = os.environ | {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "ROWID_CACHE": "/dev/null/no",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/kernel/test_kernel.py"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
