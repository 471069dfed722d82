"""The progress of a report is one running share of all its passes."""

from itertools import pairwise

import pyarrow as pa
import pytest

from rowid import report
from rowid.recipe import Recipe
from tests.doubles import Table

ROWS = 1_000


def table(repeats):
    names = [f"{'Ä' if at % 2 else 'ä'}{at // 2 if repeats else at} " for at in range(ROWS)]
    return pa.table({"name": names, "n": [at % 7 for at in range(ROWS)], "m": [at // 7 for at in range(ROWS)]})


@pytest.mark.parametrize("says", [ROWS, None])
@pytest.mark.parametrize(("repeats", "previous"), [(False, False), (True, False), (True, True)])
def test_it_never_goes_back_and_says_of_how_many_passes(says, repeats, previous):
    heard = []
    data = table(repeats)
    if repeats:
        data = pa.concat_tables([data, data.slice(0, 100)])
    source = Table(data, data.num_rows if says else None, chunk=100)
    earlier = Table(data.append_column("row_id", data["name"])) if previous else None
    report.examine(source, Recipe(["name"]), previous=earlier, progress=heard.append)
    known = [one for one in heard if one.rows_total]
    shares = [one.rows_done / one.rows_total for one in known]
    assert shares == sorted(shares)
    assert shares[-1] > 0.8
    assert len({one.phase for one in heard}) >= 4
    after = known[-1]
    (passes,) = {one.unit for one in known if one.phase != "judge"}
    assert passes == f"rows in {after.rows_total // data.num_rows} passes"
    assert all(one.elapsed_s <= other.elapsed_s for one, other in pairwise(heard))
