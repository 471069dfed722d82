"""Ctrl-C and its like: raised once, wherever the program is, so that what is under way can be undone."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_PATIENCE_S = 0.1


class SignalReceived(KeyboardInterrupt):
    """The process was asked to stop; what is under way is undone on the way out, unless it was ``done`` before."""

    def __init__(self, number: int) -> None:
        self.number, self.done = number, False
        super().__init__(number)


@contextmanager
def signals_raise() -> Iterator[None]:
    """While it lasts, the first SIGINT, SIGTERM or SIGHUP raises SignalReceived and later ones do not disturb.

    A signal that whoever started the process chose to ignore (``nohup``) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread may set handlers, and none is interrupted
        return
    before = {one: signal.getsignal(one) for name in _NAMES if (one := getattr(signal, name, None)) is not None}
    mine = [one for one, handler in before.items() if handler is not signal.SIG_IGN]
    heard = threading.Event()

    def stop(number: int, _: Any) -> None:
        heard.set()
        for one in mine:
            signal.signal(one, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the cleaning up
        raise SignalReceived(number)

    for one in mine:
        signal.signal(one, stop)
    try:
        with _insisting(stop, heard):
            yield
    finally:
        for one in mine:
            signal.signal(one, before[one])


@contextmanager
def _insisting(handler: Callable[[int, Any], None], heard: threading.Event) -> Iterator[None]:
    """While it lasts, a signal is sent again until its handler has run.

    Python runs a handler between two of its instructions. A signal that arrives in C code just before a read or write
    that blocks would wait as long as that does: until a pipe's other end moves, maybe for ever. Sent again, it
    interrupts the call.
    """
    if not hasattr(signal, "pthread_kill"):  # Windows, where no call is interrupted anyway
        yield
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    main = threading.get_ident()

    def insist() -> None:
        while number := os.read(read, 1):
            while signal.getsignal(number[0]) is handler and not heard.wait(_PATIENCE_S):
                signal.pthread_kill(main, number[0])

    thread = threading.Thread(target=insist, name="rowid-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        heard.set()
        signal.set_wakeup_fd(before)
        os.close(write)
        thread.join()
        os.close(read)
