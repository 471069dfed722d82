"""Writes docs/parity.md; what engines say on the way goes to standard output and is nobody's business."""

import sys
from pathlib import Path

from tests.parity.matrix import ENGINES, folder_for_all, page

outcomes = {}
for name, made in ENGINES.items():
    print(name, file=sys.stderr)
    with folder_for_all() as folder:
        outcomes[name] = made(folder)
(Path(__file__).parents[2] / "docs" / "parity.md").write_text(page(outcomes), encoding="utf-8")
