"""The threads that help with a call: what they are given, what they raise, and where there are none."""

import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest

from rowid import kernel
from rowid.engine import HashingEngine
from rowid.kernel import crew
from rowid.recipe import Recipe


@pytest.fixture
def own():
    """A crew that nobody else calls."""
    kernel.load()
    crew_ = crew.Crew(kernel._compiled())
    yield crew_
    crew_.leave()


def test_every_share_is_done_when_the_call_returns(own):
    taken, stock, lock = [], iter(range(1000)), threading.Lock()

    def work(number):
        for one in stock:
            with lock:
                taken.append((number, one))

    own.share(work, 4)
    assert sorted(one for _, one in taken) == list(range(1000))


def test_shares_go_on_side_by_side(own):
    together = threading.Barrier(3)
    own.share(lambda number: together.wait(timeout=20), 3)
    assert not together.broken


def test_a_share_that_nobody_was_free_to_begin_is_left_out(own):
    """Two callers and one thread: neither waits for what the other one has given to it."""
    hold, begun, numbers = threading.Event(), threading.Barrier(2), []

    def long(number):
        if number:
            begun.wait(timeout=20)
            hold.wait(timeout=20)

    busy = crew._Share(long, 1)
    own._grown(1)
    own._give([busy])
    begun.wait(timeout=20)
    other = crew._Share(numbers.append, 1)
    own._give([other])
    assert other.outcome() is None
    hold.set()
    assert busy.outcome() is None
    own.share(lambda number: None, 1)
    assert numbers == []


def test_what_a_share_raises_is_raised_when_all_are_done(own):
    ended, together = [], threading.Barrier(2)

    def work(number):
        together.wait(timeout=20)
        if number:
            raise LookupError("in a thread")
        ended.append(number)

    with pytest.raises(LookupError, match="in a thread"):
        own.share(work, 2)
    assert ended == [0]


def test_where_no_thread_is_to_be_had_the_caller_does_it_all(own, monkeypatch):
    """A container may limit its processes and threads."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    numbers = []
    own.share(numbers.append, 4)
    assert numbers == [0]
    assert own._shares.empty()
    assert (own.summon(3), own._calling.locked()) == (0, False)


def test_helpers_take_their_part_of_a_call(own, monkeypatch):
    monkeypatch.setattr(kernel, "_crew", lambda: own)
    batch = pa.record_batch({"n": range(400_000)})
    ids = HashingEngine(Recipe(["n"]), strategy="parallel", threads=2).hash(batch)
    (helper,) = own._threads
    before = _spent_s(helper)
    for _ in range(5):
        assert HashingEngine(Recipe(["n"]), strategy="parallel", threads=2).hash(batch).equals(ids)
    assert _spent_s(helper) - before > 0.005


def test_a_call_waits_for_the_helper_with_the_longest_row(own, monkeypatch):
    """It takes milliseconds to hash, and is the last that is taken."""
    monkeypatch.setattr(kernel, "_crew", lambda: own)
    for letter in "abcdefghijklmnopqrst":  # a result may lie where the one before it lay
        batch = pa.record_batch({"s": ["x"] * 8191 + [letter * 1_500_000]})
        last = HashingEngine(Recipe(["s"]), strategy="simple").hash(batch.slice(8191))[0]
        assert HashingEngine(Recipe(["s"]), strategy="parallel", threads=2).hash(batch)[-1] == last


def test_those_who_were_summoned_for_nothing_rest(own):
    helpers = own.summon(2)
    time.sleep(0.3)
    spent = [_spent_s(thread) for thread in own._threads]
    own.dismiss()
    assert helpers == 2
    assert max(spent) < 0.1


def test_helpers_are_of_one_call_at_a_time(own):
    assert own.summon(2) == 2
    assert own.summon(1) == 0
    own.dismiss()
    assert own.summon(1) == 1
    own.dismiss()


def test_many_callers_get_their_own_rows(own, monkeypatch):
    monkeypatch.setattr(kernel, "_crew", lambda: own)
    tables = [pa.record_batch({"s": [f"{caller} {row}" for row in range(9000)]}) for caller in range(4)]
    expected = [HashingEngine(Recipe(["s"]), strategy="simple").hash(table) for table in tables]
    wrong = []

    def call(number: int) -> None:
        for _ in range(50):
            ids = HashingEngine(Recipe(["s"]), strategy="parallel", threads=3).hash(tables[number])
            if not ids.equals(expected[number]):
                wrong.append(number)

    callers = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert wrong == []


def test_where_threads_cannot_wait_in_compiled_code_they_wait_in_python(monkeypatch):
    kernel.load()
    monkeypatch.setattr(crew, "STANDS_BY", False)
    others = crew.Crew(kernel._compiled())
    monkeypatch.setattr(kernel, "_crew", lambda: others)
    batch = pa.record_batch({"n": range(400_000)})
    ids = HashingEngine(Recipe(["n"]), strategy="parallel", threads=2).hash(batch)
    assert ids.equals(HashingEngine(Recipe(["n"]), strategy="batch").hash(batch))
    (helper,) = others._threads
    assert _spent_s(helper) > 0.001
    others.leave()
    assert not helper.is_alive()


def _spent_s(thread: threading.Thread) -> float:
    """The processor's time that a thread has taken."""
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


FORKED = """
import os, pyarrow as pa, rowid
batch = pa.record_batch({"n": range(100_000)})
ids = rowid.HashingEngine(rowid.Recipe(["n"]), strategy="parallel", threads=2).hash(batch)
child = os.fork()
if not child:
    same = rowid.HashingEngine(rowid.Recipe(["n"]), strategy="parallel", threads=2).hash(batch).equals(ids)
    os._exit(0 if same else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_has_threads_of_its_own():
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "0\n"
