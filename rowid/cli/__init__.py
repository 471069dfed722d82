"""The command line: ``rowid``, and ``row-id-generator``, its other name."""

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
