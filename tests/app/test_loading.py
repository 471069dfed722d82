"""A run into a table of a database: the dry run, the load and its receipt, and the same job elsewhere."""

import contextlib
import io
import os
import shlex
import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from rowid import bootstrap
from rowid.errors import DataError
from rowid.ui import elsewhere, runs, snapshots
from rowid.ui.draft import Draft
from rowid.ui.nouns import Target
from tests.app.conftest import ROOT
from tests.app.test_connections import settled
from tests.app.test_pages import at, texts

CSV = b"id,name\n1,Ann\n2,Bob\n3,Zo\xc3\xab\n"
URI = "connection://crm?table=loaded"


@pytest.fixture
def table(workspace, crm):
    return workspace.add("people.csv", [CSV])


def plan(table, write=None, missing="report", *, columns=("id",), force=False, **recipe):
    target = Target(URI, write, missing, force)
    return runs.Plan(table, Draft(columns, **recipe).recipe(["id", "name"]), "Parquet", target=target)


def loaded(plan, settings, workspace):
    run = runs.start(plan, settings)
    assert runs.job(run).wait(20)
    return workspace.run(run.id)


def counts(receipt):
    return tuple(receipt[name] for name in ("inserted", "updated", "unchanged", "missing", "removed"))


def numbers(app):
    return {metric.label: metric.value for metric in app.metric}


def test_a_dry_run_tells_all_and_does_nothing(table, crm, settings):
    job = runs.dry_run(plan(table), settings)
    assert job.wait(20)
    receipt = job.result.receipt
    assert counts(receipt.counts()) == (3, 0, 0, 0, 0)
    assert any('CREATE TABLE "loaded"' in sql for sql in receipt.sql)
    assert "Zoë" not in " ".join(receipt.sql)
    assert crm.do("SHOW TABLES") == [("people",)]
    assert bootstrap.ledger(settings).runs(10) == []


def test_a_load_leaves_its_receipt_and_the_second_one_changes_nothing(table, crm, settings, workspace):
    first = loaded(plan(table), settings, workspace)
    assert first.failure is None
    assert counts(first.receipt["receipt"]) == (3, 0, 0, 0, 0)
    assert first.receipt["receipt"]["verified"] is True
    assert first.target == Target(URI)
    again = loaded(plan(table, "merge"), settings, workspace)
    assert counts(again.receipt["receipt"]) == (0, 0, 3, 0, 0)
    assert crm.do("SELECT id, name FROM loaded ORDER BY id")[2] == (3, "Zoë")
    assert workspace.result(first.id, first.file) is None
    assert {one.sink for one in bootstrap.ledger(settings).runs(10)} == {URI}


def test_nothing_is_written_through_a_connection_for_reading(app, table, crm, settings, workspace):
    crm.file.write_text(crm.file.read_text().replace("write = true", ""))
    before = crm.do("SHOW TABLES")
    assert "for reading alone" in loaded(plan(table), settings, workspace).failure["what"]
    job = runs.dry_run(plan(table), settings)
    assert job.wait(20)
    assert "write = true" in job.error.hint
    assert crm.do("SHOW TABLES") == before
    at(app, "build/run", table=table.id, recipe=workspace.keep_draft(table, Draft(("id",))))
    app.segmented_control(key="output").set_value("Table of a database").run()
    assert "for reading alone" in texts(app)
    assert "write = true" in texts(app)


@pytest.mark.parametrize(("missing", "left", "removed"), [("report", 4, 0), ("mark", 4, 1), ("delete", 3, 1)])
def test_rows_that_are_missing_are_dealt_with_as_asked(table, crm, settings, workspace, missing, left, removed):
    more = workspace.add("more.csv", [CSV + b"4,Eve\n"])
    loaded(plan(more), settings, workspace)
    done = loaded(plan(table, "merge", missing), settings, workspace)
    assert counts(done.receipt["receipt"]) == (0, 0, 3, 1, removed)
    assert crm.do("SELECT count(*) FROM loaded") == [(left,)]


def test_another_recipe_is_refused_unless_all_is_replaced_by_force(table, crm, settings, workspace):
    loaded(plan(table), settings, workspace)
    refused = loaded(plan(table, "replace", columns=("name",)), settings, workspace)
    assert refused.receipt is None
    assert refused.failure["kind"] == DataError.__name__
    assert "another recipe" in refused.failure["what"]
    assert loaded(plan(table, "replace", columns=("name",), force=True), settings, workspace).receipt


def test_a_load_into_a_database_that_is_gone_says_why(table, crm, settings, workspace):
    target = Target("connection://gone?table=t")
    run = loaded(runs.Plan(table, Draft(("id",)).recipe(["id"]), "Parquet", target=target), settings, workspace)
    assert run.failure["kind"] == "DatabaseError"
    assert run.failure["where"] == "connection://gone?table=t"


def test_a_plan_says_what_is_done_to_the_table(table):
    said = " ".join(plan(table, "merge", "delete").sentences(3, None)).replace("\\", "")
    assert "Merge into **connection://crm?table=loaded**" in said
    assert "they are removed from the table" in said
    assert "Make the new table" in " ".join(plan(table).sentences(3, None))


LOADS = {
    "new": (None, "report", False),
    "append": ("append", "report", False),
    "merge": ("merge", "delete", False),
    "replace": ("replace", "report", True),
}


@pytest.mark.parametrize(("write", "missing", "force"), LOADS.values(), ids=LOADS)
def test_the_command_and_the_script_do_the_same_load(
    crm, settings, workspace, tmp_path, monkeypatch, write, missing, force
):
    """From a table of the database into another one: all that is shown is enough to do it again."""
    source = workspace.add_address("people", "connection://crm?table=people")
    assert snapshots.reading(source).wait(20)
    wanted = plan(source, write, missing, force=force)
    if write:
        loaded(plan(source), settings, workspace)
    run = loaded(wanted, settings, workspace)
    expected = crm.do("SELECT row_id FROM loaded ORDER BY id")

    def afresh():
        crm.do("DROP TABLE loaded", "DROP TABLE rowid_tables", "SELECT 1")
        if write:
            crm.do("CREATE TABLE loaded (id BIGINT, name VARCHAR, row_id VARCHAR)")

    afresh()
    command = [sys.executable, "-m", *shlex.split(elsewhere.command_line(run))]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0
    assert crm.do("SELECT row_id FROM loaded ORDER BY id") == expected

    afresh()
    monkeypatch.chdir(tmp_path)
    (tmp_path / elsewhere.recipe_file(run)).write_text(wanted.recipe.to_yaml())
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(elsewhere.python(run), {})
    assert crm.do("SELECT row_id FROM loaded ORDER BY id") == expected
    assert said.getvalue() == "300 rows, 300 distinct IDs\n"


def test_the_page_goes_from_the_dry_run_to_the_receipt(app, table, crm, workspace):
    crm.do("CREATE TABLE loaded (id BIGINT, name VARCHAR, row_id VARCHAR)")
    draft = workspace.keep_draft(table, Draft(("id",)))
    settled(at(app, "build/run", table=table.id, recipe=draft))
    app.segmented_control(key="output").set_value("Table of a database").run()
    settled(app)
    assert "Choose the table" in texts(app)
    assert "start" not in [button.key for button in app.button]
    app.selectbox(key="target-table-crm").set_value("people").run()
    app.radio(key="target-merge").set_value("append").run()
    assert "start" not in [button.key for button in app.button]
    app.button(key="dry-run-button").click().run()
    settled(app)
    assert "people" in app.error[0].value  # it has no column for the IDs
    assert "start" not in [button.key for button in app.button]

    app.selectbox(key="target-table-crm").set_value("loaded").run()
    assert "start" not in [button.key for button in app.button]
    app.button(key="dry-run-button").click().run()
    settled(app)
    assert numbers(app) == {"To insert": "3", "To update": "0", "To leave": "0"}
    app.button(key="start").click().run()
    settled(app)
    assert "is written: 3 rows with their IDs" in texts(app)
    assert numbers(app) | {"Time": ""} == {
        "Rows in": "3", "Inserted": "3", "Updated": "0", "Unchanged": "0", "Verified": "yes", "Time": "",
    }  # fmt: skip
    assert "connection://crm?table=loaded" in app.code[0].value


def test_what_a_database_makes_of_the_columns_is_shown():
    def page():
        from rowid.model import Caveat
        from rowid.ui.loading import show_caveats

        show_caveats([Caveat("at", "no zone", "changes", "See"), Caveat("a*b", "kept", "note", "Quote it")])

    app = AppTest.from_function(page).run()
    assert app.warning[0].value == "Column **at**: no zone. See"
    assert app.expander[0].label == "What the database makes of the columns, 1 note"
    assert app.expander[0].markdown[0].value == r"- **a\*b**: kept. Quote it"


def test_the_receipt_of_a_load_shows_what_the_database_makes_of_the_columns(app, table, crm, workspace, settings):
    run = loaded(plan(table), settings, workspace)
    assert run.receipt["receipt"]["caveats"] == []
    caveat = {"column": "at", "what": "no zone", "severity": "changes", "hint": "See"}
    workspace.finish(run.id, {**run.receipt, "receipt": {**run.receipt["receipt"], "caveats": [caveat]}})
    settled(at(app, "build/run", table=table.id, run=run.id))
    assert [one.value for one in app.warning] == ["Column **at**: no zone. See"]


def test_a_dry_run_is_of_one_plan_and_of_no_other(app, table, crm, workspace, settings):
    loaded(plan(table), settings, workspace)
    settled(at(app, "build/run", table=table.id, recipe=workspace.keep_draft(table, Draft(("id",)))))
    app.segmented_control(key="output").set_value("Table of a database").run()
    settled(app)
    app.selectbox(key="target-table-crm").set_value("loaded").run()
    app.button(key="dry-run-button").click().run()
    settled(app)
    assert numbers(app) == {"To insert": "0", "To update": "0", "To leave": "3"}
    assert app.button(key="start")
    app.radio(key="target-report").set_value("delete").run()
    assert "start" not in [button.key for button in app.button]


def test_the_report_of_a_load_is_about_the_rows_that_were_read(app, table, crm, workspace, settings):
    run = loaded(plan(table), settings, workspace)
    crm.path.unlink()
    settled(at(app, "review/report", run=run.id))
    assert "No two of the 3 rows agree" in texts(app)
