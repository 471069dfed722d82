"""The help and ``docs/cli.md`` name every command and every option, and the commands that they show run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from rowid.cli import help as texts
from rowid.cli.app import commands
from rowid.model.profiles import DRIFT
from rowid.recipe import DUPLICATES, FORMS, NULLS
from tests.cli.conftest import ROOT

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
ROWID = typer.main.get_command(commands())
OPTIONS = [
    (name, option)
    for name, command in ROWID.commands.items()
    for parameter in command.params
    for option in [*parameter.opts, *parameter.secondary_opts]
    if option.startswith("-") and option != "--help"
]


def section(command):
    """What docs/cli.md says of a command."""
    return PAGE.split(f"\n## `rowid {command}`\n")[1].split("\n## ")[0]


def shown(text):
    """The command lines in a text's ``sh`` blocks."""
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


@pytest.fixture
def shell(folder):
    """Runs a command line as the documentation shows it, in a folder with the files it is about."""
    (folder / "people.csv").write_text(re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)[1])
    bin_ = folder.parent / "bin"
    bin_.mkdir()
    (bin_ / "rowid").write_text(f'#!/bin/sh\nexec {sys.executable} -m rowid "$@"\n')
    (bin_ / "rowid").chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}

    def run(line):
        done = subprocess.run(line, shell=True, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        return done.stdout

    return run


def test_there_are_options_to_look_for():
    assert len(OPTIONS) >= 40
    commands = ["run", "profile", "keys", "check", "lint", "verify", "diff", "sql", "runs", "tune", "app", "users"]
    assert list(ROWID.commands) == commands


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_documented_and_in_the_help(rowid, command, option):
    named = re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])")
    assert named.search(section(command))
    assert named.search(rowid(command, "--help").out)


def test_the_page_documents_no_option_that_does_not_exist():
    for command in ROWID.commands:
        prose = re.sub(r"```.*?```|pip install.*|TMPDIR", "", section(command), flags=re.DOTALL)
        known = {option for name, option in OPTIONS if name == command}
        others = set() if command == "run" else {"--recipe", "--key-env"}
        assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*(?=[ `,=])", prose)) - known - others == set()


def test_the_policies_and_forms_are_those_of_the_recipe():
    for allowed in (FORMS, DUPLICATES, NULLS):
        assert "|".join(sorted(allowed)) in {
            "|".join(sorted(listed.split("\\|"))) for listed in re.findall(r"--\w+ ([\w\\|]+)`", section("run"))
        }


def test_the_size_of_a_drift_is_that_of_the_model(rowid):
    for text in (section("profile"), rowid("profile", "--help").out):
        assert f"if a change is of size {DRIFT} or more" in " ".join(text.split())


def test_every_command_has_a_sentence_and_an_example_and_run_has_the_exit_codes(rowid):
    for command in ROWID.commands:
        out = rowid(command, "--help").out
        assert f"rowid {command} " in out.split("Options")[0]
    for page in (rowid("--help").out, rowid("run", "--help").out):
        assert "Exit codes" in page
        for code in (0, 1, 2, 3, 4, 70, 130, 141, 143):
            assert re.search(rf"\b{code}\b", page)


def test_without_arguments_the_help_is_shown(rowid):
    assert rowid() == rowid("--help")


def test_completion_can_be_shown_and_completes(shell):
    assert "_ROWID_COMPLETE=complete_bash" in shell("bash -c 'rowid --show-completion; exit'")
    words = "COMP_CWORD=4 COMP_WORDS='rowid run people.csv --form u' _ROWID_COMPLETE=complete_bash"
    assert shell(f"{words} rowid").split() == ["uuid"]


def test_the_commands_of_the_page_run(shell):
    lines = shown(PAGE)
    assert len(lines) >= 14
    for line in lines:
        out = shell(line)
        if line.startswith("rowid verify") and "--json" not in line:
            assert out.startswith("OK: 4 rows")


@pytest.mark.parametrize("text", ["ROWID", "RUN", "PROFILE", "KEYS", "CHECK", "LINT", "VERIFY", "DIFF", "SQL", "RUNS"])
def test_the_commands_of_the_help_run(shell, folder, text):
    (folder / "schema.yaml").write_text("email: text\ncountry: text\n")
    shell("rowid run people.csv -o people-with-ids.csv --save-recipe people.yaml")
    if text in ("VERIFY", "DIFF"):
        shell("rowid run people.csv -o people.parquet")
    lines = shown(getattr(texts, text))
    assert lines
    for line in lines:
        shell(line)


def test_both_names_and_the_module_are_the_same_program():
    import tomllib

    scripts = tomllib.loads(Path(ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"rowid": "rowid.cli:console", "row-id-generator": "rowid.cli:console"}
