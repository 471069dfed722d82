"""Where the text of a delimited file may be cut: at the ends of rows, which are not all ends of lines."""

import numpy as np

_LINE_END = b"\n"


def end_of_rows(text: bytes, delimiter: str, quote: str) -> int:
    """Where the last whole row of ``text`` ends, if a row begins where it begins; 0 if none ends or that is in doubt.

    A line's end within quotes has an odd number of them before it. That holds as long as each quote opens a cell,
    closes one, or is one of a pair within one. Where one stands elsewhere, as in ``5" wide``, all is in doubt.
    """
    mark = quote.encode()
    if not mark or mark not in text:
        return text.rfind(_LINE_END) + 1
    characters = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(characters == ord(quote))
    beside = np.zeros(256, bool)
    beside[[ord(delimiter), ord(quote), *b"\r\n"]] = True
    openers, closers = quotes[::2], quotes[1::2]
    before, after = characters[openers[openers > 0] - 1], characters[closers[closers < len(text) - 1] + 1]
    if not (beside[before].all() and beside[after].all()):
        return 0
    end = text.rfind(_LINE_END)
    while end >= 0 and (open_ := int(np.searchsorted(quotes, end))) % 2:
        end = text.rfind(_LINE_END, 0, int(quotes[open_ - 1]))
    return end + 1
