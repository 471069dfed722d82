"""A database in the app as a visitor meets it: browsed, read, and written to after a dry run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rowid import row_id
from tests.app.conftest import Crm, Server, visit
from tests.app.test_browser import next_step, press

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def crm(tmp_path_factory) -> Crm:
    return Crm(tmp_path_factory.mktemp("crm"))


@pytest.fixture(scope="module")
def server(crm, tmp_path_factory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("app"), **crm.variables)
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    yield from visit(browser, server)


def choose(page: Page, label: str, text: str) -> None:
    """Chooses from a list, or writes what it does not have."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(text)
    page.keyboard.press("Enter")


def test_a_table_is_browsed_read_and_merged_into_another_one_after_a_dry_run(page, crm):
    page.goto("/")
    expect(page.get_by_text("reachable, ")).to_be_visible()
    expect(page.get_by_text("not reachable")).to_be_visible()
    page.get_by_role("button", name="Browse").first.click()
    choose(page, "Table", "people")
    expect(page.get_by_text("The first 20 rows, 2 columns.")).to_be_visible()
    press(page, "Use this table")
    expect(page.get_by_text("Table of crm, 300 rows, 2 columns")).to_be_visible()
    expect(page.get_by_text("300 rows · 2 columns")).to_be_visible()  # in the header
    next_step(page, "Choose columns", "Columns")
    page.get_by_role("combobox", name="Key columns").click()
    page.get_by_role("option", name="id").click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Unique in all 300 rows.", exact=True).first).to_be_visible()

    next_step(page, "Run", "Run")
    page.get_by_role("radio", name="Table of a database").click()
    choose(page, "Table, existing or new", "people with ids")
    expect(page.get_by_text("Make the new table connection://crm?table=people with ids")).to_be_visible()
    press(page, "Dry run")
    expect(page.get_by_test_id("stMetric").filter(has_text="To insert")).to_contain_text("300")
    page.get_by_text("The SQL, ").click()
    expect(page.get_by_text('CREATE TABLE "people with ids"')).to_be_visible()
    press(page, "Load")
    expect(page.get_by_text("connection://crm?table=people with ids is written")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Verified")).to_contain_text("yes")
    assert crm.do('SELECT row_id FROM "people with ids" WHERE id = 7') == [(row_id({"id": 7}),)]

    crm.do("UPDATE \"people with ids\" SET name = 'Eve' WHERE id < 5", 'DELETE FROM "people with ids" WHERE id > 289')
    press(page, "New run")
    page.get_by_role("radio", name="Table of a database").click()
    choose(page, "Table, existing or new", "people with ids")
    press(page, "Dry run")
    for label, number in (("To insert", "10"), ("To update", "5"), ("To leave", "285")):
        expect(page.get_by_test_id("stMetric").filter(has_text=label)).to_contain_text(number)
    press(page, "Load")
    expect(page.get_by_test_id("stMetric").filter(has_text="Updated")).to_contain_text("5")
    assert crm.do("SELECT count(*) FROM \"people with ids\" WHERE name = 'Eve'") == [(0,)]
