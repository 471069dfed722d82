"""Each page in-process: what it reads, what it shows, and that it remembers nothing but IDs."""

import gzip

import openpyxl
import pytest

import rowid
from rowid.report import examine
from rowid.ui import questions, runs
from rowid.ui.draft import Draft
from rowid.ui.jobs import process

CSV = b"id,name,amount\n1,Ann,0.5\n1,Bob,1.5\n2,,0.5\n"


def texts(app):
    """Everything a page says."""
    kinds = ("title", "subheader", "markdown", "caption", "success", "warning", "info", "error")
    return "\n".join(element.value for kind in kinds for element in getattr(app, kind))


def table_of(app, column):
    """The first table of a page whose first column has this name."""
    return next(frame.value for frame in app.dataframe if frame.value.columns[0] == column)


def named(app, key):
    """What the address of the page names."""
    value = app.query_params[key]
    return value[0] if isinstance(value, list) else value


@pytest.fixture
def table(workspace):
    return workspace.add("orders.csv", [CSV])


def at(app, page, **query):
    """The app at the address of a page."""
    app.query_params.update(query)
    if page:
        app.switch_page(f"pages/{page}.py")
        app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def test_a_fresh_start_offers_an_upload_and_the_sample(app):
    at(app, None)
    assert [uploader.label.partition(":")[0] for uploader in app.file_uploader] == ["Your file"]
    assert app.button(key="sample").label == "Use the sample"
    assert "No table in hand yet" in texts(app)


def test_the_sample_is_taken_with_one_click_and_its_key_is_chosen(app):
    at(app, None).button(key="sample").click().run()
    assert "CSV, 1,704 rows, 8 columns" in texts(app)
    assert "gapminder" in texts(app)
    app.button(key="next").click().run()
    assert app.multiselect[0].value == ["country", "year"]
    assert "Unique in all 1,704 rows" in texts(app)


def test_an_upload_is_on_disk_at_once_and_not_in_the_session(app, workspace):
    at(app, None).file_uploader[0].upload("Größe.csv", CSV, "text/csv").run()
    table = workspace.table(named(app, "table"))
    assert table.path.read_bytes() == CSV
    assert table.name == "Größe.csv"
    assert "CSV, 3 rows, 3 columns" in texts(app)
    held = [value for value in app.session_state.values() if not isinstance(value, str | int | dict | list)]
    assert not [value for value in held if value]


def test_what_was_not_guessed_is_told_and_can_be_corrected(app, workspace):
    table = workspace.add("codes.csv", [b"code;n\n007;1\n010;2\n"])
    at(app, None, table=table.id)
    assert "leading zeros" in texts(app)
    app.selectbox(key=f"delimiter-{table.id}").set_value(",").run()
    assert workspace.table(table.id).options.delimiter == ","
    assert "1 column" in texts(app)
    app.button(key="undo-corrections").click().run()
    assert "2 rows, 2 columns" in texts(app)


def test_a_file_of_the_servers_data_folder_is_used_without_an_upload(app, tmp_path, monkeypatch):
    (tmp_path / "orders.csv").write_bytes(CSV)
    monkeypatch.setenv("ROWID_DATA_DIR", str(tmp_path))
    at(app, None).selectbox(key="server-file").set_value("orders.csv").run()
    app.button(key="use-server-file").click().run()
    assert "CSV, 3 rows, 3 columns" in texts(app)


def test_a_sheet_of_a_workbook_can_be_chosen(app, workspace, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "First"
    book.active.append(["a"])
    book.active.append([1])
    other = book.create_sheet("Zweites Blatt")
    other.append(["b", "c"])
    other.append(["x", 2])
    book.save(tmp_path / "book.xlsx")
    table = workspace.add("book.xlsx", [(tmp_path / "book.xlsx").read_bytes()])
    at(app, None, table=table.id)
    assert "Excel, 1 row, 1 column" in texts(app)
    assert app.selectbox(key=f"sheet-{table.id}").options == ["First", "Zweites Blatt"]
    app.selectbox(key=f"sheet-{table.id}").set_value("Zweites Blatt").run()
    assert "Excel, 1 row, 2 columns" in texts(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tsv", b"a\tb\n1\t2\n", "TSV, 1 row, 2 columns"),
        ("a.csv.gz", gzip.compress(CSV, mtime=0), "CSV, 3 rows, 3 columns"),
        ("a.jsonl", b'{"a": 1}\n{"a": 2}\n', "JSON Lines, 2 rows, 1 column"),
    ],
)
def test_every_kind_of_file_is_understood(app, workspace, name, content, said):
    at(app, None, table=workspace.add(name, [content]).id)
    assert said in texts(app)


def test_a_file_that_cannot_be_read_gets_our_words_and_no_traceback(app, workspace):
    table = workspace.add("junk.csv", [bytes(range(256)) * 8])
    at(app, None, table=table.id)
    assert "binary data" in app.error[0].value
    assert "Where: junk" in app.error[0].value
    assert "Traceback" not in texts(app)


def test_a_table_that_is_not_there_is_told_and_another_can_be_taken(app):
    at(app, None, table="0" * 32)
    assert "no such table" in app.error[0].value
    assert app.button(key="sample")


def test_pages_without_a_table_lead_to_connect(app):
    for page in ("build/columns", "build/run"):
        at(app, page)
        assert "No table is connected yet" in app.error[0].value
        assert app.page_link[0].label == "Connect a table"


def test_the_report_before_any_run_leads_to_what_is_next(app, table):
    at(app, "review/report")
    assert app.page_link[0].label == "Connect a table"
    at(app, "review/report", table=table.id)
    assert app.page_link[0].label == "Run"


def test_without_a_choice_all_columns_are_the_key(app, table):
    at(app, "build/columns", table=table.id)
    assert app.multiselect[0].value == []
    assert "all columns make the ID" in texts(app)
    assert "Unique in all 3 rows" in texts(app)
    assert "Floating-point numbers: **amount**" in texts(app)
    assert "In **1 row** a key column is null" in texts(app)


def test_a_choice_is_judged_kept_and_named_in_the_address(app, table, workspace):
    at(app, "build/columns", table=table.id).multiselect[0].set_value(["id"]).run()
    assert "Not unique." in texts(app)
    assert "3 rows, 2 distinct: 1 surplus row, largest group 2" in texts(app)
    draft_id = named(app, "recipe")
    assert workspace.draft(table, draft_id).columns == ("id",)
    fingerprint = workspace.draft(table, draft_id).recipe(["id", "name", "amount"]).fingerprint
    assert f"recipe `{fingerprint[:12]}`" in texts(app)


def test_a_page_follows_the_draft_that_its_address_names(app, table, workspace):
    first = workspace.keep_draft(table, Draft(("name",)))
    workspace.keep_draft(table, Draft(("amount",)))
    at(app, "build/columns", table=table.id, recipe=first)
    assert app.multiselect[0].value == ["name"]
    at(app, "build/columns", table=table.id, recipe=workspace.keep_draft(table, Draft(("id", "name"))))
    assert app.multiselect[0].value == ["id", "name"]


@pytest.mark.parametrize("form", ["hex", "uuid", "int64", "binary"])
def test_the_first_ids_are_shown_to_the_last_digit_in_every_form(app, table, workspace, form):
    draft = Draft(("id", "name"), form=form)
    at(app, "build/columns", table=table.id, recipe=workspace.keep_draft(table, draft))
    ids = [rowid.row_id(row, draft.recipe(["id", "name"])) for row in ([1, "Ann"], [1, "Bob"], [2, None])]
    assert list(app.dataframe[0].value["row_id"]) == [one.hex() if form == "binary" else str(one) for one in ids]


def test_a_rule_of_a_column_changes_the_recipe_and_shows_before_and_after(app, table, workspace):
    draft_id = workspace.keep_draft(table, Draft(("name",)))
    app.session_state["about"] = "How values are read"
    at(app, "build/columns", table=table.id, recipe=draft_id)
    app.multiselect(key=f"normalise-{table.id}-name").set_value(["upper"]).run()
    assert workspace.draft(table, named(app, "recipe")).normalise == {"name": ["upper"]}
    shown = app.dataframe[0].value
    assert list(shown["Without a rule"]) == ["Ann", "Bob", "null"]
    assert list(shown["What enters the ID"]) == ["ANN", "BOB", "null"]


def test_a_recipe_from_a_file_replaces_the_draft(app, table):
    app.session_state["about"] = "Recipe file"
    at(app, "build/columns", table=table.id)
    recipe = b"spec: rowid v1\ncolumns: [name, id]\nform: uuid\n"
    app.file_uploader[0].upload("recipe.yaml", recipe, "application/yaml").run()
    assert app.multiselect[0].value == ["name", "id"]
    assert "form: uuid" in app.code[0].value


def test_a_recipe_that_is_none_is_refused_in_words(app, table):
    app.session_state["about"] = "Recipe file"
    at(app, "build/columns", table=table.id)
    app.file_uploader[0].upload("recipe.yaml", b"spec: rowid v9\ncolumns: [id]\n", "application/yaml").run()
    assert "Spec is 'rowid v9'" in app.error[0].value.replace("\\", "")


def test_a_recipe_that_names_an_absent_column_is_told(app, table, workspace):
    at(app, "build/columns", table=table.id, recipe=workspace.keep_draft(table, Draft(("gone",))))
    assert app.multiselect[0].value == ["gone"]
    assert "gone" in app.error[0].value


def test_run_says_what_it_will_do_does_it_and_shows_the_receipt_again_after_a_reload(app, table, workspace):
    draft_id = workspace.keep_draft(table, Draft(("id", "name")))
    at(app, "build/run", table=table.id, recipe=draft_id)
    assert "Read 3 rows of **orders\\.csv** and add column **row\\_id**" in texts(app)
    app.button(key="start").click().run()
    run = workspace.run(named(app, "run"))
    assert runs.job(run).wait(20)
    at(app, "build/run", table=table.id, recipe=draft_id, run=run.id)
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Rows in"], shown["Rows out"], shown["Distinct IDs"], shown["Duplicate rows"]) == ("3", "3", "3", "0")
    assert r"Duplicates: no row repeats another \(keep\). Nulls: 1 row has a null in the key" in texts(app)
    assert app.code[0].value == "rowid run orders.csv -o orders.row_id.parquet --columns id,name"


def test_run_asks_before_it_replaces_an_id_column(app, workspace):
    table = workspace.add("has.csv", [b"id,row_id\n1,a\n"])
    at(app, "build/run", table=table.id, recipe=workspace.keep_draft(table, Draft(("id",))))
    assert app.button(key="start").disabled
    app.checkbox(key="replace").check().run()
    assert not app.button(key="start").disabled
    assert "replace column **row\\_id**" in texts(app)


def test_a_policy_is_part_of_the_draft(app, table, workspace):
    at(app, "build/run", table=table.id, recipe=workspace.keep_draft(table, Draft(("id",))))
    app.radio(key=f"duplicates-{table.id}").set_value("reject").run()
    app.radio(key=f"form-{table.id}").set_value("uuid").run()
    draft = workspace.draft(table, named(app, "recipe"))
    assert (draft.duplicates, draft.form, draft.columns) == ("reject", "uuid", ("id",))


def test_a_run_that_failed_says_why_and_lets_the_settings_be_changed(app, table, workspace, settings):
    recipe = Draft(("id",), duplicates="reject").recipe(["id"])
    run = runs.start(runs.Plan(table, recipe, "CSV"), settings)
    assert runs.job(run).wait(20)
    at(app, "build/run", table=table.id, run=run.id)
    assert "Traceback" not in texts(app)
    assert "row" in app.error[0].value
    app.button(key="new-run").click().run()
    assert app.button(key="start")


def test_a_run_whose_process_is_gone_is_told(app, table, workspace):
    run, _ = workspace.new_run(table, {"spec": "rowid v1", "columns": ["id"]}, "x.csv", replace=False)
    at(app, "build/run", table=table.id, run=run.id)
    assert "ended without a word" in app.error[0].value


def test_a_run_under_way_can_be_watched_and_cancelled(app, table, workspace):
    run, _ = workspace.new_run(table, {"spec": "rowid v1", "columns": ["id"]}, "x.csv", replace=False)
    job = process().jobs.ask(("run", run.id, run.table_id, run.source), lambda job: job.stop_asked.wait(20))
    at(app, "build/run", table=table.id, run=run.id)
    assert "Running orders" in texts(app)
    app.button(key="cancel").click().run()
    assert job.wait(5)


@pytest.fixture
def report(app, table, settings):
    run = runs.start(runs.Plan(table, Draft(("id",)).recipe(["id"]), "Parquet"), settings)
    assert runs.job(run).wait(20)
    return at(app, "review/report", run=run.id)


def test_the_report_opens_with_the_verdict_and_shows_the_rows_that_repeat(report):
    assert report.warning[0].value.startswith("**NOT A KEY**")
    shown = {metric.label: metric.value for metric in report.metric}
    assert (shown["Rows"], shown["Distinct"], shown["Surplus rows"], shown["Duplicate groups"]) == ("3", "2", "1", "1")
    assert "differ in name and amount" in texts(report)
    group = table_of(report, "Row")
    assert list(group["Row"]) == [1, 2]
    assert list(group.columns) == ["Row", "id", "name", "amount"]
    assert list(group["name"]) == ["Ann", "Bob"]


def test_the_report_has_all_its_parts_and_can_be_taken_home(report):
    assert [tab.label for tab in report.tabs] == [
        "Rows that repeat", "Nulls", "Key", "Spellings", "Collisions", "Personal data", "Previous run",
    ]  # fmt: skip
    assert list(table_of(report, "Reading of null")["Surplus rows"]) == [1, 1, 1]
    assert "in the one group other columns differ" in texts(report)
    assert "compared with that row" in texts(report)
    assert "no earlier run of the same recipe" in texts(report)
    assert report.get("download_button")[0].label == "Download as HTML"


def test_ids_are_compared_with_the_last_run_of_the_same_recipe(app, workspace, settings):
    recipe = Draft(("id",)).recipe(["id"])
    for content in (b"id\n1\n2\n", b"id\n2\n3\n4\n"):
        run = runs.start(runs.Plan(workspace.add("orders.csv", [content]), recipe, "CSV"), settings)
        assert runs.job(run).wait(20)
    at(app, "review/report", run=run.id)
    assert "1 ID kept, 2 new, 1 gone" in texts(app)


def test_a_report_that_was_stopped_says_so_and_can_be_asked_for_again(app, table, workspace, settings):
    draft = Draft(("id",))
    run = runs.start(runs.Plan(table, draft.recipe(["id"]), "CSV"), settings)
    assert runs.job(run).wait(20)
    recipe = draft.recipe(["id"])
    key = ("report", *table.state(), recipe.fingerprint, None, None)
    stopped = process().jobs.ask(key, lambda job: examine(questions.source(table), recipe, should_stop=lambda: True))
    assert stopped.wait(20)
    at(app, "review/report", run=run.id)
    assert app.info[0].value.startswith("**CANNOT TELL**")
    app.button(key="again-report").click().run()
    assert app.warning[0].value.startswith("**NOT A KEY**")


def test_an_address_that_names_only_the_run_brings_its_table_and_recipe(report, table):
    assert named(report, "table") == table.id
    fingerprint = Draft(("id",)).recipe(["id"]).fingerprint
    assert f"recipe `{fingerprint[:12]}`" in texts(report)


def test_without_a_run_the_report_says_where_to_begin(app):
    at(app, "review/report")
    assert "No run has finished yet" in texts(app)


def test_monitoring_lists_the_runs_of_the_ledger(app, table, settings):
    for draft in (Draft(("id",)), Draft(("id",), duplicates="reject")):
        run = runs.start(runs.Plan(table, draft.recipe(["id"]), "CSV"), settings)
        assert runs.job(run).wait(20)
    at(app, "operate/monitoring")
    shown = app.dataframe[-1].value
    assert list(shown["Status"]) == ["✕ failed", "✓ finished"]
    assert list(shown["Source"]) == ["orders.csv"] * 2
    assert "DuplicateRowError" in shown["Error"][0]
    assert {metric.label for metric in app.metric} == {"Processor", "Memory", "Memory of the app", "Disk"}


def test_monitoring_without_runs_says_so(app):
    at(app, "operate/monitoring")
    assert "Nothing has run yet" in texts(app)


def test_an_error_of_the_app_itself_is_told_by_an_id_that_is_in_the_log(app, monkeypatch, caplog):
    value = "Ann's " + "salary"

    def broken(*_):
        raise ZeroDivisionError(value)

    monkeypatch.setattr("rowid.ui.workspace.Workspace.server_files", broken)
    at(app, None)
    error_id = app.error[0].value.rpartition("`")[0].rpartition("`")[2]
    assert f"error {error_id}: ZeroDivisionError" in caplog.text
    assert "connect.py" in caplog.text
    assert value not in caplog.text + texts(app)


@pytest.fixture
def profile(app, workspace):
    """The profile of a table with something of everything."""
    content = b"id,mail,status,born\n" + b"".join(
        b"%d,p%d@example.com,%s,1990-01-0%d\n" % (n, n, b"open" if n % 3 else b"", 1 + n % 9) for n in range(30)
    )
    app.session_state["about"] = "Profile"
    return at(app, "build/columns", table=workspace.add("people.csv", [content]).id)


def test_the_profile_shows_every_column_with_its_quality_and_what_it_looks_like(profile):
    shown = profile.dataframe[0].value.set_index("Column")
    assert list(shown["Distinct"]) == [30, 30, 1, 9]
    assert list(shown["Nulls"]) == [0, 0, 10, 0]
    assert shown.loc["id", "Looks like"] == "monotonic, surrogate"
    assert shown.loc["mail", "Looks like"] == "personal"
    assert shown.loc["status", "Quality"] == pytest.approx(20 / 30 / 2)
    assert "Quality **0.83**" in texts(profile)
    assert "variety 0.88" in texts(profile)


def test_a_column_of_the_profile_is_shown_in_full(profile, workspace):
    assert "No value is known to repeat" in texts(profile)
    profile.selectbox[0].set_value("status").run()
    assert not profile.exception
    facts = profile.dataframe[1].value.set_index("Fact")["Value"]
    assert facts["Nulls"] == "10 (33.3 %)"
    assert facts["Distinct"] == "1, 5.0 % of 20 values"
    assert "Quality 0.33 = completeness 0.67 × " in texts(profile)
    assert "**Constant**: one value and nulls" in texts(profile)
    numbers = profile.dataframe[2].value
    assert numbers.to_dict("list") == {"Value": ["open"], "Rows": [20], "Share": ["100 %"]}
