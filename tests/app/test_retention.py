"""What the app keeps is bounded in age and size, and what somebody works with is never taken away."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rowid.ui import retention, runs
from rowid.ui.draft import Draft
from rowid.ui.jobs import process
from rowid.ui.workspace import Workspace
from tests.app.test_pages import at

DAY = 86_400


def aged(folder, days):
    """The folder, last used so many days ago."""
    then = time.time() - days * DAY
    os.utime(folder, (then, then))
    return folder


@pytest.fixture
def kept(workspace, settings):
    """Adds tables of some bytes that were last used so many days ago, or the results of runs on such."""

    def add(*days, size=10, run=False):
        return [aged(folder, age) for folder, age in [(new(size, run), age) for age in days]]

    def new(size, run):
        table = workspace.add("x.csv", [b"a\n" + b"1" * size])
        if not run:
            return settings.state_dir / "tables" / table.id
        one = runs.start(runs.Plan(table, Draft().recipe(["a"]), "CSV"), settings)
        assert runs.job(one).wait(20)
        return settings.state_dir / "results" / one.id

    return add


def test_what_nobody_used_for_so_many_days_goes(kept, settings, workspace):
    folders = [*kept(31, 29, run=True), *kept(31, 29)]
    assert retention.tidy(settings) == 2
    assert [folder.exists() for folder in folders] == [False, True, False, True]
    assert retention.tidy(settings) == 0
    assert [run.id for run in workspace.finished_runs()] == [folders[1].name]


def test_where_there_is_too_much_the_least_recently_used_go_first(kept, settings):
    folders = kept(2, 5, 4, 3, size=400_000)
    assert retention.tidy(replace(settings, keep_mb=1)) == 2
    assert [folder.exists() for folder in folders] == [True, False, False, True]


def test_what_was_in_hand_within_a_day_stays_however_much_there_is(kept, settings):
    (folder,) = kept(0.9, size=2_000_000)
    assert retention.tidy(replace(settings, keep_mb=1)) == 0
    assert folder.exists()


def test_what_a_job_is_about_stays(kept, settings):
    (folder,), release = kept(40), threading.Event()
    job = process().jobs.ask(("run", "1", folder.name, "x.csv"), lambda _: release.wait(20))
    try:
        assert retention.tidy(settings) == 0
    finally:
        release.set()
    assert job.wait(20)
    assert retention.tidy(settings) == 1


def test_a_page_that_is_drawn_says_that_its_table_and_its_run_are_in_use(kept, settings, workspace, app):
    (folder,), (other,) = kept(40, run=True), kept(40)
    table = aged(settings.state_dir / "tables" / workspace.run(folder.name).table_id, 40)
    at(app, "build/run", table=table.name, run=folder.name)
    assert retention.tidy(settings) == 1
    assert (folder.exists(), table.exists(), other.exists()) == (True, True, False)


def test_a_run_tidies_up_when_it_is_done(kept, settings):
    (old,) = kept(40)
    kept(0, run=True)
    assert not old.exists()


def test_a_file_of_the_servers_data_folder_stays_where_it_is(tmp_path, settings):
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "x.csv"
    file.write_text("a\n1\n")
    serving = replace(settings, data_dir=tmp_path / "data")
    folder = aged(settings.state_dir / "tables" / Workspace(serving).add_server_file("x.csv").id, 40)
    assert retention.tidy(serving) == 1
    assert (file.exists(), folder.exists()) == (True, False)


def test_what_another_process_left_half_deleted_goes_and_an_empty_state_is_none(kept, settings):
    assert retention.tidy(settings) == 0
    (folder,) = kept(0)
    left = folder.rename(folder.with_name(f".{folder.name}.gone"))
    assert retention.tidy(settings) == 0
    assert not left.exists()


def test_what_cannot_be_deleted_is_left(kept, settings, monkeypatch):
    (folder,) = kept(40)

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refused)
    assert retention.tidy(settings) == 0
    assert folder.exists()
