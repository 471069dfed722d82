"""The report's charts: what Plotly is to draw, as plain types, and the numbers in them.

Nothing here needs Plotly itself; a page hands the specification to its JavaScript.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowid.report.nouns import QualityReport

# Okabe and Ito's colours, told apart with every kind of colour vision; patterns and labels say the same
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
_LONGEST = 40  # characters of a name in a chart
_SPLITS = 15


Numbers = Mapping[str, Sequence[object]]

_MOST_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: ``data`` and ``layout`` as Plotly takes them, and its ``numbers`` as columns of a table.

    ``alt`` says in words what is drawn; ``part`` is the part of the report it belongs to.
    """

    name: str
    part: str
    alt: str
    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    numbers: Numbers


def figures(report: QualityReport) -> tuple[Figure, ...]:
    """The charts that there is something to draw for."""
    makers = (_distinct, _nulls, _sizes, _splits, _variants, _chances, _kept)
    return tuple(figure for maker in makers for figure in maker(report))


def _distinct(report: QualityReport) -> Iterator[Figure]:
    equal = report.readings[0]
    if not equal.rows:
        return
    parts = [("Distinct", equal.distinct, BLUE, "", "white"), ("Surplus", equal.surplus_rows, ORANGE, "/", "black")]
    data = [
        {
            "type": "bar", "orientation": "h", "y": ["Rows"], "x": [rows], "name": name,
            "marker": {"color": colour, "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.35}},
            "text": [f"{rows:,}" if rows else ""], "textposition": "inside", "insidetextanchor": "middle",
            "insidetextfont": {"color": ink}, "hovertemplate": name + ": %{x:,} rows<extra></extra>",
        }
        for name, rows, colour, pattern, ink in parts
    ]  # fmt: skip
    layout = _layout("Distinct and surplus rows", x="rows", height=240)
    layout |= {"barmode": "stack", "legend": {"orientation": "h", "y": -0.45, "traceorder": "normal"}}
    layout["yaxis"]["showticklabels"] = False
    numbers: Numbers = {"Rows": [name for name, *_ in parts], "Count": [rows for _, rows, *_ in parts]}
    yield Figure("distinct", "uniqueness", "Distinct and surplus rows, stacked", data, layout, numbers)


def _nulls(report: QualityReport) -> Iterator[Figure]:
    """The columns that have some: in a key of twenty, two with nulls would be lost among the others."""
    some = [column for column in report.key_columns if column.nulls or column.blanks]
    if not some:
        return
    most = sorted(some, key=lambda column: -(column.nulls + column.blanks))[:_MOST_COLUMNS]
    names = [column.name for column in most]
    counts = {"Null": [column.nulls for column in most], "Blank": [column.blanks for column in most]}
    looks = {"Null": (ORANGE, ""), "Blank": (BLUE, "x")}
    data = [_bars(names, counts[kind], kind, *look) for kind, look in looks.items() if any(counts[kind])]
    layout = _layout("Nulls and blanks by key column", x="rows", height=_height(len(data) * len(names)) + 40)
    layout |= {"barmode": "group", "showlegend": True}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"}
    layout["margin"] = {**layout["margin"], "t": 88}
    _whole(layout["xaxis"], counts["Null"] + counts["Blank"])
    everything = report.key_columns
    yield Figure(
        "nulls", "key", "Rows with a null and with a blank, by key column", data, layout,
        {
            "Key column": [column.name for column in everything],
            "Rows with a null": [column.nulls for column in everything],
            "Rows with a blank": [column.blanks for column in everything],
        },
    )  # fmt: skip


def _sizes(report: QualityReport) -> Iterator[Figure]:
    if not report.groups:
        return
    sizes = [group.size for group in report.groups]
    firsts = [group.rows.numbers[0] for group in report.groups]
    bar = {
        "type": "bar", "x": [f"row {row:,}" for row in firsts], "y": sizes, "marker": {"color": BLUE},
        "hovertemplate": "%{y:,} rows like %{x}<extra></extra>",
    }  # fmt: skip
    title = f"The {len(sizes)} largest groups of rows with the same key" if len(sizes) > 1 else "The group"
    layout = _layout(title, x="first row of the group", y="rows in the group")
    layout["xaxis"] |= {"type": "category"}
    _whole(layout["yaxis"], sizes)
    yield Figure(
        "sizes", "duplicates", "The sizes of the largest duplicate groups, as bars", [bar], layout,
        {"First row": firsts, "Rows in the group": sizes},
    )  # fmt: skip


def _splits(report: QualityReport) -> Iterator[Figure]:
    if report.diagnosis is None or not report.diagnosis.splits:
        return
    splits = dict(list(report.diagnosis.splits.items())[:_SPLITS])
    names, counts = list(splits), list(splits.values())
    layout = _layout("Groups in which a column differs", x="groups", height=_height(len(names)))
    _whole(layout["xaxis"], counts)
    yield Figure(
        "splits", "duplicates", "By column, the duplicate groups in which it differs, as bars",
        [_bars(names, counts, "Groups", BLUE)], layout, {"Column": names, "Groups in which it differs": counts},
    )  # fmt: skip


def _variants(report: QualityReport) -> Iterator[Figure]:
    found = [one for one in report.variants.found if one.groups] if report.variants else []
    if not found:
        return
    names = [f"{one.column}: {one.name}" for one in found]
    counts = [one.keys for one in found]
    merges = [one.keys if one.effect == "merge" else 0 for one in found]
    splits = [one.keys if one.effect == "split" else 0 for one in found]
    data = [
        {**_bars(names, merges, "Keys that would merge", ORANGE), "offsetgroup": "0"},
        {**_bars(names, splits, "Keys that it keeps together", BLUE, "/"), "offsetgroup": "0"},
    ]
    layout = _layout("What other spellings would change", x="distinct keys", height=_height(2 * len(names)))
    layout |= {"barmode": "relative", "legend": {"orientation": "h", "y": -0.3}}
    _whole(layout["xaxis"], counts)
    yield Figure(
        "variants", "variants", "By spelling, how many distinct keys would merge or come apart, as bars", data, layout,
        {"Spelling": names, "Effect": [one.effect for one in found], "Keys": counts},
    )  # fmt: skip


def _chances(report: QualityReport) -> Iterator[Figure]:
    bounds = {name: bound for name, bound in report.collisions.bounds.items() if bound > 0} if report.collisions else {}
    if not bounds or report.collisions is None:
        return
    chosen = report.collisions.form
    bar = {
        "type": "bar", "orientation": "h", "y": list(bounds), "x": list(bounds.values()),
        "marker": {"color": [BLUE if name == chosen else "#8a8a8a" for name in bounds]},
        "text": [f"{bound:.0e}" for bound in bounds.values()], "textposition": "auto", "constraintext": "none",
        "hovertemplate": "%{y}: %{x:.1e}<extra></extra>",
    }  # fmt: skip
    layout = _layout(f"Chance of any collision by form ({chosen} is chosen)", x="probability, logarithmic", height=260)
    layout["xaxis"] |= {"type": "log", "exponentformat": "power", "nticks": 6, "tickformat": ""}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed"}
    yield Figure(
        "chances", "collisions", "The birthday bound for each form, as bars on a logarithmic axis", [bar], layout,
        {"Form": list(bounds), "Probability": [f"{bound:.1e}" for bound in bounds.values()]},
    )  # fmt: skip


def _kept(report: QualityReport) -> Iterator[Figure]:
    found = report.comparison
    if found is None:
        return
    names, counts = ["Kept", "New", "Gone"], [found.kept, found.new, found.gone]
    bars = _bars(names, counts, "IDs", BLUE)
    bars["marker"] = {"color": [BLUE, GREEN, RED], "pattern": {"shape": ["", "/", "x"], "fillmode": "overlay"}}
    layout = _layout("IDs of now against those of then", x="distinct IDs", height=240)
    _whole(layout["xaxis"], counts)
    numbers: Numbers = {"IDs": names, "Count": counts}
    yield Figure("kept", "comparison", "IDs kept, new and gone, as bars", [bars], layout, numbers)


def _bars(names: Sequence[str], counts: Sequence[int], name: str, colour: str, pattern: str = "") -> dict[str, Any]:
    return {
        "type": "bar", "orientation": "h", "y": [_label(one) for one in names], "x": list(counts), "name": name,
        "marker": {"color": colour, "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.35}},
        "text": [f"{count:,}" if count else "" for count in counts], "textposition": "auto", "constraintext": "none",
        "hovertemplate": "%{y}: %{x:,}<extra>" + name + "</extra>",
    }  # fmt: skip


def _layout(title: str, *, x: str, y: str = "", height: int = 320) -> dict[str, Any]:
    horizontal = not y
    return {
        "title": {"text": title, "font": {"size": 15}},
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 48, "b": 8},
        "separators": ".,",
        "xaxis": {"title": {"text": x}, "automargin": True, "tickformat": ",d"} if horizontal
        else {"title": {"text": x}, "automargin": True},
        "yaxis": {"automargin": True, "type": "category", "autorange": "reversed"} if horizontal
        else {"title": {"text": y}, "automargin": True, "tickformat": ",d"},
    }  # fmt: skip


def _whole(axis: dict[str, Any], counts: Sequence[int]) -> None:
    """Keeps the ticks of small counts whole."""
    if max(counts, default=0) < 5:
        axis["dtick"] = 1


def _height(bars: int) -> int:
    return min(700, max(240, 140 + 26 * bars))


def _label(name: str) -> str:
    """A name as Plotly shows it, to whom some markup means something; of a long one its beginning."""
    return html.escape(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…", quote=False)
