"""``rowid tune`` measures, says what it found, and keeps it for the runs to come."""

import json

import pytest

from rowid import tuning
from rowid.cli import tune
from tests.disks import files_no_larger_than


def test_tune_writes_down_what_it_measured(rowid, tmp_path):
    answer = rowid("tune", "--json")
    assert answer.code == 0, answer.err
    said = json.loads(answer.out)
    assert said.pop("file") == str(tmp_path / "tuning.json")
    kept = json.loads((tmp_path / "tuning.json").read_text())
    assert kept == said
    assert 0 < kept["reference_s"] < 1e-3
    assert 0 < kept["load_s"] < kept["compile_s"]
    tuning.costs.cache_clear()
    assert tuning.costs() == tuning.Costs(**kept)
    tuning.costs.cache_clear()


@pytest.fixture
def measured_at_once(monkeypatch):
    monkeypatch.setattr(tune, "_load", lambda: (False, 0.5))
    monkeypatch.setattr(tune, "_reference", lambda: 1e-6)


def test_a_place_that_cannot_be_written_to_is_an_output_error_before_the_work(rowid, monkeypatch):
    monkeypatch.setenv("ROWID_TUNING", "/dev/null/tuning.json")
    answer = rowid("tune")
    assert (answer.code, answer.out) == (4, "")
    assert answer.err.startswith("error: /dev/null/tuning.json: its directory does not exist.")


@pytest.mark.usefixtures("measured_at_once")
def test_what_was_measured_before_stays_where_the_disk_is_full(rowid, tmp_path):
    assert rowid("tune").code == 0
    before = (tmp_path / "tuning.json").read_text()
    with files_no_larger_than(len(before) // 2):
        answer = rowid("tune")
    assert (answer.code, answer.err.splitlines()[-1][:7]) == (4, "error: ")
    assert (tmp_path / "tuning.json").read_text() == before
    assert [path.name for path in tmp_path.glob("*tuning*")] == ["tuning.json"]


@pytest.mark.usefixtures("measured_at_once")
def test_the_folder_is_made(rowid, tmp_path, monkeypatch):
    monkeypatch.setenv("ROWID_TUNING", str(tmp_path / "new" / "er" / "tuning.json"))
    assert rowid("tune").code == 0
    assert tuning.costs() == tuning.Costs(1e-6, 0.5, 0.5)
    tuning.costs.cache_clear()
