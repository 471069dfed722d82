"""Memory of large results is used again, and no longer than anybody looks at it."""

import gc

import numpy as np
import pyarrow as pa
import pytest

from rowid.engine import HashingEngine
from rowid.kernel import pages
from rowid.recipe import Recipe

ROWS = pages.LARGE // 64


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(pages, "_kept", pages._Kept())


def _sizes() -> list[int]:
    return [len(one) for one in pages._kept._all]


def test_small_results_come_from_the_pool_and_leave_nothing():
    small = pages.room(3 * 64)
    pages.touch(small.address, small.size)
    assert (small.size, small.is_mutable, pages.room(0).size) == (3 * 64, True, 0)
    del small
    assert _sizes() == []


def test_what_was_given_back_is_used_again():
    first = pages.room(pages.LARGE + 9)
    pages.touch(first.address + 1000, first.size - 2000)
    filled = np.frombuffer(first, np.uint8)
    filled[:] = 7
    assert filled.sum(dtype=int) == 7 * (pages.LARGE + 9)
    address = first.address
    part = first.slice(10, 20)
    del first, filled
    assert _sizes() == []  # somebody still looks at a part of it
    del part
    assert _sizes() == [pages.LARGE + 2**21]
    again = pages.room(pages.LARGE)
    assert (again.address, _sizes()) == (address, [])
    assert pages.room(pages.LARGE).address != address


def test_a_small_result_does_not_hold_a_block_that_is_far_too_large():
    large = pages.room(3 * pages.LARGE)
    address = large.address
    del large
    assert pages.room(pages.LARGE).address != address


def test_no_more_is_kept_than_the_bound(monkeypatch):
    monkeypatch.setattr(pages, "KEPT", 2 * pages.LARGE)
    blocks = [pages.room(pages.LARGE) for _ in range(4)]
    too_large = pages.room(3 * pages.LARGE)
    blocks.clear()
    del too_large
    assert _sizes() == [pages.LARGE] * 2


def test_results_share_their_offsets_and_nobody_can_change_them():
    def ids(rows: int) -> pa.Array:
        return HashingEngine(Recipe(["n"])).hash(pa.record_batch({"n": pa.array(range(rows))}))

    few, many, fewer, none = ids(10), ids(70_000), ids(3), ids(0)
    assert many[:10].equals(few)
    assert fewer.equals(few[:3])
    assert len(none) == 0
    assert fewer.buffers()[1].address == many.buffers()[1].address
    assert not many.buffers()[1].is_mutable
    for one in (few, many, fewer, none):
        one.validate(full=True)


def test_ids_outlive_the_engine_that_made_them():
    """Two results at a time, made one after the other: the second does not write over the first."""
    numbers = pa.record_batch({"n": np.arange(ROWS + 1)})
    others = pa.record_batch({"n": np.arange(1, ROWS + 2)})
    recipe = Recipe(["n"])
    first = HashingEngine(recipe, strategy="parallel").hash(numbers)
    second = HashingEngine(recipe, strategy="parallel").hash(others)
    gc.collect()
    assert first[1:].equals(second[:-1])
    assert first[0] != second[0]


def test_rows_that_are_left_to_the_reference_find_their_place_in_a_large_result():
    floats = np.arange(ROWS + 1) / 4
    floats[-1] = 1e300 / 7
    recipe = Recipe(["f"])
    ids = HashingEngine(recipe, strategy="parallel").hash(pa.record_batch({"f": floats}))
    last = pa.record_batch({"f": floats[-1:]})
    assert ids[-1] == HashingEngine(recipe, strategy="simple").hash(last)[0]
