"""The report as HTML: all its parts, its values as text, and without Plotly too."""

import html as html_
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from rowid import report
from rowid.recipe import Recipe
from rowid.report import page, sections
from tests.report.tables import source

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found():
    table = pa.table(
        {
            "k": ["a", "a", " a", "<b>", "<b>", None, "c", "c"],
            "v": [1, 2, 3, 4, 4, 5, 6, 6],
            "loaded_at": ["x", "y", "x", "x", "x", "x", "x", "y"],
        }
    )
    return report.examine(source(table), Recipe(["k"]))


def test_every_part_that_was_looked_at_stands_in_it(found):
    text = report.html(found)
    told = [part.name for part in sections.PARTS if list(part.content(found))]
    assert {"uniqueness", "key", "duplicates", "risks", "variants", "collisions", "personal", "comparison"} <= set(told)
    for part in sections.PARTS:
        assert (f'id="{part.name}"' in text) == (part.name in told)


def test_every_chart_has_a_title_units_and_its_numbers_as_a_table(found):
    text = report.html(found)
    drawn = report.figures(found)
    assert {figure.name for figure in drawn} >= {"distinct", "nulls", "sizes", "splits", "variants", "chances"}
    for figure in drawn:
        assert figure.layout["title"]["text"]
        assert figure.layout["xaxis"]["title"]["text"]
        part = text.partition(f'id="plot-{figure.name}"')[2].partition("</figure>")[0]
        for column in figure.numbers.values():
            for value in column:
                shown = f"{value:,}" if isinstance(value, int) else str(value)
                assert html_.escape(shown) in part


def test_the_charts_read_back_from_the_page_as_they_were_made(found):
    text = report.html(found)
    held = json.loads(re.search(r'id="figures">(.*?)</script>', text, re.DOTALL)[1])
    assert held == {
        figure.name: json.loads(json.dumps({"data": figure.data, "layout": figure.layout}))
        for figure in report.figures(found)
    }


def test_a_value_is_text(found):
    main = re.search(r"<main>.*</main>", report.html(found), re.DOTALL)[0]
    assert "<td>&lt;b&gt;</td>" in main
    assert "<b>" not in main


def test_without_plotly_the_numbers_stand_in_the_place_of_the_charts(found, monkeypatch):
    monkeypatch.setattr(page, "find_spec", lambda _: None)
    text = report.html(found)
    assert len(text) < 100_000
    assert "pip install" in text
    assert "script-src 'none'" in text
    assert "<script>" not in text
    for figure in report.figures(found):
        assert f"<figcaption>{html_.escape(figure.layout['title']['text'])}</figcaption>" in text


def test_the_report_imports_no_face_and_no_plotly():
    script = "import sys, rowid.report; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(done.stdout.split()) & {"plotly", "streamlit", "typer", "rich"}


def test_a_report_without_rows_is_a_page_too():
    found = report.examine(source(pa.table({"k": pa.array([], pa.string())})), Recipe(["k"]))
    assert "CANNOT TELL" in report.html(found)
    assert "CANNOT TELL" in report.text(found)


def test_a_report_that_was_stopped_says_so():
    passes = iter([False] * 1)
    found = report.examine(source(pa.table({"k": [1, 2]})), Recipe(["k"]), should_stop=lambda: next(passes, True))
    for face in (report.html, report.text):
        assert "stopped" in face(found)
