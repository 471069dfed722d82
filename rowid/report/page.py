"""The report as one HTML file: it asks nobody for anything, prints, and follows the reader's light or dark."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from rowid.report import sections, telling
from rowid.report.figures import Figure, figures
from rowid.report.markup import Markup, details, element, join, paragraph, table
from rowid.report.nouns import QualityReport

_HERE = Path(__file__).parent
_NOTHING = Markup("")
_ICONS = {"KEY": "✓", "KEY IF": "!", "NOT A KEY": "✕", "CANNOT TELL": "?"}


def html(report: QualityReport) -> str:
    """The report as one HTML page.

    Plotly's JavaScript stands in it; where Plotly is not installed, the charts' numbers stand in their place. Values of
    the table are text and nothing else: no script of theirs could run, and the page may load nothing (its Content
    Security Policy says so).
    """
    drawn = figures(report)
    library = plotly_js()
    scripts = [] if library is None else [library, (_HERE / "page.js").read_text(encoding="utf-8")]
    body = join(
        [
            _head(report),
            *(_section(number, part, report, drawn, charts=library is not None)
              for number, part in enumerate(sections.PARTS, 1)),
            _foot(report, charts=library is not None),
        ]
    )  # fmt: skip
    data = {figure.name: {"data": figure.data, "layout": figure.layout} for figure in drawn}
    title = f"{report.verdict}: {', '.join(report.columns)} of {report.source}"
    held = Markup(f'<script type="application/json" id="figures">{_json(data)}</script>')
    return document(title, body, held, scripts=scripts)


def document(title: str, body: Markup, held: Markup = _NOTHING, *, scripts: Sequence[str] = ()) -> str:
    """A page that loads nothing and looks like the report; ``held`` is data for its ``scripts``."""
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        element("title", title),
        f"<style>{(_HERE / 'page.css').read_text(encoding='utf-8')}</style>",
        f"</head><body><main>{body}</main>",
        *([held] if held else []),
        *(f"<script>{script}</script>" for script in scripts),
        "</body></html>",
    ]
    return "\n".join(lines) + "\n"


def plotly_js() -> str | None:
    """Plotly's JavaScript, as its Python package carries it; None where that is not installed."""
    found = find_spec("plotly")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _policy(scripts: Sequence[str]) -> str:
    """Nothing may be loaded, and no script may run but these."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    allowed = hashes or "'none'"
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src {allowed}"


def _json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _head(report: QualityReport) -> Markup:
    answer = report.verdict.answer
    about = f"{', '.join(report.columns)} of {report.source}"
    kind = answer.lower().replace(" ", "-")
    banner = verdict(kind, _ICONS[answer], str(report.verdict), report.verdict.reason)
    return head("Is it a key?", about, banner, telling.evidence(report))


def head(question: str, about: str, banner: Markup, evidence: str) -> Markup:
    """The top of a page: what was asked, of what, the answer, and what it rests on."""
    return join(
        [
            element("h1", question),
            element("p", about, {"class": "about"}),
            banner,
            element("p", evidence, {"class": "evidence"}),
        ]
    )


def verdict(kind: str, icon: str, answer: str, reason: str) -> Markup:
    """An answer as a banner; ``kind`` is key, key-if, not-a-key or cannot-tell, and gives the colour."""
    sign = element("span", icon, {"class": "icon", "aria-hidden": "true"})
    said = element("div", join([element("strong", answer), paragraph(reason)]))
    return element("div", join([sign, said]), {"class": f"verdict {kind}", "role": "status"})


def _section(
    number: int, part: sections.Part, report: QualityReport, drawn: Sequence[Figure], *, charts: bool
) -> Markup:
    content = [*part.content(report)]
    if not content:
        return Markup("")
    content[1:1] = [_figure(figure, charts=charts) for figure in drawn if figure.part == part.name]
    title = element("h2", f"{number}. {part.title}")
    return element("section", join([title, *content]), {"id": part.name})


def _figure(figure: Figure, *, charts: bool) -> Markup:
    names = list(figure.numbers)
    numeric = [at for at, column in enumerate(figure.numbers.values()) if column and isinstance(column[0], int)]
    numbers = table(names, zip(*figure.numbers.values(), strict=True), numeric=numeric)
    drawing = element(
        "div", "", {"class": "plot", "id": f"plot-{figure.name}", "role": "img", "aria-label": figure.alt}
    )
    title = figure.layout["title"]["text"]
    if not charts:
        return element("figure", join([element("figcaption", title), numbers]))
    return element("figure", join([drawing, details("The numbers", numbers)]))


def _foot(report: QualityReport, *, charts: bool) -> Markup:
    def lines() -> Iterator[str]:
        made = report.made_at.replace("T", " ").replace("+00:00", " UTC")
        yield f"Made {made} by rowid. Recipe {report.recipe_fingerprint}."
        yield "This page holds rows of the table: it is for those who may see them."
        if not charts:
            yield "Without charts, because Plotly is not installed: pip install 'rowid[app]'."

    recipe = element("pre", json.dumps(report.to_dict()["recipe"], indent=2, ensure_ascii=False))
    return element("footer", join([*map(paragraph, lines()), details("The recipe", recipe)]))
