"""A Ctrl-C while a database works, at the moments that are hard to meet."""

import threading
import time

import pytest

from rowid.databases.interruptible import interruptible


@pytest.fixture
def interrupted_at_the_start(monkeypatch):
    """A Ctrl-C in the main thread while it waits for the thread that it started."""
    start = threading.Thread.start

    def interrupted(thread):
        start(thread)
        time.sleep(0.1)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)


@pytest.mark.usefixtures("interrupted_at_the_start")
def test_what_has_begun_is_cancelled_and_waited_for():
    cancelled, ended = threading.Event(), threading.Event()

    def work():
        cancelled.wait(10)
        time.sleep(0.1)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        interruptible(work, cancelled.set)
    assert ended.is_set()


def test_what_has_not_begun_never_does(monkeypatch):
    threads, done = [], []

    def interrupted(thread):
        threads.append(thread)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            interruptible(lambda: done.append("work"), lambda: done.append("cancel"))
    (thread,) = threads
    thread.start()
    thread.join()
    assert done == []


def test_what_fails_fails_here():
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 / 0, lambda: None)
