"""Partitions hold the rows that some columns do not tell apart, by small codes and by large ones."""

import numpy as np
import pytest

from rowid.keys import partition
from rowid.keys.codes import Codes


def codes_of(*columns, spread=1):
    """Codes of these columns, as if there were ``spread`` times as many different values."""
    arrays = tuple(np.array(column, np.int32) * spread for column in columns)
    names = tuple(f"c{at}" for at in range(len(columns)))
    return Codes(names, arrays, tuple(int(one.max()) + 1 for one in arrays), np.arange(len(columns[0])))


def groups_of(part):
    return {frozenset(part.rows[part.group == one].tolist()) for one in range(part.groups)}


@pytest.mark.parametrize("spread", [1, 40_000])
def test_the_groups_are_those_of_equal_rows(spread):
    """The larger codes go through the table of places, in which different keys share one."""
    rng = np.random.default_rng(3)
    for card in (3, 50, 900, 5_000):
        columns = [rng.integers(0, card, 5_000), rng.integers(0, 4, 5_000), rng.integers(0, card, 5_000)]
        codes = codes_of(*columns, spread=spread)
        part = partition.of(codes, [0, 1, 2])
        _, inverse, counts = np.unique(np.stack(columns), axis=1, return_inverse=True, return_counts=True)
        expected = {frozenset(np.flatnonzero(inverse.ravel() == one).tolist()) for one in np.flatnonzero(counts > 1)}
        assert groups_of(part) == expected
        assert part.surplus == 5_000 - len(counts)
        assert (np.diff(part.rows) > 0).all()


def test_pairs_are_of_equal_rows_and_as_many_as_asked_for_at_most():
    rng = np.random.default_rng(4)
    for card, limit in ((2, 10), (900, 10), (900, 5_000)):
        codes = codes_of(rng.integers(0, card, 5_000))
        one, other = partition.pairs(partition.of(codes, [0]), limit)
        assert 0 < len(one) <= limit
        assert (codes.columns[0][one] == codes.columns[0][other]).all()
        assert (one != other).all()


def test_the_first_rows_tell_already_that_a_column_is_far_from_a_key(monkeypatch):
    monkeypatch.setattr(partition, "_FIRST", 400)
    rng = np.random.default_rng(5)
    codes = codes_of(rng.integers(0, 5, 5_000), rng.integers(0, 5, 5_000))
    part = partition.of(codes, [0])
    far, whole = partition.offenders(part, codes.columns[1], codes.cards[1])
    assert (whole, far.rows.max() < 400) == (False, True)
    near = codes_of(np.arange(5_000) // 2, np.arange(5_000) % 2)
    left, whole = partition.offenders(partition.of(near, [0]), near.columns[1], near.cards[1])
    assert (len(left.rows), whole) == (0, True)
