"""Whether a database answers, and how fast."""

import time
from collections.abc import Callable

from rowid.databases.protocol import Database


def answer_ms(connect: Callable[[], Database]) -> float:
    """Milliseconds in which a fresh connection answers a query; what it took to connect is not counted.

    Raises:
        DatabaseError: it is out of reach, or refused.
    """
    database = connect()
    try:
        started = time.perf_counter()
        database.rows("SELECT 1")
        return (time.perf_counter() - started) * 1000
    finally:
        database.close()
