"""Small random tables for the report, and what brute force says of them."""

from collections import Counter

import pyarrow as pa
from hypothesis import strategies as st

from rowid import canonical
from rowid.recipe import Recipe
from tests.doubles import Table

WORDS = st.sampled_from(["a", "A", " a", "a ", "b", "", "é", "é", "007", "7", "7.0", "x", "a|b", "b|c", "c", "-"])
COLUMNS = {
    "w": (pa.string(), WORDS),
    "v": (pa.string(), WORDS),
    "n": (pa.int64(), st.integers(0, 2)),
    "f": (pa.float64(), st.sampled_from([0.1, 0.1000000001, 1.0, float("nan")])),
}


@st.composite
def tables(draw: st.DrawFn, names: str = "wvnf", max_rows: int = 12, null: bool = True) -> pa.Table:
    """A table of at least one row, with nulls."""
    rows = draw(st.integers(1, max_rows))
    arrays = {}
    for name in names:
        type_, values = COLUMNS[name]
        arrays[name] = pa.array(
            draw(st.lists(st.none() | values if null else values, min_size=rows, max_size=rows)), type_
        )
    return pa.table(arrays)


def source(table: pa.Table, chunk: int = 5) -> Table:
    """The table as a source, read in small batches."""
    return Table(table, table.num_rows, chunk)


def keys(table: pa.Table, recipe: Recipe) -> list[tuple[str | None, ...]]:
    """The key of each row as canonical texts."""
    if not table.num_rows:
        return []
    return list(
        zip(
            *(
                [canonical.text(value, recipe.rule(name)) for value in table[name].to_pylist()]
                for name in recipe.columns
            ),
            strict=True,
        )
    )


def counted(found: list) -> tuple[int, int, int, int, int]:
    """Rows, distinct, duplicate groups, surplus rows, largest group."""
    sizes = Counter(found).values()
    return len(found), len(sizes), sum(size > 1 for size in sizes), len(found) - len(sizes), max(sizes, default=0)
