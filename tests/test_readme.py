"""What README shows works as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rowid.recipe import Recipe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PEOPLE = "mail,name,visits\nalice@example.com,,42\nbob@example.com,Bob,7\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "people.yaml").write_text(Recipe(["mail", "name", "visits"]).to_yaml())
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "rowid"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rowid "$@"\n')
    command.chmod(0o755)
    return tmp_path


def run(place: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ROWID_STATE_DIR": str(place / "state")}
    environment["PATH"] = f"{place / 'bin'}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("number", "said"), [(0, ""), (1, "KEY IF the rows to come keep it unique ('visits',)"), (2, "True\nRunStarted")]
)
def test_the_python_of_the_readme_runs(place, number, said):
    out = run(place, sys.executable, "-c", blocks("python")[number])
    assert out.startswith(said)
    assert number < len(blocks("python")) == 3


def test_the_shell_commands_of_the_readme_run(place):
    (commands,) = blocks("sh")
    run(place, "sh", "-ec", commands)
    lines = (place / "people-with-ids.csv").read_text().splitlines()
    assert lines[0] == "mail,name,visits,row_id"
    assert lines[1].startswith("alice@example.com,,42,2124eca9a8a8")


def test_the_recipe_of_the_readme_is_one():
    (text,) = blocks("yaml")
    assert Recipe.from_text(text).columns == ("mail", "name", "visits")


def test_the_files_that_the_readme_links_are_there():
    links = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert len(links) > 3
    for link in links:
        assert (ROOT / link).exists(), link
