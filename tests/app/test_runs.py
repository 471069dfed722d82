"""A run of the app: its result, its receipt, its failure; and the same job as a command and in Python."""

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rowid import bootstrap
from rowid.errors import DuplicateRowError
from rowid.model import KeyVerdict, ReadOptions
from rowid.ui import elsewhere, runs
from rowid.ui.draft import Draft

ROOT = Path(__file__).parent.parent.parent
CSV = "id;name;amount;ort\n007;Ann ;1.005;Köln\n008;;2.5;Bonn\n007;Bob;1.0;\n"
NAMES = ["id", "name", "amount", "ort"]


def finished(workspace, settings, draft, *, output="Parquet", options=ReadOptions(), replace=False, text=CSV):  # noqa: B008
    table = workspace.read_with(workspace.add("Bestellung, alt.csv", [text.encode("cp1252")]), options)
    recipe = draft.recipe(text.partition("\n")[0].split(";"), options.text_columns)
    run = runs.start(runs.Plan(table, recipe, output, replace), settings)
    assert runs.job(run).wait(20)
    return workspace.run(run.id), table


def test_a_run_leaves_its_result_its_receipt_and_a_line_in_the_ledger(workspace, settings):
    run, _ = finished(workspace, settings, Draft(("id", "name")))
    assert run.failure is None
    assert (run.receipt["rows_in"], run.receipt["rows_out"], run.receipt["distinct_ids"]) == (3, 3, 3)
    result = pq.read_table(runs.result_path(run, settings))
    assert result.column_names == [*NAMES, "row_id"]
    record = bootstrap.ledger(settings).run(run.id)
    assert (record.status, record.rows, record.source) == ("finished", 3, "Bestellung, alt.csv")


def test_a_run_that_is_refused_says_why_and_leaves_no_result(workspace, settings):
    run, _ = finished(workspace, settings, Draft(("id",), duplicates="reject"))
    assert run.receipt is None
    assert run.failure["kind"] == DuplicateRowError.__name__
    assert "007" not in str(run.failure)
    folder = settings.state_dir / "results" / run.id
    assert sorted(path.name for path in folder.iterdir()) == ["failure.json", "run.json"]


def test_a_run_that_is_cancelled_leaves_no_file(workspace, settings):
    table = workspace.add("x.csv", [b"a\n", b"1\n" * 200_000])
    run = runs.start(runs.Plan(table, Draft().recipe(["a"]), "CSV"), settings)
    runs.job(run).cancel()
    assert runs.job(run).wait(20)
    assert workspace.run(run.id).failure["kind"] == "Cancelled"
    assert workspace.result(run.id, run.file) is None
    assert not list((settings.state_dir / "results" / run.id).glob("*.csv*"))


DRAFTS = {
    "options": (Draft(("id", "name"), form="uuid", duplicates="number", nulls="null", id_column="key id"), {}),
    "all columns": (Draft(), {}),
    "rules": (Draft(("name", "amount"), normalise={"name": ("trim", "lower")}, decimals={"amount": 2}), {}),
    "text": (Draft(("amount",)), {"text_columns": ("amount",)}),
    "reading": (Draft(("id",)), {"delimiter": ";", "encoding": "cp1252", "header": True}),
}


@pytest.mark.parametrize(("draft", "reading"), DRAFTS.values(), ids=DRAFTS)
def test_the_command_and_the_script_that_are_shown_write_the_same_ids(workspace, settings, tmp_path, draft, reading):
    run, table = finished(workspace, settings, draft, options=ReadOptions(**reading))
    ids = pq.read_table(runs.result_path(run, settings))[draft.id_column]
    shutil.copy(table.path, tmp_path)
    (tmp_path / elsewhere.recipe_file(run)).write_text(draft.recipe(NAMES, table.options.text_columns).to_yaml())

    command = [sys.executable, "-m", *shlex.split(elsewhere.command_line(run))]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0
    assert pq.read_table(tmp_path / run.file)[draft.id_column].equals(ids)

    (tmp_path / run.file).unlink()
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(io.StringIO()) as said:
        exec(elsewhere.python(run), {})
    assert pq.read_table(tmp_path / run.file)[draft.id_column].equals(ids)
    assert said.getvalue().startswith("3 rows, ")


def test_an_existing_id_column_is_replaced_where_that_was_asked_for(workspace, settings):
    text = "id;row_id\n1;old\n"
    run, _ = finished(workspace, settings, Draft(("id",)), text=text, replace=True)
    assert pq.read_table(runs.result_path(run, settings)).column_names == ["id", "row_id"]
    assert "--replace-id" in elsewhere.command_line(run)
    assert "replace=True" in elsewhere.python(run)


@pytest.mark.parametrize(
    ("name", "output", "expected"),
    [
        ("flights.csv", "Parquet", "flights.row_id.parquet"),
        ("flights.csv.gz", "CSV", "flights.row_id.csv"),
        ("a.b.xlsx", "Parquet", "a.b.row_id.parquet"),
        ("noending", "CSV", "noending.row_id.csv"),
    ],
)
def test_a_result_is_named_after_its_source(name, output, expected):
    assert runs.result_name(name, output) == expected


def test_a_plan_says_what_will_happen_and_whether_it_will_stop(workspace):
    table = workspace.add("a_b.csv", [b"x\n1\n"])
    recipe = Draft(("x",), duplicates="reject", nulls="reject").recipe(["x"])
    said = " ".join(runs.Plan(table, recipe, "CSV").sentences(1204, KeyVerdict(("x",), 1204, 1200, 2, 3, 7)))
    for part in (
        "1,204 rows",
        r"a\_b\.csv",
        "add column",
        r"a\_b\.row\_id\.csv",
        "4 rows repeat",
        "7 rows have a null",
    ):
        assert part in said


def test_the_recipe_of_a_table_with_text_columns_stands_alone():
    """What the reader was told to keep as text is declared in the recipe, for there is no reader elsewhere."""
    recipe = Draft(("a", "b"), types={"b": "number"}).recipe(["a", "b", "c"], ("a", "b", "c"))
    assert dict(recipe.types) == {"a": "text", "b": "number"}
