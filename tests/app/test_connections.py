"""The databases on Connect: their health, their tables, their first rows, and one whose rows are read and kept."""

import json
import logging
import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from rowid import bootstrap, pipeline
from rowid.databases import TableName
from rowid.errors import Cancelled, ColumnError, DatabaseError, SourceError
from rowid.recipe import Recipe
from rowid.sinks.memory import IdSink
from rowid.ui import databases, questions, snapshots
from rowid.ui.draft import Draft
from rowid.ui.jobs import AT_ONCE, Job, Jobs, process
from tests.app.conftest import ROOT
from tests.app.test_pages import at, named, texts

SECRET = "hunter2"


def settled(app):
    """The app once all that its pages wait for is there."""
    kinds = ("health", "tables", "first", "snapshot", "info", "head", "verdict", "keys", "report", "dry-run", "run")
    shown = None
    while shown != (shown := texts(app)):  # an answer may be what the next question waits for
        assert all(job.wait(20) for kind in kinds for _, job in process().jobs.running(kind))
        app.run()
    assert not app.exception
    return app


def browsed(app, name="crm"):
    at(app, None)
    app.button(key=f"browse-{name}").click().run()
    return settled(app)


def taken(workspace, uri, name="people"):
    """A table of a database whose rows were read."""
    table = workspace.add_address(name, uri)
    job = snapshots.reading(table)
    assert job.wait(20)
    if job.error:
        raise job.error
    return table


def badges(app):
    return [one.value for one in app.markdown if "-badge[" in one.value]


def test_without_a_connection_the_page_says_how_to_name_one(app, tmp_path, monkeypatch):
    file = tmp_path / "connections.toml"
    file.write_text("")
    file.chmod(0o600)
    monkeypatch.setenv("ROWID_CONNECTIONS", str(file))
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path / "none"))
    at(app, None)
    assert app.code[0].value.startswith('[crm]\nurl = "postgresql://')
    assert "chmod 600" in texts(app)


def test_each_connection_shows_whether_it_answers_and_why_not(app, crm):
    settled(at(app, None))
    assert "reachable, " in badges(app)[0]
    assert " ms" in badges(app)[0]
    assert "not reachable" in badges(app)[1]
    assert "Its directory does not exist" in texts(app)


def test_a_file_of_connections_that_others_may_read_is_told(app, crm):
    crm.file.chmod(0o644)
    at(app, None)
    assert "others may read" in app.error[0].value.lower()


def test_tables_are_browsed_by_schema_and_shown_with_a_limit(app, crm):
    crm.do("CREATE SCHEMA sales", "CREATE TABLE sales.orders AS SELECT 1 AS n")
    browsed(app)
    assert app.selectbox(key="table-crm").options == ["people"]
    app.selectbox(key="schema-crm").set_value("sales").run()
    assert app.selectbox(key="table-crm").options == ["orders"]
    app.selectbox(key="schema-crm").set_value("").run()
    app.selectbox(key="table-crm").set_value("people").run()
    settled(app)
    assert "The first 20 rows, 2 columns" in texts(app)
    assert len(app.dataframe[0].value) == 20
    app.segmented_control(key="limit").set_value(100).run()
    settled(app)
    assert len(app.dataframe[0].value) == 100


def test_a_database_that_is_gone_is_told_as_every_problem_is(app, crm):
    browsed(app, "gone")
    assert "directory does not exist" in app.error[0].value
    assert "Where: connection://gone" in app.error[0].value.replace("\\", "")
    assert app.button(key="again-tables")


def test_an_empty_database_has_no_table_to_choose(app, crm):
    crm.do("DROP TABLE people")
    browsed(app)
    assert "no table here" in texts(app)


def test_a_table_that_is_taken_is_there_again_for_whoever_has_its_address(app, crm, workspace):
    browsed(app)
    app.selectbox(key="table-crm").set_value("people").run()
    app.button(key="use-database").click().run()
    settled(app)
    assert "Table of crm, 300 rows, 2 columns" in texts(app)
    assert "connection://crm?table=people" in texts(app).replace("\\", "")
    table_id = named(app, "table")

    crm.path.unlink()  # nothing is asked of the database any more
    other = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=20)
    at(other, "build/columns", table=table_id)
    settled(other)
    assert "300 rows" in texts(other)
    assert workspace.table(table_id).uri == "connection://crm?table=people"


def test_what_is_kept_and_what_the_session_holds_has_no_secret(app, crm, workspace, settings):
    crm.file.write_text(f'[crm]\nurl = "duckdb://me:{SECRET}@/{crm.path}?enable_external_access=false"\n')
    browsed(app)
    app.selectbox(key="table-crm").set_value("people").run()
    app.button(key="use-database").click().run()
    settled(app)
    assert "300 rows" in texts(app)
    kept = (settings.state_dir / "tables" / named(app, "table") / "table.json").read_text()
    assert json.loads(kept)["uri"] == "connection://crm?table=people"
    held = f"{[*app.session_state.values()]!r} {kept} {app.query_params!r} {texts(app)}"
    assert SECRET not in held


@pytest.mark.parametrize("name", ['we.ird "name" ü', "a?b&table=c#d", "100%", " "])
def test_a_table_of_any_name_is_read(crm, workspace, name):
    quoted = name.replace('"', '""')
    crm.do(f'CREATE TABLE "{quoted}" AS SELECT 7 AS a')
    uri = databases.connections()["crm"].uri(TableName(name))
    table = taken(workspace, uri, name)
    assert questions.source(table).open().read_all().to_pylist() == [{"a": 7}]
    assert table.path.parent.name == "data"


def test_answers_are_about_the_rows_that_were_read_until_they_are_read_again(app, crm, workspace):
    table = taken(workspace, "connection://crm?table=people")
    workspace.keep_draft(table, Draft(("name",)))
    crm.do("DELETE FROM people WHERE id > 9")
    at(app, None, table=table.id)
    settled(app)
    assert "Table of crm, 300 rows" in texts(app)
    app.button(key="read-again").click().run()
    settled(app)
    assert "Table of crm, 10 rows" in texts(app)
    again = workspace.table(named(app, "table"))
    assert workspace.draft(again).columns == ("name",)
    assert questions.source(table).info().rows == 300


TYPES = (
    "SELECT 1::UTINYINT AS a, 12345678901234567890::HUGEINT AS b, 1.50::DECIMAL(30, 4) AS c, 0.1::FLOAT AS d, "
    "TIME '10:00:00.123' AS e, TIMESTAMP '2024-01-01 10:00:00.000001' AS f, TIMESTAMP_NS '2024-01-01 10:00:00.1' AS g, "
    "TIMESTAMPTZ '2024-01-01 10:00:00+02' AS h, 'x'::ENUM ('x', 'y') AS i, '\\x00\\xFF'::BLOB AS j, "
    "'6fa459ea-ee8a-3ca4-894e-db77e160355e'::UUID AS k, NULL AS l, DATE '1492-10-12' AS m, true AS n, 'Zoë' AS o"
)


def test_the_ids_are_those_of_a_run_that_reads_the_database_itself(crm, workspace):
    crm.do(f"CREATE TABLE kinds AS {TYPES} UNION ALL SELECT {', '.join(['NULL'] * 15)}")
    live = bootstrap.open_source("connection://crm?table=kinds")
    kept = questions.source(taken(workspace, "connection://crm?table=kinds"))
    recipe = Recipe([column.name for column in live.info().columns])
    ids = []
    for source in (live, kept):
        sink = IdSink("row_id")
        pipeline.run(source, recipe, sink)
        ids.append(sink.ids.to_pylist())
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    assert kept.name == live.name


def test_an_empty_table_is_taken_too(app, crm, workspace):
    crm.do("CREATE TABLE empty (a INTEGER, b VARCHAR)")
    table = taken(workspace, "connection://crm?table=empty")
    at(app, "build/columns", table=table.id)
    settled(app)
    assert "The table has no rows" in texts(app)


def test_a_query_is_one_select_that_reads_this_database_alone(app, crm, caplog):
    browsed(app)
    app.segmented_control(key="how-crm").set_value("A query").run()
    asked = {
        "SELECT 1; DROP TABLE people": "Give one SELECT",
        "SELECT 1) AS t; DROP TABLE people; SELECT * FROM (SELECT 1": "Give one SELECT",
        "DROP TABLE people": "Give one SELECT",
        f"SELECT * FROM read_text('{crm.file}')": "may not do this",
        "SELECT name FROM people WHERE id = 'Zoë-9'": "cannot be turned into its column's type",
    }
    with caplog.at_level(logging.DEBUG):
        for query, said in asked.items():
            app.text_area(key="query-crm").set_value(query).run()
            settled(app)
            assert said.lower() in app.error[0].value.lower()
    assert "Zoë-9" in "".join(one.value for one in app.code)  # the database's own words are shown, and nowhere else
    assert "Zoë-9" not in caplog.text
    assert crm.do("SELECT count(*) FROM people") == [(300,)]


def test_a_query_is_taken_and_shown_to_who_has_it(app, crm, workspace):
    browsed(app)
    app.segmented_control(key="how-crm").set_value("A query").run()
    app.text_area(key="query-crm").set_value("SELECT name FROM people WHERE id < 3 -- few").run()
    settled(app)
    app.button(key="use-database").click().run()
    settled(app)
    assert "Query of crm, 3 rows, 1 column" in texts(app)
    assert "id < 3" in app.code[-1].value
    table = workspace.table(named(app, "table"))
    assert "SELECT" not in f"{table!r} {questions.source(table).name}"


def test_a_column_that_cannot_be_kept_is_named(crm, workspace):
    crm.do("CREATE TABLE spans AS SELECT INTERVAL 3 DAY AS lasts")
    with pytest.raises(ColumnError, match="'lasts'"):
        taken(workspace, "connection://crm?table=spans", "spans")


def test_rows_whose_reading_was_stopped_leave_no_file_and_the_pages_say_so(app, crm, workspace):
    crm.do("CREATE TABLE big AS SELECT range AS a FROM range(200_000)")
    table = workspace.add_address("big", "connection://crm?table=big")
    job = Job(lambda job: snapshots.read(table, job))
    job.report = lambda progress: job.cancel()  # at the first rows
    job.run(threading.Semaphore())
    assert isinstance(job.error, Cancelled)
    assert list(table.path.parent.iterdir()) == []
    at(app, "build/columns", table=table.id)
    settled(app)
    assert "not been read yet" in app.error[0].value
    assert app.get("page_link")


def test_no_more_is_kept_of_a_table_than_may_be_uploaded(crm, workspace, monkeypatch):
    monkeypatch.setenv("ROWID_MAX_UPLOAD_MB", "1")
    crm.do("CREATE TABLE big AS SELECT range AS a FROM range(200_000)", "CREATE TABLE fits AS FROM big LIMIT 100_000")
    assert taken(workspace, "connection://crm?table=fits").path.exists()
    with pytest.raises(SourceError, match="more than 1 MB"):
        taken(workspace, "connection://crm?table=big")
    assert len(list(workspace._tables.rglob("*.parquet"))) == 1


def test_a_disk_that_takes_nothing_is_told(settings, workspace):
    settings.state_dir.write_text("in the way")
    with pytest.raises(SourceError, match="cannot be kept on the server's disk"):
        workspace.add_address("people", "connection://crm?table=people")


def test_a_host_that_does_not_answer_holds_nobody_up():
    release, job = threading.Event(), Job(lambda job: None)
    started = time.monotonic()
    with pytest.raises(DatabaseError, match=r"no answer within 0 s") as caught:
        databases.within(0.2, job, "connection://far", release.wait)
    assert caught.value.kind == "network"
    job.cancel()
    with pytest.raises(Cancelled):
        databases.within(60, job, "connection://far", release.wait)
    assert time.monotonic() - started < 5
    release.set()


def test_what_waits_in_one_lane_leaves_the_others_free():
    jobs, release = Jobs(), threading.Event()
    stuck = [jobs.ask(("stuck", at), lambda job: release.wait(20), lane="far") for at in range(AT_ONCE + 1)]
    assert jobs.ask("near", lambda job: "done").wait(5)
    release.set()
    assert all(job.wait(20) for job in stuck)
