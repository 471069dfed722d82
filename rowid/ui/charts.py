"""Charts, each with a title, units, and its numbers as a table one click away."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go
import streamlit as st

from rowid.model import RunRecord
from rowid.ui.numbers import count
from rowid.ui.questions import Report

# Okabe and Ito's colours, told apart with every kind of colour vision; shapes and labels say the same
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
_STATES = {"finished": (BLUE, "circle"), "failed": (RED, "x"), "running": (GREEN, "diamond")}

Numbers = Mapping[str, Sequence[object]]


def draw(figure: go.Figure, numbers: Numbers, *, key: str, alt: str) -> None:
    """Draws a chart with its table of numbers."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)
    with st.expander("The numbers"):
        st.dataframe(numbers, hide_index=True, key=f"{key}-numbers", alt=f"The numbers of the chart: {alt}")


def distinct_and_surplus(report: Report) -> tuple[go.Figure, Numbers]:
    """Distinct rows against surplus ones."""
    verdict = report.verdict
    parts = [("Distinct", verdict.distinct, BLUE, "", "white"), ("Surplus", verdict.surplus_rows, ORANGE, "/", "black")]
    figure = go.Figure()
    for name, rows, colour, pattern, ink in parts:
        figure.add_bar(
            y=["Rows"], x=[rows], name=name, orientation="h", text=[f"{rows:,}" if rows else ""],
            marker={"color": colour, "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.35}},
            insidetextfont={"color": ink}, textposition="inside", insidetextanchor="middle", hovertemplate=f"{name}: %{{x:,}} rows<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend={"orientation": "h", "y": -0.45, "traceorder": "normal"})
    figure.update_yaxes(showticklabels=False)
    figure.update_xaxes(tickformat=",d")
    return (
        _framed(figure, "Distinct and surplus rows", "rows", "", height=240),
        {"Rows": [name for name, *_ in parts], "Count": [rows for _, rows, *_ in parts]},
    )


def group_sizes(report: Report) -> tuple[go.Figure, Numbers]:
    """The sizes of the largest duplicate groups."""
    sizes = [group.size for group in report.groups]
    labels = [f"row {group.rows[0]:,}" for group in report.groups]
    figure = go.Figure(
        go.Bar(x=labels, y=sizes, marker={"color": BLUE}, hovertemplate="%{y:,} rows like %{x}<extra></extra>")
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=",d", dtick=1 if max(sizes, default=0) < 5 else None)
    title = f"The largest {count(len(sizes), 'group')} of rows with the same key"
    return (
        _framed(figure, title, "first row of the group", "rows in the group"),
        {"First row": [group.rows[0] for group in report.groups], "Rows in the group": sizes},
    )


def nulls(report: Report) -> tuple[go.Figure, Numbers]:
    """Nulls by key column."""
    columns, counts = list(report.nulls), list(report.nulls.values())
    figure = go.Figure(
        go.Bar(
            x=counts,
            y=columns,
            orientation="h",
            marker={"color": ORANGE},
            text=[f"{n:,}" for n in counts],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} rows<extra></extra>",
        )  # fmt: skip
    )
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_xaxes(
        range=[0, 1.15 * max(1, *counts)], tickformat=",d", dtick=1 if max(counts, default=0) < 5 else None
    )
    height = min(600, max(240, 130 + 32 * len(columns)))
    return (
        _framed(figure, "Nulls by key column", "rows", "", height=height),
        {"Key column": columns, "Rows with a null": counts},
    )


def durations(records: Sequence[RunRecord], times: Sequence[datetime]) -> tuple[go.Figure, Numbers]:
    """How long each run took."""
    return _over_time(records, times, [one.elapsed_s for one in records], "Duration of each run", "seconds", ".2f")


def throughput(records: Sequence[RunRecord], times: Sequence[datetime]) -> tuple[go.Figure, Numbers]:
    """How many rows a second each run handled."""
    speeds = [one.rows / one.elapsed_s if one.elapsed_s > 0 else 0.0 for one in records]
    return _over_time(records, times, speeds, "Throughput of each run", "rows per second", ",.0f")


def _over_time(
    records: Sequence[RunRecord], times: Sequence[datetime], values: Sequence[float], title: str, unit: str, form: str
) -> tuple[go.Figure, Numbers]:
    figure = go.Figure()
    for status, (colour, symbol) in _STATES.items():
        at = [n for n, one in enumerate(records) if one.status == status]
        if at:
            figure.add_scatter(
                x=[times[n] for n in at], y=[values[n] for n in at], mode="markers", name=status.capitalize(),
                marker={"color": colour, "symbol": symbol, "size": 10}, text=[records[n].source for n in at],
                hovertemplate=f"%{{text}}<br>%{{x|%d %b %H:%M:%S}}<br>%{{y:{form}}} {unit}<extra></extra>",
            )  # fmt: skip
    figure.update_layout(legend={"orientation": "h", "y": -0.3}, uirevision=title, showlegend=True)
    figure.update_yaxes(rangemode="tozero")
    first, last = min(times), max(times)
    margin = max(timedelta(minutes=10), (last - first) / 20)  # a single run is a point on a scale of minutes
    figure.update_xaxes(range=[first - margin, last + margin], tickformat="%H:%M\n%d %b")
    numbers: Numbers = {
        "Started": list(times),
        "Source": [one.source for one in records],
        unit.capitalize(): [round(value, 3) for value in values],
    }
    return _framed(figure, title, "start of the run", unit), numbers


def _framed(figure: go.Figure, title: str, x: str, y: str, *, height: int = 320) -> go.Figure:
    figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=height, margin={"l": 8, "r": 8, "t": 48, "b": 8},
        separators=".,",
    )  # fmt: skip
    figure.update_xaxes(title=x, automargin=True)
    figure.update_yaxes(title=y, automargin=True)
    return figure
