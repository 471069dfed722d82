"""A visitor's recipe may key IDs with the variables that are there for it, and with no other one of the server's."""

import base64

import pytest

from rowid import row_id
from rowid.errors import SecretError
from rowid.ui import questions, runs
from rowid.ui.draft import Draft
from rowid.ui.nouns import Earlier
from tests.app.test_pages import at

CSV = b"id\nAda\nAda\n"
SECRET = base64.b64encode(b"what only the server knows").decode()


def keyed(name):
    return Draft(("id",), key_env=name).recipe(["id"])


@pytest.fixture
def table(workspace):
    return workspace.add("people.csv", [CSV])


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name in ("ROWID_KEY", "ROWID_KEY_PEOPLE", "PASSWORD", "ROWID_KEYS", "_"):
        monkeypatch.setenv(name, SECRET)


@pytest.mark.parametrize("name", ["PASSWORD", "ROWID_KEYS", "rowid_key_people", "_"])
def test_no_other_variable_of_the_server_keys_a_preview_or_a_run(table, workspace, settings, name):
    asked = questions.preview(table, keyed(name))
    assert asked.wait(20)
    assert isinstance(asked.error, SecretError)
    run = runs.start(runs.Plan(table, keyed(name), "CSV"), settings)
    assert runs.job(run).wait(20)
    failure = workspace.run(run.id).failure
    assert failure["kind"] == "SecretError"
    assert failure["where"] == f"key_env {name}"
    assert workspace.result(run.id, run.file) is None


def test_a_report_of_ids_that_such_a_variable_keyed_compares_none(table, workspace, settings):
    allowed, other = keyed("ROWID_KEY"), keyed("PASSWORD")
    run = runs.start(runs.Plan(table, allowed, "Parquet"), settings)
    assert runs.job(run).wait(20)
    earlier = Earlier(run.id, run.started_at, runs.result_path(workspace.run(run.id), settings), "row_id")
    for recipe, compared in (allowed, True), (other, False):
        asked = questions.report(table, recipe, earlier)
        assert asked.wait(20)
        assert (asked.result.comparison is not None) == compared


@pytest.mark.parametrize("name", ["ROWID_KEY", "ROWID_KEY_PEOPLE"])
def test_a_variable_that_is_there_for_it_keys_ids(table, name):
    asked = questions.preview(table, keyed(name))
    assert asked.wait(20)
    assert asked.result["row_id"][0].as_py() == row_id(["Ada"], keyed(name))


def test_a_preview_is_of_one_secret_and_of_no_other(table, monkeypatch):
    monkeypatch.setenv("ROWID_KEY_PEOPLE", base64.b64encode(b"another").decode())
    ids = []
    for name in ("ROWID_KEY", "ROWID_KEY_PEOPLE"):
        asked = questions.preview(table, keyed(name))
        assert asked.wait(20)
        ids.append(asked.result["row_id"][0].as_py())
    assert ids[0] != ids[1]


def test_an_uploaded_recipe_that_names_another_variable_is_refused_at_once(app, table, workspace):
    app.session_state["about"] = "Recipe file"
    at(app, "build/columns", table=table.id)
    recipe = b"spec: rowid v1\ncolumns: [id]\nkey_env: PASSWORD\n"
    app.file_uploader[0].upload("recipe.yaml", recipe, "application/yaml").run()
    told = app.error[0].value.replace("\\", "")
    assert "The web app keys IDs with ROWID_KEY and variables that begin with ROWID_KEY_ alone." in told
    assert "such as ROWID_KEY_PASSWORD;" in told
    assert workspace.draft(table) == Draft()
