"""Numbers and names in sentences."""

from collections.abc import Sequence


def count(number: int, one: str, many: str = "") -> str:
    """A number of things: ``1 row``, ``1,704 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names in a sentence: ``a, b and c``; of many, the first few and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def seconds(number: float) -> str:
    """Seconds with as many digits as matter."""
    if number < 0.1:
        return f"{1000 * number:.1f} ms" if number < 0.01 else f"{1000 * number:.0f} ms"
    return f"{number:,.2f} s" if number < 10 else f"{number:,.0f} s"


READINGS = {"equal": "a null equals a null", "unknown": "a null is unknown (SQL UNIQUE)", "refused": "no null allowed"}
"""The readings of null, in words."""


def probability(number: float) -> str:
    """A small probability, as one in so many."""
    if number <= 0:
        return "0"
    if number > 0.001:
        return f"{100 * number:.1f} %"
    mantissa, exponent = f"{1 / number:.0e}".split("e")
    return f"1 in {mantissa}e{int(exponent)}" if int(exponent) > 9 else f"1 in {1 / number:,.0f}"
