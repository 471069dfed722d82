"""``rowid run``: every option does what its help says."""

import base64
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowid import row_id
from rowid.cli.options import column_names
from rowid.cli.run import _save
from rowid.errors import SinkError, UsageError
from rowid.recipe import Recipe
from tests.disks import files_no_larger_than


def ids(path):
    return pq.read_table(path).column("row_id").to_pylist()


def test_the_ids_are_those_of_the_python_api(rowid, people):
    assert rowid("run", people, "-o", "out.parquet", "--columns", "email,country").code == 0
    assert ids("out.parquet") == [row_id(["ada@example.com", "GB"]), row_id(["blaise@example.com", "FR"])]


def test_without_columns_all_make_the_id_sorted_by_name_and_a_line_says_so(rowid, people):
    answer = rowid("run", people, "-o", "all.parquet")
    assert "no columns were named" in answer.err
    rowid("run", people, "-o", "named.parquet", "--columns", "born,country,email")
    assert ids("all.parquet") == ids("named.parquet")


def test_with_columns_nothing_is_said_about_choosing(rowid, people):
    assert "no columns" not in rowid("run", people, "-o", "out.csv", "--columns", "email").err


def test_all_columns_do_not_include_an_id_column_that_is_replaced(rowid, people):
    rowid("run", people, "-o", "one.csv")
    assert rowid("run", "one.csv", "-o", "two.csv").code == 1
    answer = rowid("run", "one.csv", "-o", "two.csv", "--replace-id")
    assert answer.code == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()


def test_columns_may_be_given_several_times_and_quoted(folder, rowid):
    (folder / "in.csv").write_text('"city, state",zip,"say ""hi"""\na,1,x\n')
    args = ["--columns", '"city, state",zip', "--columns", '"say ""hi"""']
    assert rowid("run", "in.csv", "-o", "out.parquet", *args, "--save-recipe", "r.yaml").code == 0
    assert Recipe.load("r.yaml").columns == ("city, state", "zip", 'say "hi"')


def test_a_list_whose_quotes_do_not_close_is_refused():
    for one in ('"a,b', '"a"b,c', "a\nb"):
        with pytest.raises(UsageError, match="--columns"):
            column_names([one])


@pytest.mark.parametrize("form", ["hex", "uuid", "binary", "int64"])
def test_every_form_is_written(rowid, people, form):
    assert rowid("run", people, "-o", "out.parquet", "--columns", "email", "--form", form).code == 0
    assert ids("out.parquet")[0] == row_id(["ada@example.com"], Recipe(["email"], form=form))


def test_options_override_the_recipe_and_rules_of_dropped_columns_go(rowid, people):
    recipe = Recipe(
        ["country", "email"], normalise={"country": ["lower"], "email": ["upper"]}, form="uuid", nulls="null"
    )
    Path("r.yaml").write_text(recipe.to_yaml())
    args = ["--columns", "email", "--form", "int64", "--id-column", "key", "--duplicates", "number"]
    assert rowid("run", people, "-o", "o.csv", "--recipe", "r.yaml", *args, "--save-recipe", "s.yaml").code == 0
    assert Recipe.load("s.yaml") == Recipe(
        ["email"], normalise={"email": ["upper"]}, form="int64", id_column="key", duplicates="number", nulls="null"
    )


def test_a_saved_recipe_gives_the_same_ids_again(rowid, people):
    rowid("run", people, "-o", "one.parquet", "--columns", "email", "--form", "uuid", "--save-recipe", "r.json")
    assert json.loads(Path("r.json").read_text())["form"] == "uuid"
    rowid("run", people, "-o", "two.parquet", "--recipe", "r.json")
    assert ids("one.parquet") == ids("two.parquet")


def test_a_recipe_is_not_replaced_unasked_nor_put_where_it_cannot_be(rowid, people, folder):
    (folder / "r.yaml").write_text("mine")
    assert rowid("run", people, "-o", "out.csv", "--save-recipe", "r.yaml").code == 4
    assert rowid("run", people, "-o", "out.csv", "--save-recipe", "no/such/r.yaml").code == 4
    assert rowid("run", people, "-o", "out.csv", "--save-recipe", "out.csv").code == 2
    assert not (folder / "out.csv").exists()
    assert (folder / "r.yaml").read_text() == "mine"
    assert rowid("run", people, "-o", "out.csv", "--save-recipe", "r.yaml", "--force").code == 0
    assert Recipe.load("r.yaml").columns == ("born", "country", "email")


def test_an_existing_output_is_replaced_only_with_force(rowid, people, folder):
    (folder / "out.csv").write_text("mine")
    answer = rowid("run", people, "-o", "out.csv")
    assert answer.code == 4
    assert "--force" in answer.err
    assert (folder / "out.csv").read_text() == "mine"
    assert rowid("run", people, "-o", "out.csv", "--force").code == 0


def test_a_keyed_run_reads_its_secret_from_the_environment(rowid, people, monkeypatch):
    assert rowid("run", people, "-o", "out.parquet", "--columns", "email", "--key-env", "K").code == 2
    monkeypatch.setenv("K", base64.b64encode(b"a secret of some length").decode())
    assert rowid("run", people, "-o", "out.parquet", "--columns", "email", "--key-env", "K").code == 0
    assert ids("out.parquet")[0] == row_id(["ada@example.com"], Recipe(["email"], key_env="K"))
    assert ids("out.parquet")[0] != row_id(["ada@example.com"])


@pytest.mark.parametrize(
    ("policy", "code", "nulls", "different"),
    [
        (["--nulls", "hash"], 0, 0, 2),
        (["--nulls", "null"], 0, 1, 1),
        (["--nulls", "reject"], 1, None, None),
        (["--duplicates", "keep"], 0, 0, 2),
        (["--duplicates", "number"], 0, 0, 3),
        (["--duplicates", "reject"], 1, None, None),
    ],
)
def test_policies_for_nulls_and_duplicates(rowid, folder, policy, code, nulls, different):
    (folder / "in.csv").write_text("a,b\nx,1\nx,1\n,\n")
    assert rowid("run", "in.csv", "-o", "out.parquet", *policy).code == code
    assert (folder / "out.parquet").exists() == (code == 0)
    if code == 0:
        found = ids("out.parquet")
        assert (found.count(None), len(set(found) - {None})) == (nulls, different)


def test_the_reading_options_reach_the_source(rowid, folder):
    (folder / "in.txt").write_bytes("caf\xe9\t'a\tb'\n".encode("cp1252"))
    reading = ["--delimiter", "tab", "--quote", "'", "--encoding", "cp1252", "--no-header"]
    assert rowid("run", "in.txt", "-o", "out.parquet", *reading).code == 0
    assert [column[0].as_py() for column in pq.read_table("out.parquet").columns[:2]] == ["café", "a\tb"]


@pytest.mark.parametrize(
    "bad",
    [
        ["--delimiter", "::"],
        ["--delimiter", ""],
        ["--quote", "''"],
        ["--encoding", "klingon"],
        ["--form", "base64"],
        ["--nulls", "maybe"],
        ["--columns", "a,,b"],
        ["--id-column", "email", "--columns", "email"],
        ["--no-such-option"],
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_one_line_and_writes_nothing(rowid, people, folder, bad):
    answer = rowid("run", people, "-o", "out.csv", *bad)
    assert answer.code == 2
    assert answer.out == ""
    errors = [line for line in answer.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "Traceback" not in answer.err
    assert not (folder / "out.csv").exists()


def test_an_unknown_scheme_is_refused_without_showing_its_password(rowid, people):
    answer = rowid("run", "postgresql://me:secret@host/db", "-o", "out.csv")
    assert answer.code == 2
    assert "postgresql://" in answer.err
    assert "secret" not in answer.err
    assert rowid("run", people, "-o", "s3://bucket/out.csv").code == 2


def test_a_recipe_is_kept_whole_or_not_at_all(folder):
    recipe = Recipe([f"column {n:,}" for n in range(1000)])
    for ending in ("yaml", "json"):
        path = folder / f"r.{ending}"
        with files_no_larger_than(4096), pytest.raises(SinkError, match="the rows are written, but the recipe is not"):
            _save(recipe, path, force=False)
        assert list(folder.iterdir()) == []
        path.write_text("before")
        with files_no_larger_than(4096), pytest.raises(SinkError, match="allowed here"):
            _save(recipe, path, force=True)
        assert path.read_text() == "before"
        _save(recipe, path, force=True)
        assert Recipe.load(path) == recipe
        path.unlink()


def test_a_file_uri_is_a_file(rowid, people, folder):
    assert rowid("run", people.as_uri(), "-o", (folder / "out put.csv").as_uri()).code == 0
    assert (folder / "out put.csv").exists()


def test_the_receipt_says_what_was_done(rowid, folder):
    (folder / "in.csv").write_text("a\nx\nx\n\n")
    answer = rowid("run", "in.csv", "-o", "out.csv", "--columns", "a", "--nulls", "null")
    assert answer.out == ""
    lines = dict(line.split(maxsplit=1) for line in answer.err.splitlines())
    assert lines["written"].startswith("3 rows to out.csv in ")
    assert lines["written"].endswith(" rows/s")
    assert lines["IDs"] == "1 different, 1 null"
    assert lines["duplicates"] == "1 row repeats an earlier one with the same ID (keep)"
    assert len(lines["recipe"]) == 64
    assert lines["fingerprint"].endswith(" (of the IDs)")


def test_what_was_assumed_of_the_input_is_told(rowid, folder):
    (folder / "in.csv").write_bytes("name\nJiří\nZdeněk\n".encode("cp1250"))
    args = ("run", "in.csv", "-o", "out.csv", "--force", "--columns", "name")
    assert "note         not UTF-8, so read as Windows-1252; say which encoding it has" in rowid(*args).err
    assert json.loads(rowid(*args, "--json").out)["notes"][0].startswith("not UTF-8, so read as Windows-1252")
    answer = rowid(*args, "--encoding", "cp1250")
    assert "note" not in answer.err
    assert (folder / "out.csv").read_text(encoding="utf-8").splitlines()[1] == f"Jiří,{row_id(['Jiří'])}"


def test_json_is_the_audit_trail_and_nothing_else(rowid, people):
    answer = rowid("run", people, "-o", "out.csv", "--json")
    trail = json.loads(answer.out)
    assert answer.err == ""
    assert (trail["rows_in"], trail["rows_out"], trail["sink"]) == (2, 2, "out.csv")
    assert trail["recipe"]["columns"] == ["born", "country", "email"]


def test_an_error_is_json_too_where_json_was_asked_for(rowid, people):
    for args, kind, code in [
        (["run", "nowhere.csv", "-o", "out.csv"], "SourceError", 3),
        (["run", people, "-o", "out.csv", "--columns", "nmae"], "ColumnError", 1),
        (["run", people], "UsageError", 2),
        (["run", people, "-o", "out.csv", "--no-such-option"], "UsageError", 2),
        (["no-such-command"], "UsageError", 2),
    ]:
        answer = rowid(*args, "--json")
        error = json.loads(answer.out)["error"]
        assert answer.err == ""
        assert (error["type"], error["exit_code"], answer.code) == (kind, code, code)
        assert set(error) == {"type", "message", "hint", "exit_code"}


def test_verbose_shows_the_events_and_so_does_a_log_level(rowid, people, monkeypatch):
    assert "RunStarted" not in rowid("run", people, "-o", "1.csv").err
    answer = rowid("run", people, "-o", "2.csv", "-v")
    assert "RunStarted" in answer.err
    assert "BatchHashed" not in answer.err
    monkeypatch.setenv("ROWID_LOG_LEVEL", "debug")
    monkeypatch.setenv("ROWID_LOG_FORMAT", "json")
    events = [
        json.loads(line)["event"] for line in rowid("run", people, "-o", "3.csv").err.splitlines() if line[0] == "{"
    ]
    assert events == ["RunStarted", "BatchHashed", "RunFinished"]


def test_a_ledger_that_cannot_be_written_is_a_warning_and_no_more(rowid, people, folder, monkeypatch):
    (folder / "state").write_text("in the way")
    monkeypatch.setenv("ROWID_STATE_DIR", str(folder / "state"))
    answer = rowid("run", people, "-o", "out.csv")
    assert answer.code == 0
    warnings = [line for line in answer.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert "ROWID_STATE_DIR" in warnings[0]
    assert "Traceback" not in answer.err


def test_a_setting_that_makes_no_sense_is_refused(rowid, people, monkeypatch):
    monkeypatch.setenv("ROWID_PORT", "none")
    answer = rowid("run", people, "-o", "out.csv")
    assert answer.code == 2
    assert "ROWID_PORT" in answer.err


def test_a_name_cannot_steer_the_terminal(rowid, folder):
    (folder / "in.csv").write_text("a\nx\n")
    answer = rowid("run", "in.csv", "-o", "\x1b[31mred.csv")
    assert answer.code == 0
    assert "\x1b" not in answer.err
    assert "\\x1b[31mred.csv" in answer.err


def test_parquet_keeps_the_recipe(rowid, people):
    rowid("run", people, "-o", "out.parquet", "--columns", "email")
    metadata = pa.parquet.read_schema("out.parquet").metadata
    assert Recipe.from_text(metadata[b"rowid.recipe"].decode()) == Recipe(["email"])
    assert metadata[b"rowid.fingerprint"].decode() == Recipe(["email"]).fingerprint


@pytest.mark.parametrize("policy", ["duplicates", "nulls"])
def test_a_pipe_is_given_no_row_of_a_table_that_is_rejected(process, folder, policy):
    (folder / "in.csv").write_text("k,v\n1,a\n2,b\n1,\n1,\n")
    answer = process("run", "in.csv", "-o", "-", f"--{policy}", "reject", "--columns", "k,v")
    assert (answer.code, answer.out) == (1, "")
    assert "row 4 repeats row 3" in answer.err if policy == "duplicates" else "row 3, 4" in answer.err
