"""What the app keeps on disk: names that cannot leave their folder, IDs that nobody guesses, drafts and runs."""

import pytest

from rowid.errors import SourceError, UsageError
from rowid.model import ReadOptions
from rowid.settings import Settings
from rowid.ui.draft import Draft
from rowid.ui.workspace import Workspace, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Umsätze 2024.csv", "Umsätze 2024.csv"),
        ("表.csv", "表.csv"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/abs/a.csv", "a.csv"),
        (".bashrc", "bashrc"),
        ("..", "table"),
        ("", "table"),
        ("a\nb\0c.csv", "abc.csv"),
        ("a\u202egpj.csv", "agpj.csv"),
        ("a.csv/", "table"),
    ],
)
def test_a_name_is_kept_as_far_as_it_stays_in_its_folder(given, kept):
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_ending():
    name = safe_name("ü" * 300 + ".csv.gz")
    assert name.endswith("ü.csv.gz")
    assert len(name.encode()) <= 200


def test_an_upload_lies_under_its_own_name_in_a_folder_of_its_own(workspace, settings):
    table = workspace.add("../x.csv", [b"a,b\n", b"1,2\n"])
    assert table.path.read_bytes() == b"a,b\n1,2\n"
    assert table.path.name == "x.csv"
    assert table.path.is_relative_to(settings.state_dir / "tables" / table.id)
    assert workspace.table(table.id) == table


def test_two_uploads_of_one_name_have_different_unguessable_ids(workspace):
    first, second = (workspace.add("x.csv", [b"a\n1\n"]) for _ in range(2))
    assert first.id != second.id
    assert len(first.id) == 32


@pytest.mark.parametrize("table_id", ["", "x", "..", "../tables", "0" * 32, "0" * 31 + "/"])
def test_an_id_that_names_no_table_is_refused(workspace, table_id):
    with pytest.raises(UsageError, match="no such table"):
        workspace.table(table_id)


def test_how_a_table_is_read_and_its_last_draft_are_remembered(workspace):
    table = workspace.add("x.csv", [b"a\n1\n"])
    options = ReadOptions(delimiter=";", header=False, text_columns=("a",))
    workspace.read_with(table, options)
    draft = Draft(("a",), types={"a": "number"}, normalise={"a": ("trim",)}, decimals={"a": 2}, form="uuid")
    draft_id = workspace.keep_draft(table, draft)
    again = workspace.table(table.id)
    assert again.options == options
    assert workspace.draft(again).to_dict() == workspace.draft(again, draft_id).to_dict() == draft.to_dict()


def test_two_drafts_of_one_table_live_side_by_side(workspace):
    table = workspace.add("x.csv", [b"a,b\n1,2\n"])
    first, second = (workspace.keep_draft(table, Draft((name,))) for name in "ab")
    assert workspace.draft(table, first).columns == ("a",)
    assert workspace.draft(table, second).columns == ("b",)


def test_a_file_that_is_gone_is_said_to_be_gone(workspace):
    table = workspace.add("x.csv", [b"a\n1\n"])
    table.path.unlink()
    with pytest.raises(SourceError, match="no longer there"):
        table.state()


def test_a_disk_that_takes_nothing_is_told(settings):
    settings.state_dir.write_text("in the way")
    with pytest.raises(SourceError, match="cannot be kept on the server's disk"):
        Workspace(settings).add("x.csv", [b"a\n"])


@pytest.fixture
def data(tmp_path) -> Workspace:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "in.csv").write_text("a\n1\n")
    (folder / ".hidden").write_text("a\n1\n")
    (tmp_path / "out.csv").write_text("a\n1\n")
    (folder / "link.csv").symlink_to(tmp_path / "out.csv")
    return Workspace(Settings(state_dir=tmp_path / "state", data_dir=folder))


def test_a_file_of_the_data_folder_is_used_where_it_lies(data):
    assert data.server_files() == ["link.csv", "sub/in.csv"]
    table = data.add_server_file("sub/in.csv")
    assert table.path == (data.data_dir / "sub" / "in.csv").resolve()
    assert data.table(table.id) == table


@pytest.mark.parametrize("path", ["../out.csv", "sub/../../out.csv", "link.csv", "/etc/passwd", "sub", "", "a\0b"])
def test_nothing_outside_the_data_folder_can_be_named(data, path):
    with pytest.raises(UsageError, match="no such file"):
        data.add_server_file(path)


def test_without_a_data_folder_no_file_of_the_server_can_be_named(workspace):
    assert workspace.server_files() == []
    with pytest.raises(UsageError, match="reads no files of its own"):
        workspace.add_server_file("/etc/passwd")


def test_a_result_is_given_out_under_its_own_name_and_only_when_the_run_has_finished(workspace):
    table = workspace.add("x.csv", [b"a\n1\n"])
    run, path = workspace.new_run(table, {"spec": "rowid v1", "columns": ["a"]}, "x.row_id.csv", replace=False)
    path.write_text("a,row_id\n1,x\n")
    assert workspace.result(run.id, run.file) is None
    workspace.finish(run.id, {"rows_out": 1})
    assert workspace.result(run.id, run.file) == path
    assert workspace.result(run.id, "run.json") is None
    assert workspace.result("../tables", "x") is None
    assert [one.id for one in workspace.finished_runs()] == [run.id]
