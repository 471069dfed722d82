"""``python -m rowid`` is the command line."""

import sys

from rowid.cli import main

if __name__ == "__main__":
    sys.exit(main())
