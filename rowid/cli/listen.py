"""Who listens to a run that was started on the command line."""

import os
from dataclasses import replace

from rowid.ports import Observer
from rowid.settings import VARIABLES, Settings


def observers(*, verbose: bool, recorded: bool = True) -> tuple[Observer, ...]:
    """The ledger, and the log where it is asked for: with ``-v``, or by setting ``ROWID_LOG_LEVEL``.

    An error is told by the command itself; without being asked, the log would tell it again. What is not to be
    ``recorded`` does not go into the ledger.
    """
    from rowid import bootstrap

    settings = Settings.load()
    asked = os.environ.get(VARIABLES["log_level"][0], "").strip() != ""
    ledger = (bootstrap.ledger(settings),) if recorded else ()
    if not (verbose or asked):
        return ledger
    level = settings.log_level if asked else "info"
    return (bootstrap.log(replace(settings, log_level=level)), *ledger)
