"""Ctrl-C while a database works: the statement is cancelled there, and does not go on until it is done."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from rowid.databases.protocol import Database
from rowid.errors import Cancelled

T = TypeVar("T")

_AGAIN_S = 0.2


def interruptible(work: Callable[[], T], cancel: Callable[[], object]) -> T:
    """Does it in a thread of its own when asked by the main one, where a driver's C code may not let a Ctrl-C through.

    Args:
        work: what is to be done.
        cancel: ends it, called from another thread, until it has ended: it may come before the statement does.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    doing: Future[T] = Future()
    begins = threading.Lock()

    def do() -> None:
        if begins.acquire(blocking=False):
            try:
                doing.set_result(work())
            except BaseException as error:  # noqa: BLE001  raised to whoever asked
                doing.set_exception(error)

    try:
        threading.Thread(target=do, name="rowid-database").start()  # a Ctrl-C may come while this waits for the start
        while not doing.done():
            wait([doing], _AGAIN_S)  # not for ever: a signal that another thread receives does not end a wait
    except KeyboardInterrupt:
        if not begins.acquire(blocking=False):  # else it has not begun, and never will
            while not doing.done():
                cancel()
                wait([doing], _AGAIN_S)
        raise
    return doing.result()


def commit(database: Database, table: str, hint: str) -> None:
    """Commits what was done to ``table``.

    Raises:
        Cancelled: it was interrupted, which leaves open whether it was done; ``hint`` says how to find out.
    """
    try:
        database.commit()
    except KeyboardInterrupt:
        what = "interrupted while it was committed; it is not known whether the table holds the rows"
        raise Cancelled(what, where=table, hint=hint) from None
