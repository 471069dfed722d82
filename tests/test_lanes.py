"""Work beside whoever asked for it keeps its order, its errors and its bounds."""

import threading
from functools import partial

import pytest

from rowid.lanes import Lane, ahead, spread


def test_a_lane_works_in_order_in_one_other_thread():
    done, threads = [], set()

    def work(number):
        done.append(number)
        threads.add(threading.get_ident())

    with Lane("test") as lane:
        for number in range(20):
            lane.give(work, number)
        lane.finish()
    assert done == list(range(20))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_lane_lets_nobody_run_further_ahead_than_two_pieces():
    go, given = threading.Event(), []

    def give(lane):
        for number in range(5):
            lane.give(go.wait, 60)
            given.append(number)

    with Lane("test") as lane:
        giver = threading.Thread(target=give, args=(lane,))
        giver.start()
        giver.join(0.2)
        assert given == [0, 1]
        go.set()
        giver.join()
    assert given == [0, 1, 2, 3, 4]


def test_what_a_piece_raises_comes_out_and_nothing_is_begun_after_it():
    done = []

    def work(number):
        if number == 2:
            raise KeyError(number)
        done.append(number)

    with Lane("test") as lane:
        for number in range(4):
            lane.give(work, number)
        with pytest.raises(KeyError):
            lane.finish()
    assert done == [0, 1]


def test_items_come_ahead_in_order_from_one_other_thread_that_also_closes():
    seen = []

    def items():
        try:
            for number in range(10):
                seen.append(threading.get_ident())
                yield number
        finally:
            seen.append(("closed", threading.get_ident()))

    assert list(ahead(items())) == list(range(10))
    assert seen[-1] == ("closed", seen[0])
    assert set(seen[:-1]) == {seen[0]} != {threading.get_ident()}


@pytest.mark.parametrize("through", [ahead, partial(spread, int, threads=2)])
def test_an_error_comes_after_the_items_before_it(through):
    def items():
        yield 1
        yield 2
        raise OSError("cut off")

    coming = through(items=items())
    assert [next(coming), next(coming)] == [1, 2]
    with pytest.raises(OSError, match="cut off"):
        next(coming)


@pytest.mark.parametrize("through", [ahead, partial(spread, int, threads=2)])
def test_who_stops_early_closes_what_is_read(through):
    closed = threading.Event()

    def items():
        try:
            while True:
                yield 1
        finally:
            closed.set()

    coming = through(items=items())
    next(coming)
    coming.close()
    assert closed.is_set()


def test_work_is_spread_over_threads_and_what_it_makes_comes_in_the_order_of_the_items():
    both, seen = threading.Barrier(2), []

    def items():
        try:
            for number in range(10):
                seen.append(threading.get_ident())
                yield number
        finally:
            seen.append(("closed", threading.get_ident()))

    def work(number):
        both.wait(60)  # two at a time, or nobody gets past
        return number, threading.get_ident()

    made = list(spread(work, items(), 2))
    assert [number for number, _ in made] == list(range(10))
    workers = {thread for _, thread in made}
    assert len(workers) == 2
    assert seen[-1] == ("closed", seen[0])
    assert not {*seen[:-1], threading.get_ident()} & workers


def test_no_more_is_begun_than_one_piece_for_each_thread_and_one_more():
    begun = []

    def items():
        for number in range(20):
            begun.append(number)
            yield number

    coming = spread(str, items(), 3)
    assert [next(coming) for _ in range(5)] == ["0", "1", "2", "3", "4"]
    assert len(begun) <= 4 + 4
    coming.close()


def test_what_spread_work_raises_comes_in_its_turn_whoever_is_first():
    go = threading.Event()

    def items():
        yield 1
        yield 2
        go.set()
        raise OSError("cut off")

    def work(number):
        go.wait(60)
        if number == 2:
            raise KeyError(number)
        return number

    coming = spread(work, items(), 2)
    assert next(coming) == 1
    with pytest.raises(KeyError):
        next(coming)
