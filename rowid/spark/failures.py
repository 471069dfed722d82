"""Errors of Spark as ours. Those that an executor raised come back as they were; of others, only their kind is shown.

What an executor raises reaches the driver as text with a traceback, so ours is written into it and read back here.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rowid import errors
from rowid.errors import CanonicalError, DataError, NullKeyError, RowIdError, SourceError, UsageError

_MARK = re.compile(r"rowid-error:([0-9a-f]+):")
_MISSING = {"PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA"}
_EXISTS = {"TABLE_OR_VIEW_ALREADY_EXISTS", "PATH_ALREADY_EXISTS"}


@contextmanager
def carried() -> Iterator[None]:
    """On an executor: an error of ours is put into words that the driver can read."""
    try:
        yield
    except RowIdError as error:
        plain = {"type": type(error).__name__, "what": _without_rows(error), "where": error.where, "hint": error.hint}
        raise RuntimeError(f"rowid-error:{json.dumps(plain).encode().hex()}: {error.what}") from None


def _without_rows(error: RowIdError) -> str:
    """What is wrong, without the numbers of rows: they count within a partition, where nobody can look them up."""
    if isinstance(error, CanonicalError):
        return f"values are {error.reason}"
    if isinstance(error, NullKeyError):
        return "there are nulls, and the recipe says nulls: reject"
    return error.what


@contextmanager
def told(where: str, otherwise: type[RowIdError]) -> Iterator[None]:
    """On the driver: an error of Spark becomes ours, ``otherwise`` where it is none that an executor carried."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _ours(error, where, otherwise) from None


def _ours(error: Exception, where: str, otherwise: type[RowIdError]) -> RowIdError:
    text = str(error)
    if found := _MARK.search(text):
        return _read_back(json.loads(bytes.fromhex(found[1])))
    if "No module named 'rowid'" in text:
        hint = "Send it along with the job: see deploy/spark."
        return UsageError("rowid is not installed on Spark's executors", where=where, hint=hint)
    kind = _condition(error)
    if kind in _MISSING:
        return SourceError("Spark finds nothing that it can read there", where=where, hint="Check the name.")
    if kind in _EXISTS:
        return otherwise("it exists", where=where, hint="Choose another name, or force replacing it.")
    what = f"Spark refused ({kind})" if kind else "a task failed on Spark's executors"
    return otherwise(what, where=where, hint="Spark's own log has the details.")


def _read_back(plain: dict[str, Any]) -> RowIdError:
    """The error that an executor raised: of the same class, where that takes no more than words."""
    class_ = DataError if plain["type"] == CanonicalError.__name__ else getattr(errors, plain["type"], RowIdError)
    made: RowIdError = class_(plain["what"], where=plain["where"], hint=plain["hint"])
    return made


def _condition(error: Exception) -> str:
    """The name of the error's kind in Spark; it holds no value."""
    named = getattr(error, "getCondition", lambda: None)()
    return str(named).partition(".")[0] if named else ""
