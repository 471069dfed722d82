"""``python -m rowid`` is the command line."""

import sys

from rowid.cli import console

if __name__ == "__main__":
    sys.exit(console())
