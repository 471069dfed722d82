"""``rowid tune`` measures, says what it found, and keeps it for the runs to come."""

import json

from rowid import tuning


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


def test_a_place_that_cannot_be_written_to_is_an_output_error(rowid, monkeypatch):
    monkeypatch.setenv("ROWID_TUNING", "/dev/null/tuning.json")
    answer = rowid("tune")
    assert answer.code == 4
    assert "/dev/null/tuning.json: it cannot be written" in answer.err
