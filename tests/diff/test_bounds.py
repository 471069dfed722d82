"""Memory and disk of a comparison are bounded, whatever differs, and given back however it ends."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from rowid.checks import Limits
from rowid.errors import Cancelled, ScratchError
from rowid.pipeline.waiting import Waiting
from rowid.sinks.atomic import StandardOutput
from rowid.sinks.files import file_sink
from tests.diff.comparing import diff
from tests.disks import files_no_larger_than, open_files
from tests.doubles import Shelf

ROOT = Path(__file__).parent.parent.parent
ROWS = 3_000


_CHILD = """
import sys
from rowid import bootstrap, pipeline
from rowid.checks import Limits
from rowid.recipe import Recipe
sources = [bootstrap.open_source(path) for path in sys.argv[1:3]]
sink = bootstrap.open_sink(sys.argv[3], force=True)
found = pipeline.diff(*sources, Recipe(["k"]), sink=sink, limits=Limits(memory=2**24))
with open("/proc/self/status") as status:  # ru_maxrss would be that of the process which started this one, if larger
    peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
print(found.new, found.gone, found.changed, found.unchanged, peak)
"""


def _python(script: str, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ARROW_DEFAULT_MEMORY_POOL": "system"}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_a_million_rows_take_bounded_memory(tmp_path):
    """All of them changed, and 16 MiB are given for what is counted and what waits."""
    rows = 1_000_000
    keys = pa.array(range(rows))
    text = pc.cast(keys, pa.string())
    pq.write_table(pa.table({"k": keys, "v": keys, "s": text}), tmp_path / "a.parquet", row_group_size=65_536)
    after = pa.table({"k": keys, "v": pc.add(keys, 1), "s": text}).slice(10)
    pq.write_table(after, tmp_path / "b.parquet", row_group_size=65_536)
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet", "out.parquet")]
    _python("from rowid import kernel; kernel.load()")  # what compiling it takes is no part of the comparison
    *counts, peak = map(int, _python(_CHILD, *paths).split())
    assert counts == [0, 10, rows - 10, 0]
    assert pq.read_metadata(paths[2]).num_rows == rows
    assert peak < 370


@pytest.fixture
def sides():
    """Two tables of wide rows, all of which differ, in different orders."""
    keys = pa.array(range(ROWS))
    wide = pc.cast(keys, pa.string())
    wide = pc.binary_repeat(pc.binary_join_element_wise(wide, "~" * 20, ""), 10)
    before = pa.table({"k": keys, "v": wide})
    after = pa.table({"k": keys, "v": pc.binary_join_element_wise(wide, "!", "")})
    return before, after.take(pa.array(np.random.default_rng(1).permutation(ROWS)))


class Watched:
    """Progress, and what was open at each step; it may stop the comparison like Ctrl-C."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at = folder, stop_at
        self.phases, self.most = [], 0

    def __call__(self, progress):
        self.phases.append(progress.phase)
        self.most = max(self.most, len(open_files(self.folder)))
        if len(self.phases) == self.stop_at:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("limit", "phase"), [(10 * ROWS, "compare"), (100 * ROWS, "fetch")])
def test_a_disk_without_room_is_told_and_nothing_is_left(sides, tmp_path, limit, phase):
    shelf, watched = Shelf(), Watched(tmp_path)
    told = pytest.raises(ScratchError, match=f"{tmp_path}: a temporary file failed: File too large.*TMPDIR")
    with files_no_larger_than(limit), told as caught:
        diff(*sides, sink=shelf, progress=watched, limits=Limits(memory=2**14, directory=tmp_path))
    assert watched.phases[-1] == phase
    assert shelf.committed is None
    assert shelf.aborted == (phase == "fetch")
    assert caught.value.exit_code == 4
    assert open_files(tmp_path) == [*tmp_path.iterdir()] == []


def test_ctrl_c_at_any_step_leaves_nothing(sides, tmp_path):
    limits = Limits(memory=2**14, directory=tmp_path)
    whole = Watched(tmp_path)
    shelf = Shelf()
    found = diff(*sides, sink=shelf, progress=whole, limits=limits)
    assert (found.changed, shelf.committed.num_rows, whole.most) == (ROWS, ROWS, 3)
    assert {*whole.phases} == {"compare", "fetch"}
    for at in range(1, len(whole.phases) + 1):
        shelf, watched = Shelf(), Watched(tmp_path, at)
        with pytest.raises(KeyboardInterrupt):
            diff(*sides, sink=shelf, progress=watched, limits=limits)
        assert shelf.committed is None
        assert open_files(tmp_path) == [*tmp_path.iterdir()] == []


def test_ctrl_c_when_differences_are_out_on_standard_output_says_how_many(sides, monkeypatch, capsysbinary):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(StandardOutput, "commit", interrupted)
    with pytest.raises(Cancelled) as caught:
        diff(*sides, sink=file_sink("-"))
    assert str(caught.value) == f"standard output: interrupted; the output is incomplete (rows: {ROWS:,} or more)."
    assert capsysbinary.readouterr().out.count(b"\n") == 1 + ROWS


def test_differences_few_enough_for_memory_open_no_file(sides, tmp_path):
    watched = Watched(tmp_path)
    assert diff(*sides, progress=watched, limits=Limits(memory=2**26, directory=tmp_path)).changed == ROWS
    assert watched.most == 0


@pytest.mark.parametrize("memory", [1, 2**12, 2**16, 2**30])
def test_rows_wait_in_any_order_and_are_taken_in_theirs(memory, tmp_path):
    """Those of some positions, whatever lies between them; texts of any length, and a column without a name."""
    random = np.random.default_rng(7)
    positions = random.permutation(np.cumsum(random.integers(1, 9, 2_000)))
    texts = [None if one % 5 == 0 else "ä" * int(one % 97) for one in positions]
    rows = pa.record_batch([pa.array(texts), pa.array(positions)], ["", "position"])
    with Waiting(rows.schema, Limits(memory=memory, directory=tmp_path)) as waiting:
        for at in range(0, 2_000, 300):
            waiting.put(positions[at : at + 300], rows.slice(at, 300))
        waiting.put(positions[:0], rows.slice(0, 0))
        cuts = [0, 1, 777, 778, int(positions.max()) + 1, 10**5]
        taken = [waiting.taken(one, other) for one, other in pairwise(cuts)]
        assert bool(open_files(tmp_path)) == (memory < 2**17)
    assert [len(one) for one in taken] == [int(((positions >= a) & (positions < b)).sum()) for a, b in pairwise(cuts)]
    assert pa.concat_tables(taken).equals(pa.Table.from_batches([rows]).take(pa.array(np.argsort(positions))))
    assert not open_files(tmp_path)


def test_nothing_waits():
    with Waiting(pa.schema([("v", pa.int64())]), Limits(memory=1)) as waiting:
        assert waiting.taken(0, 100).num_rows == 0
