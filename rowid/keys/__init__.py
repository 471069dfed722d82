"""Which columns make a row what it is: those that nobody chose, those that are unique, and those that nearly are."""

from collections.abc import Sequence

__all__ = ["automatic"]


def automatic(names: Sequence[str], *, exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """The key columns where nobody chose any: all of them, sorted by the UTF-8 bytes of their names (section 2)."""
    return tuple(sorted((name for name in names if name not in exclude), key=str.encode))
