"""Counting in bounded memory equals counting by hand, however little memory there is."""

import hashlib
import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from rowid import digest
from rowid.checks import DistinctIds, Limits, Occurrences, Repeat, Uniqueness, grouping, uniqueness
from rowid.errors import ScratchError
from tests.disks import files_no_larger_than


def _keys(values, width=32):
    raw = b"".join(hashlib.sha512(str(value).encode()).digest()[:width] for value in values)
    return np.frombuffer(raw, np.uint8).reshape(-1, width)


def _limits(rows, width=32, directory=None):
    return Limits(memory=rows * (width + 32), directory=directory)


class _ByHand:
    """The same counts by a dictionary."""

    def __init__(self, keys, skip):
        self.numbers, self.repeats, self.first = [1] * len(keys), [], {}
        self.count = Counter()
        for row, key in enumerate(map(bytes, keys)):
            if skip is not None and skip[row]:
                continue
            self.count[key] += 1
            self.numbers[row] = self.count[key]
            if self.first.setdefault(key, row) != row:
                self.repeats.append(Repeat(row + 1, self.first[key] + 1))

    def largest(self, limit):
        groups = sorted((-size, self.first[key], key) for key, size in self.count.items() if size > 1)
        return [(key, -size) for size, _, key in groups[:limit]]


def _cases(seed, how_many):
    rng = random.Random(seed)
    for _ in range(how_many):
        width = rng.choice([8, 16, 32])
        values = [rng.randrange(rng.choice([1, 3, 20, 1000])) for _ in range(rng.randrange(120))]
        keys = _keys(values, width).copy()
        keys[:, : rng.choice([0, 0, 4, 7])] = 0  # keys that agree in what they are sorted by
        skip = np.array([rng.random() < 0.2 for _ in values], bool) if rng.random() < 0.5 else None
        yield rng, keys, skip, _limits(rng.choice([1, 2, 7, 30, 200]), width)


def _add(rng, unique, keys, skip):
    at = 0
    while at < len(keys):
        end = at + rng.randrange(1, 40)
        unique.add(keys[at:end], None if skip is None else skip[at:end])
        at = end


@pytest.fixture(params=[None, 8])
def cached(request, monkeypatch):
    """Keys that are sorted at a time: as many as ever, or so few that some are sorted in parts."""
    if request.param:
        for module in (grouping, uniqueness):
            monkeypatch.setattr(module, "CACHED", request.param)


@pytest.mark.usefixtures("cached")
def test_counts_are_those_by_hand_in_any_memory():
    for rng, keys, skip, limits in _cases(1, 250):
        known = _ByHand(keys, skip)
        with Uniqueness(limits, width=keys.shape[1]) as unique:
            _add(rng, unique, keys, skip)
            assert (unique.rows, unique.distinct) == (len(keys), len(known.count))
            assert unique.surplus == sum(known.count.values()) - len(known.count)
            assert unique.groups == sum(size > 1 for size in known.count.values())
            assert unique.largest == max(known.count.values(), default=0)
            assert unique.repeats == known.repeats[:5]
            limit = rng.randrange(1, 6)
            assert list(unique.largest_groups(limit).items()) == known.largest(limit)
            repeated = [bytes(key) for portion in unique.repeated_keys() for key in portion]
            assert sorted(repeated) == sorted(key for key, size in known.count.items() if size > 1)


@pytest.mark.usefixtures("cached")
def test_numbers_are_those_by_hand_in_any_memory():
    for rng, keys, skip, limits in _cases(2, 250):
        known = _ByHand(keys, skip)
        with Uniqueness(limits, width=keys.shape[1], numbered=True) as unique:
            _add(rng, unique, keys, skip)
            numbers, got, at = unique.numbers(), [], 0
            while at < len(keys):
                end = at + rng.randrange(1, 40)
                got += numbers.next(keys[at:end]).tolist()
                at = end
            assert numbers.complete()
        assert got == known.numbers
        assert Occurrences().next(keys, skip).tolist() == known.numbers


def test_counts_may_be_asked_for_in_between():
    with Uniqueness(_limits(3)) as unique:
        for row in range(20):
            unique.add(_keys([row % 7]))
            assert unique.distinct == min(row + 1, 7)
            assert unique.surplus == max(0, row - 6)


def test_numbers_know_other_rows_from_those_that_were_counted():
    with Uniqueness(_limits(2), numbered=True) as unique:
        unique.add(_keys([1, 2, 3, 1]))
        for other in ([1, 2, 3], [1, 2, 3, 1, 1], [1, 2, 1, 3]):
            numbers = unique.numbers()
            numbers.next(_keys(other))
            assert not numbers.complete()


def test_keys_that_differ_in_a_single_bit_are_different():
    one = _keys([1])
    others = np.repeat(one, 257, axis=0)
    for bit in range(256):
        others[bit + 1, bit // 8] ^= 1 << bit % 8
    for rows in (10, 1000):
        with Uniqueness(_limits(rows)) as unique:
            unique.add(others)
            assert (unique.distinct, unique.groups) == (257, 0)
            unique.add(others)
            assert (unique.distinct, unique.groups, unique.largest) == (257, 257, 2)


def test_repeated_rows_take_no_disk_of_their_own():
    """A hundred thousand equal rows, a thousand at a time, are a hundred records."""
    with Uniqueness(_limits(1000)) as unique:
        for _ in range(1000):
            unique.add(_keys([1] * 100))
        assert unique.largest == 100_000
        assert unique._scratch.size < 10_000


def test_what_memory_holds_is_not_written(monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **given: pytest.fail("it was written"))
    with Uniqueness(_limits(1000)) as unique:
        unique.add(_keys(range(1000)))
        assert unique.distinct == 1000


def test_the_temporary_file_goes_where_it_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    """It is closed, and nameless or gone, at the end and after an error."""
    for fails in (False, True):
        try:
            with Uniqueness(_limits(10, directory=tmp_path)) as unique:
                unique.add(_keys(range(100)))
                file = unique._scratch._file
                assert not file.closed
                if fails:
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert fails
        assert file.closed
        assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there_is_told(tmp_path):
    told = pytest.raises(ScratchError, match=r"nowhere.*No such file.*TMPDIR")
    with Uniqueness(_limits(10, directory=tmp_path / "nowhere")) as unique, told:
        unique.add(_keys(range(100)))


def test_a_disk_without_room_is_told_and_given_back(tmp_path):
    """The system's limit on the size of a file stands for the end of the disk."""
    keys = _keys(range(300))
    with Uniqueness(_limits(10, directory=tmp_path)) as unique:
        with files_no_larger_than(4096), pytest.raises(ScratchError, match="File too large") as caught:
            unique.add(keys)
        file = unique._scratch._file
    assert file.closed
    assert caught.value.exit_code == 4
    assert "40 bytes a row" in caught.value.hint


@pytest.mark.parametrize("form", ["uuid", "int64"])
def test_distinct_ids_are_those_by_hand(form):
    rng = random.Random(form)
    for memory in (300, None):
        for _ in range(20):
            digests = _keys(rng.randrange(50) for _ in range(100))
            null = np.array([rng.random() < 0.1 for _ in range(100)])
            ids = digest.rendered(digests, form, null)
            counted = DistinctIds(form, Limits(memory=memory))
            counted.add(ids.slice(0, 37))
            counted.add(ids.slice(37))
            counted.add(ids.slice(0, 0))
            assert counted.distinct == len(set(ids.drop_null().to_pylist()))
            counted.close()


def test_distinct_ids_look_at_every_digit_of_a_uuid():
    nil = "00000000-0000-8000-8000-000000000000"
    ids = {nil[:at] + digit + nil[at + 1 :] for at in range(36) if nil[at] != "-" for digit in "0123456789abcdef"}
    for type_ in (pa.string(), pa.large_string()):
        counted = DistinctIds("uuid")
        counted.add(pa.array([*ids, *ids], type_))
        assert counted.distinct == len(ids) == 32 * 15 + 1
        counted.close()
