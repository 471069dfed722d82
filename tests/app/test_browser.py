"""The app as a visitor meets it: a real server, a real Chromium, the files that come out of it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from rowid.ui import sample
from tests.app.conftest import ROOT, Server, visit

pytestmark = pytest.mark.browser

DUPLICATES = "id,name,amount\n" + "".join(f"{at % 40:05d},{'Ann' if at % 2 else ''},{at % 3}.50\n" for at in range(100))


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "", "buffer": content})


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def next_step(page: Page, name: str, heading: str) -> None:
    press(page, name)
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def take_sample(page: Page) -> None:
    page.goto("/")
    press(page, "Use the sample")
    expect(page.get_by_text("CSV, 1,704 rows, 8 columns")).to_be_visible()


def downloaded(page: Page, name: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    return Path(waiting.value.path())


def command_line(folder: Path, *arguments: str) -> pa.Table:
    """What ``rowid run`` writes, as a table."""
    command = [sys.executable, "-m", "rowid", "run", *arguments, "-o", "expected.parquet"]
    subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT), "ROWID_STATE_DIR": str(folder)}, check=True)
    return pq.read_table(folder / "expected.parquet")


def test_the_sample_goes_from_connect_to_a_parquet_file_with_the_ids_of_the_command_line(page, tmp_path):
    take_sample(page)
    next_step(page, "Choose columns", "Columns")
    expect(page.get_by_text("Unique in all 1,704 rows.", exact=True)).to_be_visible()
    next_step(page, "Run", "Run")
    expect(page.get_by_text("Read 1,704 rows of gapminder.csv and add column row_id")).to_be_visible()
    press(page, "Start")
    expect(page.get_by_text("gapminder.row_id.parquet is ready: 1,704 rows with their IDs.")).to_be_visible()
    result = pq.read_table(downloaded(page, "Download gapminder.row_id.parquet"))

    (tmp_path / sample.NAME).write_bytes(sample.csv())
    expected = command_line(tmp_path, sample.NAME, "--columns", "country,year")
    assert result.num_rows == 1704
    assert result["row_id"].equals(expected["row_id"])
    assert result.equals(expected)

    next_step(page, "See the report", "Quality report")
    expect(page.get_by_text("No two of the 1,704 rows agree in country and year, and none is null.")).to_be_visible()
    page.get_by_role("link", name="Monitoring").click()
    expect(page.get_by_text("Throughput of each run")).to_be_visible()


def test_a_file_with_duplicates_gets_a_report_of_the_rows_that_repeat(page, tmp_path):
    page.goto("/")
    upload(page, "Kunden.csv", DUPLICATES.encode())
    expect(page.get_by_text("kept as text: leading zeros")).to_be_visible()
    next_step(page, "Choose columns", "Columns")
    page.get_by_role("combobox", name="Key columns").click()
    page.get_by_role("option", name="id").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("100 rows, 40 distinct: 60 surplus rows, largest group 3.")).to_be_visible()
    next_step(page, "Run", "Run")
    page.get_by_role("radio", name="CSV").click()
    expect(page.get_by_text("Write Kunden.row_id.csv")).to_be_visible()
    press(page, "Start")
    result = pacsv.read_csv(downloaded(page, "Download Kunden.row_id.csv"))
    assert len(result["row_id"].unique()) == 40

    next_step(page, "See the report", "Quality report")
    expect(page.get_by_text("NOT A KEY")).to_be_visible()
    expect(page.get_by_text("60 surplus rows in 40 groups.")).to_be_visible()
    expect(page.get_by_text("Key too small: in all 40 groups")).to_be_visible()
    expect(page.locator(".stPlotlyChart .gtitle").nth(0)).to_have_text("Distinct and surplus rows")
    with page.expect_download() as waiting:
        press(page, "Download as HTML")
    assert waiting.value.suggested_filename == "Kunden.report.html"
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith("<!doctype html>")
    page.get_by_text("The numbers").first.click()
    expect(page.locator("[data-testid=stExpander] [data-testid=stDataFrame]").first).to_be_visible()


def test_a_reload_and_a_second_tab_show_the_same_choice_and_the_same_receipt(page):
    take_sample(page)
    next_step(page, "Choose columns", "Columns")
    press(page, "Remove year")
    expect(page.get_by_text("1,704 rows, 142 distinct: 1,562 surplus rows, largest group 12.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1,704 rows, 142 distinct: 1,562 surplus rows, largest group 12.")).to_be_visible()

    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("1,704 rows, 142 distinct: 1,562 surplus rows, largest group 12.")).to_be_visible()
    other.get_by_role("link", name="Run").click()
    press(other, "Start")
    expect(other.get_by_text("gapminder.row_id.parquet is ready")).to_be_visible()
    page.goto(other.url)
    expect(page.get_by_text("gapminder.row_id.parquet is ready")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Duplicate rows")).to_contain_text("1,562")


def test_binary_junk_named_csv_gets_our_message_and_no_traceback(page):
    page.goto("/")
    upload(page, "junk.csv", bytes(range(256)) * 20)
    expect(page.get_by_text("This is binary data, not text.")).to_be_visible()
    expect(page.get_by_text("Where: junk.csv")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


@pytest.fixture
def first_page(browser, tmp_path) -> Iterator[Page]:
    """A tab of the first visitor of a server."""
    server = Server(tmp_path)
    try:
        yield from visit(browser, server)
    finally:
        server.stop()


def test_a_deep_link_runs_through_the_entry_point(first_page):
    """The server's first visit goes straight to a page; navigation and header are the entry point's doing."""
    first_page.goto("/monitoring")
    expect(first_page.get_by_role("heading", name="Monitoring", exact=True)).to_be_visible()
    expect(first_page.get_by_role("link", name="Quality report")).to_be_visible()
    expect(first_page.get_by_text("No table in hand yet")).to_be_visible()
    expect(first_page.get_by_role("dialog")).to_have_count(0)


def test_the_app_asks_no_other_server_for_anything(page, server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    take_sample(page)
    foreign = [url for url in asked if not url.startswith((server.url, "data:", "blob:"))]
    assert foreign == []
