"""Ctrl-C while a database works: the statement is cancelled there, and does not go on until it is done."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

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
    with ThreadPoolExecutor(1, thread_name_prefix="rowid-database") as thread:
        doing = thread.submit(work)
        try:
            while not doing.done():
                wait([doing], _AGAIN_S)  # not for ever: a signal that another thread receives does not end a wait
        except KeyboardInterrupt:
            while not doing.done():
                cancel()
                wait([doing], _AGAIN_S)
            raise
        return doing.result()
