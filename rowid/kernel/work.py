"""A thread in compiled code: one that has a call of its own, or one that helps with the calls of others."""

from numba import types

from rowid.kernel.arrow import make_plan
from rowid.kernel.encode import hash_rows
from rowid.kernel.layout import ASKED, DONE, OFFERED, OPEN, SEMAPHORE, STANDS_BY, SUMMONED
from rowid.kernel.loops import of
from rowid.kernel.memory import added_64, exchanged_64, function, seen_64, store_64

_PATIENCE = 2000  # looks at the desk while a call is about to come; a look takes about a third of a microsecond

_wait = types.ExternalFunction("sem_wait", types.int32(types.int64))
_let_others_run = types.ExternalFunction("sched_yield", types.int32())


@function
def _joined(desk):
    """Whether this thread is one of those that may join the call."""
    return seen_64(desk + 8 * OPEN) > 0 and added_64(desk + 8 * OPEN, -1) > 0


@function
def _next(desk):
    """Waits for a call to help with, and returns its address; 0 if there is something to do in Python."""
    while True:
        if seen_64(desk + 8 * ASKED) > 0:
            return 0
        patience = 0
        while True:
            if _joined(desk):
                return of(desk, OFFERED)
            if patience == _PATIENCE or seen_64(desk + 8 * SUMMONED) == 0:
                break
            patience += 1
            _let_others_run()
        _wait(desk + 8 * SEMAPHORE)


@function
def work(desk, call, helpers, space):
    """Hashes the rows of a call, together with up to so many helpers, and returns when all are done.

    Where ``call`` is 0, this thread is a helper: it stands by at the desk, and returns when it is needed in Python.
    All arguments are int64, ``space`` is the address of ``layout.WORKSPACE`` bytes.
    """
    is_helper, here = call == 0, call
    if not is_helper:
        make_plan(call)
    if STANDS_BY and helpers > 0:
        store_64(desk + 8 * OFFERED, call)
        exchanged_64(desk + 8 * OPEN, helpers)
        store_64(desk + 8 * SUMMONED, 0)
    while True:
        if is_helper:
            here = _next(desk) if STANDS_BY else 0
            if here == 0:
                return
        hash_rows(here, space)
        if not is_helper:
            break
        added_64(desk + 8 * DONE, 1)
    if STANDS_BY and helpers > 0:
        joined = helpers - max(0, exchanged_64(desk + 8 * OPEN, 0))
        while seen_64(desk + 8 * DONE) < joined:
            _let_others_run()
        exchanged_64(desk + 8 * DONE, 0)


def machine_code() -> tuple[str, bytes]:
    """Compiles ``work`` for this processor: its name in the object file, and the object file."""
    work.compile(types.void(*[types.int64] * 4))
    compiled = work.overloads[work.signatures[0]]
    return compiled.fndesc.llvm_func_name, compiled.library._get_compiled_object()
