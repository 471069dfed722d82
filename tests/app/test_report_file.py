"""The report's HTML file, opened in a browser whose network is off: it draws, and runs nothing else."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page, expect

from rowid import report
from rowid.recipe import Recipe
from tests.report.tables import source

pytestmark = pytest.mark.browser

EVIL = [
    "<script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title = 'owned'</script>",
    "<a href=\"javascript:document.title='owned'\">x</a>",
    "&lt;b&gt;",
    "{{7*7}} ${7*7}",
]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A report full of values, names and groups that would like to be more than text."""
    evil = {name: [*EVIL, *EVIL, None] for name in (EVIL[0], "k")}
    evil["<b>bold</b>"] = [f"{EVIL[1]} {at}" for at in range(len(evil["k"]))]
    evil["t"] = [" a", "a", "A", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
    found = report.examine(source(pa.table(evil)), Recipe([EVIL[0], "k"]))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report.html(found), encoding="utf-8")
    return path


def opened(browser: Browser, file: Path, scheme: str = "light") -> tuple[Page, list[str], list[str]]:
    """The file in a tab without a network; what it asked for, and what its console said."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, color_scheme=scheme)
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    expect(page.locator("html")).to_have_attribute("data-drawn", "yes")
    return page, asked, said


def test_it_asks_for_nothing_but_itself_and_draws_its_charts(browser, file):
    page, asked, said = opened(browser, file)
    assert asked == [file.as_uri()]
    assert said == []
    for name in ("distinct", "nulls", "sizes", "splits", "chances"):
        expect(page.locator(f"#plot-{name} .main-svg").first).to_be_visible()
        assert page.locator(f"#plot-{name} .gtitle").count() == 1
    expect(page.locator("#plot-distinct .xtitle")).to_have_text("rows")
    page.context.close()


def test_a_value_that_looks_like_a_script_is_shown_as_text_and_runs_nowhere(browser, file):
    page, _, _ = opened(browser, file)
    assert page.title().startswith("KEY IF") or page.title().startswith("NOT A KEY")
    expect(page.locator("td", has_text=EVIL[0]).first).to_be_visible()
    assert page.locator("main script, main img, main a, main b").count() == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 3
    page.context.close()


def test_an_injected_script_would_be_stopped_by_the_policy(browser, file, tmp_path):
    """Even if an escape were forgotten: the page allows its own two scripts by their hashes, and nothing else."""
    broken = tmp_path / "broken.html"
    injected = "<main><script>document.title = 'owned'</script><img src='https://example.com/x.png'>"
    broken.write_text(file.read_text().replace("<main>", injected))
    page, _, said = opened(browser, broken)
    assert page.title() != "owned"
    refused = [one for one in said if "Content Security Policy" in one]
    assert any("script" in one for one in refused)
    assert any("image" in one for one in refused)
    page.context.close()


def test_it_is_light_in_light_dark_in_dark_and_light_on_paper(browser, file):
    def colours(page):
        return page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, "
            "getComputedStyle(document.querySelector('#plot-distinct .gtitle')).fill]"
        )

    page, _, _ = opened(browser, file, "dark")
    assert colours(page) == ["rgb(21, 25, 30)", "rgb(230, 237, 243)"]
    page.emulate_media(color_scheme="light")
    expect(page.locator("#plot-distinct .gtitle")).to_have_css("fill", "rgb(27, 31, 36)")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#plot-distinct .gtitle")).to_have_css("fill", "rgb(230, 237, 243)")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#plot-distinct .gtitle")).to_have_css("fill", "rgb(27, 31, 36)")
    assert colours(page)[0] == "rgb(255, 255, 255)"
    assert page.locator("details:not([open])").count() == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.context.close()


def test_nothing_outside_the_chart_library_names_an_address(file):
    text = file.read_text(encoding="utf-8")
    without_library = re.sub(r"<script>/\*\*\n\* plotly\.js.*?</script>", "", text, flags=re.DOTALL)
    assert len(without_library) < 200_000 < len(text)
    assert "://" not in without_library.replace("https://example.com", "")
