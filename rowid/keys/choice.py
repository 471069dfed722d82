"""How good a choice of columns is: what could go, and what would help."""

from collections.abc import Sequence

import numpy as np

from rowid.keys import near, partition
from rowid.keys.codes import Codes
from rowid.keys.minimal import Step, minimal_keys
from rowid.model import KeyVerdict

_LARGEST = 4  # columns of a smaller key that all are searched for


def judged(codes: Codes, chosen: Sequence[int]) -> KeyVerdict:
    """Whether these columns are unique in the rows; a null equals a null."""
    part = partition.of(codes, chosen)
    largest = int(np.bincount(part.group).max()) if part.groups else min(1, len(codes))
    names = tuple(codes.names[at] for at in chosen)
    with_null = near.rows_with_null(codes, chosen)
    return KeyVerdict(names, len(codes), len(codes) - part.surplus, part.groups, largest, with_null)


def droppable(codes: Codes, chosen: Sequence[int]) -> tuple[str, ...]:
    """The members without any one of which the others tell as many rows apart."""
    surplus = partition.of(codes, chosen).surplus
    return tuple(
        codes.names[one] for one in chosen
        if len(chosen) > 1 and partition.of(codes, [at for at in chosen if at != one]).surplus == surplus
    )  # fmt: skip


def smaller(codes: Codes, chosen: Sequence[int], step: Step) -> tuple[tuple[str, ...], ...]:
    """The minimal keys within a choice that is a key: all of up to four columns, or else one."""
    if len(codes) < 2 or partition.of(codes, chosen).surplus:
        return ()
    some = codes.selected([codes.names[at] for at in chosen])
    found = [key for key in minimal_keys(some, _LARGEST, step).keys if len(key) < len(chosen)]
    if not found and len(chosen) > _LARGEST + 1:
        key = list(range(len(chosen)))
        for at in reversed(range(len(chosen))):
            rest = [one for one in key if one != at]
            key = key if partition.of(some, rest).surplus else rest
        found = [tuple(key)] if len(key) < len(chosen) else []
    return tuple(tuple(some.names[at] for at in key) for key in found)


def additions(codes: Codes, chosen: Sequence[int]) -> dict[str, int]:
    """The surplus rows that each of the other columns would leave; nothing if there are none as it is."""
    part = partition.of(codes, chosen)
    if not part.surplus:
        return {}
    others = [at for at in range(len(codes.columns)) if at not in chosen]
    return {codes.names[at]: partition.refined(part, codes.columns[at], codes.cards[at]).surplus for at in others}
