"""The charts of the README: plain SVG on a card of their own, light or dark as the reader's screen is."""

from html import escape
from itertools import pairwise
from math import log10
from typing import Any

_STYLE = """<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px } .soft { fill: #59636e; font-size: 12px } .own { font-weight: 600 }
.card { fill: #ffffff; stroke: #d1d9e0 } .bar { fill: #9aa4ae } .bar.own { fill: #0969da }
.line { stroke: #0969da; stroke-width: 2; fill: none } .dot { fill: #0969da } .axis { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .soft { fill: #9198a1 } .card { fill: #161b22; stroke: #3d444d }
.bar { fill: #656c76 } .bar.own { fill: #4493f8 }
.line { stroke: #4493f8 } .dot { fill: #4493f8 } .axis { stroke: #3d444d }
}
</style>"""
_WIDTH, _MARGIN, _ROW, _HEAD = 460, 20, 22, 56
_NAME, _VALUE = 155, 60  # room left of a bar, and right of the longest


def bars(results: dict[str, Any]) -> str:
    """Million rows per second of every way, a panel for each of the tables; longer is better."""
    tables = results["side_by_side"]
    panels = []
    heights = [_HEAD + _ROW * len(table["ways"]) + _MARGIN for table in tables]
    for number, table in enumerate(tables):
        left, top = _WIDTH * (number % 2), max(heights) * (number // 2)
        panels.append(f'<g transform="translate({left} {top})">{_panel(table)}</g>')
    return _svg(
        _WIDTH * min(2, len(tables)),
        max(heights) * ((len(tables) + 1) // 2),
        "SHA-256 row IDs: million rows per second, by table and way",
        "".join(panels),
    )


def _panel(table: dict[str, Any]) -> str:
    measured = [way for way in table["ways"] if "missing" not in way]
    longest = max(way["rows_per_s"] for way in measured)
    short = table["title"].partition(":")[0].partition(",")[0]
    lines = [
        f'<text class="title" x="{_MARGIN}" y="30">{escape(table["table"])}: {escape(short)}</text>',
        f'<text class="soft" x="{_MARGIN}" y="46">{table["rows"]:,} rows, million rows per second</text>',
    ]
    for at, way in enumerate(measured):
        y = _HEAD + _ROW * at
        own = " own" if way["ours"] else ""
        length = max(1, (_WIDTH - 2 * _MARGIN - _NAME - _VALUE) * way["rows_per_s"] / longest)
        x = _MARGIN + _NAME
        lines += [
            f'<text class="{own.strip()}" x="{x - 8}" y="{y + 15}" text-anchor="end">{escape(way["name"])}</text>',
            f'<rect class="bar{own}" x="{x}" y="{y + 3}" width="{length:.1f}" height="16" rx="2"/>',
            f'<text class="{own.strip()}" x="{x + length + 6:.1f}" y="{y + 15}">{_million(way["rows_per_s"])}</text>',
        ]
    return "".join(lines)


def curves(results: dict[str, Any]) -> str:
    """Rows against nanoseconds per row (the engine), and against peak memory (``rowid run``)."""
    cost = [(size["rows"], size["ns_per_row"]["median"]) for size in results["scaling"]["sizes"]]
    peak = [(line["rows"], line["peak_mib"]) for line in results["memory"]]
    left = _curve("Time", "nanoseconds per row, by number of rows", cost)
    right = _curve("Memory", "peak MiB of rowid run, by number of rows", peak)
    body = f'{left}<g transform="translate({_WIDTH} 0)">{right}</g>'
    return _svg(2 * _WIDTH, 240, "Time per row and peak memory, by number of rows", body)


def _curve(title: str, what: str, points: list[tuple[int, float]]) -> str:
    base, height, low = 200, 120, log10(points[0][0])
    span = (log10(points[-1][0]) - low) or 1
    highest = max(value for _, value in points)
    at = [
        (50 + (_WIDTH - 110) * (log10(rows) - low) / span, base - height * value / highest, rows, value)
        for rows, value in points
    ]
    lines = [
        f'<text class="title" x="{_MARGIN}" y="30">{title}</text><text class="soft" x="{_MARGIN}" y="46">{what}</text>',
        f'<line class="axis" x1="{_MARGIN}" y1="{base}" x2="{_WIDTH - _MARGIN}" y2="{base}"/>',
        *(f'<path class="line" d="M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}"/>' for a, b in pairwise(at)),
    ]
    for x, y, rows, value in at:
        lines += [
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
            f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{value:,.0f}</text>',
            f'<text class="soft" x="{x:.1f}" y="{base + 18}" text-anchor="middle">{_short(rows)}</text>',
        ]
    return "".join(lines)


def _svg(width: int, height: int, title: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
        f"<title>{escape(title)}</title>{_STYLE}"
        f'<rect class="card" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>{body}</svg>\n'
    )


def _million(rows_per_s: float) -> str:
    millions = rows_per_s / 1e6
    return f"{millions:.1f}" if millions >= 1 else f"{millions:.2f}" if millions >= 0.1 else f"{millions:.3f}"


def _short(rows: int) -> str:
    return f"{rows / 1e6:g} M" if rows >= 1_000_000 else f"{rows / 1e3:g} k" if rows >= 1_000 else str(rows)
