"""The house keeps its own rules: what an import loads, what may import what, what is public."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import rowid
from rowid import errors, model, pipeline

ROOT = Path(__file__).parent.parent
HEAVY = (
    "streamlit",
    "snowflake",
    "prometheus_client",
    "pandas",
    "polars",
    "numba",
    "duckdb",
    "sqlalchemy",
    "typer",
    "rich",
)


def _loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_importing_rowid_loads_none_of_the_faces_or_vendors():
    assert not _loaded_by("import rowid") & {*HEAVY, "pyarrow", "numpy", "yaml"}


def test_making_ids_loads_none_of_the_faces_or_vendors():
    """Pyarrow itself imports pandas where it is installed."""
    assert not _loaded_by("import rowid; rowid.row_id([1]); import rowid.pipeline") & ({*HEAVY} - {"pandas"})


def test_a_command_does_not_look_for_garbage_among_all_that_is_left_at_its_end():
    script = "import gc, sys; from rowid.cli import console; console(); sys.stdout.write(str(gc.get_freeze_count()))"
    done = subprocess.run(
        [sys.executable, "-c", script, "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(done.stdout.splitlines()[-1]) > 1000


def test_the_public_names_are_these_and_all_are_there():
    assert rowid.__all__ == sorted(rowid.__all__)
    for name in rowid.__all__:
        assert getattr(rowid, name).__doc__
        assert name in dir(rowid)


@pytest.mark.parametrize("package", [model, pipeline])
def test_what_a_package_offers_is_there_when_it_is_asked_for(package):
    for name in package.__all__:
        assert getattr(package, name) is not None
        assert not isinstance(getattr(package, name), ModuleType), "a module of the same name"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_a_run_does_not_load_what_searches_for_keys_nor_the_nouns_of_a_profile():
    script = "import sys; from rowid import bootstrap, pipeline; import rowid.cli.run; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"rowid.keys", "rowid.profiler", "rowid.model.profiles", "rowid.model.diffs"} & {*done.stdout.split()}


def test_every_error_is_drawn_in_the_tree_of_its_module():
    classes = [
        node.name for node in ast.parse(Path(errors.__file__).read_text()).body if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 8
    for name in classes:
        assert name in errors.__doc__
