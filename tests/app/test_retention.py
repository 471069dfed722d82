"""What the app keeps is bounded in age and size, and what somebody works with is never taken away."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rowid.settings import Settings
from rowid.ui import questions, retention, runs, snapshots
from rowid.ui.draft import Draft
from rowid.ui.nouns import Earlier, Target
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


RECIPE = Draft().recipe(["a"])
TARGET = Target("connection://crm?table=new")
ASKED = {
    "info": questions.info,
    "head": questions.head,
    "cells": questions.cells,
    "profile": questions.profile,
    "verdict": lambda table: questions.verdict(table, RECIPE),
    "keys": lambda table: questions.find_keys(table, RECIPE),
    "choice": lambda table: questions.choice(table, RECIPE),
    "preview": lambda table: questions.preview(table, RECIPE),
    "report": lambda table: questions.report(table, RECIPE),
    "dry run": lambda table: runs.dry_run(runs.Plan(table, RECIPE, "CSV", target=TARGET), Settings.load()),
    "run": lambda table: runs.job(runs.start(runs.Plan(table, RECIPE, "CSV"), Settings.load())),
}


@pytest.fixture
def server_file(tmp_path, settings, monkeypatch):
    """Connects a file of the server's data folder, which knows nothing of the table that it is."""
    monkeypatch.setenv("ROWID_DATA_DIR", str(tmp_path))
    (tmp_path / "x.csv").write_text("a\n1\n")
    return lambda: Workspace(Settings.load()).add_server_file("x.csv")


@pytest.fixture
def held(monkeypatch):
    """Jobs that begin while it is locked get no source of a table."""
    lock, real = threading.Lock(), questions.source

    def source(table):
        with lock:
            return real(table)

    monkeypatch.setattr(questions, "source", source)
    return lock


@pytest.mark.usefixtures("crm")
@pytest.mark.parametrize("asked", ASKED)
def test_what_a_job_is_about_stays(server_file, settings, held, asked):
    tables = [server_file(), server_file()]  # one file, one job, two tables
    with held:
        jobs = [ASKED[asked](table) for table in tables]
        folders = [aged(settings.state_dir / "tables" / table.id, 40) for table in tables]
        assert retention.tidy(settings) == 0
    assert all(job.wait(20) for job in jobs)
    retention.tidy(settings)
    assert [folder.exists() for folder in folders] == [False, False]


def test_the_earlier_run_of_a_report_and_the_rows_that_are_read_stay(kept, settings, workspace, held, monkeypatch):
    (result,), (folder,) = kept(40, run=True), kept(0)
    table = workspace.table(folder.name)
    earlier = Earlier(result.name, "", result / "x.row_id.csv", "row_id")
    read = workspace.add_address("t", "connection://crm?table=t")
    monkeypatch.setattr(snapshots, "read", lambda table, _: questions.source(table))
    with held:
        job, reading = questions.report(table, RECIPE, earlier), snapshots.reading(read)
        rows = aged(settings.state_dir / "tables" / read.id, 40)
        assert retention.tidy(settings) == 0
    assert job.wait(20)
    assert reading.wait(20)
    assert retention.tidy(settings) == 2
    assert not result.exists()
    assert not rows.exists()


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
