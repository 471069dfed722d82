"""Canonical text of a column of Python objects, whose types may differ from row to row (section 1)."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from rowid.canonical.refusal import RefusalError
from rowid.canonical.values import entered, ruled
from rowid.errors import CanonicalError
from rowid.recipe import Rule

_FEW = 5  # rows that an error names


def texts_of(values: Iterable[Any], rule: Rule, *, column: str) -> pa.Array:
    """The canonical texts of n Python values as a large_string array of length n, null where the value is null.

    Raises CanonicalError if values have no text; it counts them all.
    """
    texts: list[str | None] = []
    refused: list[tuple[int, str, str]] = []
    for row, value in enumerate(values, 1):
        try:
            texts.append(ruled(entered(value), rule))
        except RefusalError as refusal:
            refused.append((row, str(refusal), repr(value) if len(refused) < _FEW else ""))
    if refused:
        first = refused[:_FEW]
        rows, examples = [row for row, _, _ in first], [(row, example) for row, _, example in first]
        raise CanonicalError(column, first[0][1], count=len(refused), rows=rows, examples=examples)
    return pa.array(texts, pa.large_string())
