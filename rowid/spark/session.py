"""A Spark session: the one that runs, or one of our own, which keeps quiet and is stopped when it was ours."""

import logging
import os
import shutil
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rowid.errors import UsageError
from rowid.spark.failures import told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROWS = 65_536  # of a batch that an executor is given


@contextmanager
def session(master: str | None = None) -> Iterator["SparkSession"]:
    """The active session, or one that is started on ``master`` and stopped at the end.

    Without a master it is the one that Spark's own configuration names, else this machine's processors.

    Raises:
        UsageError: pyspark or Java is not installed, or there is no Spark at ``master``.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        hint = "Install it: pip install 'rowid[spark]'."
        raise UsageError("pyspark is not installed", where="spark", hint=hint) from None
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        hint = "Install Java 17, or set JAVA_HOME; on Debian: apt-get install default-jre-headless."
        raise UsageError("Java is not installed", where="spark", hint=hint)
    with told(master or "spark", UsageError), unwarned(), _signals_kept():
        own = _started(master)
    with _calls_unlogged():
        try:
            yield own
        finally:
            own.stop()


@contextmanager
def unwarned() -> Iterator[None]:
    """Keeps quiet about pandas 3, which pyspark asks for by its version and which has no part in our work."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ctrl-C is for whoever started us: Spark's own way to hear of it is to make a call in the midst of another."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _calls_unlogged() -> Iterator[None]:
    """While it lasts, py4j logs no traceback of a call that was interrupted: what ends a run is told by its error."""

    def wanted(record: logging.LogRecord) -> bool:
        return Path(record.pathname).parent.name != "py4j"

    root, theirs = logging.getLogger(), logging.getLogger("py4j")
    level = theirs.level
    root.addFilter(wanted)  # it logs by the root logger too
    theirs.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        root.removeFilter(wanted)
        theirs.setLevel(level)


def _started(master: str | None) -> "SparkSession":
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("rowid")
    if master is not None:
        builder = builder.master(master)
    if master is None or master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the one that has rowid
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # nothing outside this machine is to reach it
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.ui.enabled", "false")
    quiet = {
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",  # Spark logs what an executor raised with its traceback; we tell it ourselves
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_ROWS),
    }
    for name, value in quiet.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
