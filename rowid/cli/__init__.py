"""The command line: ``rowid``, and ``row-id-generator``, its other name."""

import gc
import os
import sys
from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command that ``args`` (by default the process's own) ask for, and returns its exit code."""
    args = list(sys.argv[1:] if args is None else args)
    if args == ["--version"]:  # the one question that no command line library has to be imported for
        from rowid.cli.version import version

        sys.stdout.write(version() + "\n")
        return 0
    _prepare()
    try:
        from rowid.cli.app import invoke

        return invoke(args)
    except KeyboardInterrupt:  # before anything was begun
        sys.stderr.write("error: interrupted; nothing was written\n")
        return 130


def _prepare() -> None:
    """Settings of a process that is ours alone, made before the libraries that read them are imported.

    Batch by batch, the C library's memory is given back and asked for with a third of the page faults of Arrow's own
    pool; no linear algebra is done here; and what is imported stays, so that looking for garbage among it is in vain.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000)
