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
    try:
        from rowid.cli.app import invoke

        return invoke(args)
    except KeyboardInterrupt:  # before anything was begun
        sys.stderr.write("error: interrupted; nothing was written\n")
        return 130


def console() -> int:
    """``main`` in a process of its own, which is set up for it before the libraries are imported that look.

    Batch by batch, the C library's memory is given back and asked for with a third of the page faults of Arrow's own
    pool; no linear algebra is done here; what is imported stays, so that looking for garbage among it is in vain; and
    only the app and Spark use pandas, which Arrow imports as soon as it makes an array of Python values, a quarter of
    a second.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000)
    if sys.argv[1:2] != ["app"] and not any("spark" in one for one in sys.argv):
        sys.meta_path.insert(0, _NoPandas())
    try:
        return main()
    finally:
        gc.freeze()  # what is left goes with the process; looking for garbage in it would take a tenth of a second


class _NoPandas:
    """Says that pandas is not installed."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """None: ask the next finder. Raises ModuleNotFoundError for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError("the command line does without pandas", name=name)
