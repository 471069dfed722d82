"""The threads that help with a call: what they are given, what they raise, and where there are none."""

import subprocess
import sys
import threading

import pytest

from rowid.kernel import crew


def test_every_share_is_done_when_the_call_returns():
    taken, stock, lock = [], iter(range(1000)), threading.Lock()

    def work(number):
        for one in stock:
            with lock:
                taken.append((number, one))

    crew.shared(work, 4)
    assert sorted(one for _, one in taken) == list(range(1000))


def test_shares_go_on_side_by_side():
    together = threading.Barrier(3)
    crew.shared(lambda number: together.wait(timeout=20), 3)
    assert not together.broken


def test_a_share_that_nobody_was_free_to_begin_is_left_out():
    """Two callers and one thread: neither waits for what the other one has given to it."""
    hold, begun, numbers = threading.Event(), threading.Barrier(2), []
    small = crew._Crew()

    def long(number):
        if number:
            begun.wait(timeout=20)
            hold.wait(timeout=20)

    busy = crew._Share(long, 1)
    small.give([busy])
    begun.wait(timeout=20)
    other = crew._Share(numbers.append, 1)
    small._shares.put(other)
    assert other.outcome() is None
    hold.set()
    assert busy.outcome() is None
    small.leave()
    assert numbers == []


def test_what_a_share_raises_is_raised_when_all_are_done():
    ended, together = [], threading.Barrier(2)

    def work(number):
        together.wait(timeout=20)
        if number:
            raise LookupError("in a thread")
        ended.append(number)

    with pytest.raises(LookupError, match="in a thread"):
        crew.shared(work, 2)
    assert ended == [0]


def test_where_no_thread_is_to_be_had_the_caller_does_it_all(monkeypatch):
    """A container may limit its processes and threads."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(crew, "_crew", crew._Crew())
    numbers = []
    crew.shared(numbers.append, 4)
    assert numbers == [0]
    assert crew._crew._shares.empty()


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
