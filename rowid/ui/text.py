"""Foreign text in Streamlit's Markdown."""

import re
from collections.abc import Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^&=])")


def escape(text: str) -> str:
    """Text that Markdown shows as it is: a file's or a column's name may look like anything."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", " ")


def names(columns: Sequence[str], most: int = 6) -> str:
    """Column names in a sentence, escaped; of many, the first few and how many more."""
    shown = ", ".join(f"**{escape(name)}**" for name in columns[:most])
    more = len(columns) - most
    return f"{shown} and {more:,} more" if more > 0 else shown
