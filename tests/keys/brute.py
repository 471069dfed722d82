"""Brute force: every combination of columns, counted on canonical texts."""

from itertools import combinations

import pyarrow as pa

from rowid import canonical


def rows_of(table: pa.Table) -> dict[str, list[str | None]]:
    """The canonical texts of each column."""
    return {
        name: canonical.texts(table[name].combine_chunks()).to_pylist() if table.num_rows else []
        for name in table.column_names
    }


def surplus(table: pa.Table, columns: tuple[str, ...]) -> int:
    """The rows that repeat an earlier one in these columns; a null equals a null."""
    texts = rows_of(table)
    rows = list(zip(*(texts[name] for name in columns), strict=True))
    return len(rows) - len(set(rows))


def surplus_without_null(table: pa.Table, columns: tuple[str, ...]) -> int:
    """As ``surplus``, where a null is unknown and equals nothing."""
    texts = rows_of(table)
    rows = [row for row in zip(*(texts[name] for name in columns), strict=True) if None not in row]
    return len(rows) - len(set(rows))


def minimal_keys(table: pa.Table, largest: int) -> set[frozenset[str]]:
    """The minimal keys of at most so many columns."""
    found: set[frozenset[str]] = set()
    for size in range(1, largest + 1):
        for some in combinations(table.column_names, size):
            if not any(key <= set(some) for key in found) and not surplus(table, some):
                found.add(frozenset(some))
    return found


def without_repeats(table: pa.Table) -> pa.Table:
    """The canonical texts of the rows, each once."""
    texts = rows_of(table)
    rows = list(dict.fromkeys(zip(*texts.values(), strict=True)))
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(texts)})
