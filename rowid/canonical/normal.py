"""The normalisers of strings (section 1, 'Normalisers')."""

import re
import unicodedata
from collections.abc import Callable, Sequence

# Unicode's property White_Space (PropList.txt). Python's str.isspace also counts U+001C to U+001F, which it is not.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_RUN = re.compile(f"[{WHITE_SPACE}]+")

_STEPS: dict[str, Callable[[str], str | None]] = {
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "trim": lambda text: text.strip(WHITE_SPACE),
    "squeeze": lambda text: _RUN.sub(" ", text),
    "lower": str.lower,
    "upper": str.upper,
    "empty_as_null": lambda text: text or None,
}


def normalised(text: str, steps: Sequence[str]) -> str | None:
    """The text after ``steps``, which come in the order of the specification; None where it became null."""
    result: str | None = text
    for step in steps:
        if result is not None:
            result = _STEPS[step](result)
    return result
