"""Charts, each with a title, units, and its numbers as a table one click away."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go
import streamlit as st

from rowid.model import ColumnProfile, RunRecord
from rowid.ui.numbers import share
from rowid.ui.questions import Report

# Okabe and Ito's colours, told apart with every kind of colour vision; shapes and labels say the same
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
_TOP, _LABEL = 10, 28
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
            y=["Rows"],
            x=[rows],
            name=name,
            orientation="h",
            marker={"color": colour, "pattern": {"shape": pattern, "fillmode": "overlay", "fgopacity": 0.35}},
            text=[f"{rows:,}" if rows else ""],
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": ink},
            hovertemplate=name + ": %{x:,} rows<extra></extra>",
        )
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
    figure.update_yaxes(tickformat=",d", dtick=_whole(sizes))
    title = "The group of rows with the same key"
    if len(sizes) > 1:
        title = f"The {len(sizes)} largest groups of rows with the same key"
    return (
        _framed(figure, title, "first row of the group", "rows in the group"),
        {"First row": [group.rows[0] for group in report.groups], "Rows in the group": sizes},
    )


def nulls(report: Report) -> tuple[go.Figure, Numbers]:
    """Nulls by key column."""
    columns, counts = list(report.nulls), list(report.nulls.values())
    bars = go.Bar(
        x=counts,
        y=columns,
        orientation="h",
        marker={"color": ORANGE},
        text=[f"{count:,}" for count in counts],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,} rows<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_xaxes(range=[0, 1.15 * max(1, *counts)], tickformat=",d", dtick=_whole(counts))
    height = min(600, max(240, 130 + 32 * len(columns)))
    return (
        _framed(figure, "Nulls by key column", "rows", "", height=height),
        {"Key column": columns, "Rows with a null": counts},
    )


def top_values(column: ColumnProfile) -> tuple[go.Figure, Numbers]:
    """The most frequent values of a column."""
    shown = column.top[:_TOP]
    rows = [one.rows for one in shown]
    labels = [_label(one.value) for one in shown]
    bars = go.Bar(
        x=rows,
        y=list(range(len(shown))),  # two labels may be cut to the same text
        orientation="h",
        marker={"color": BLUE},
        text=[f"{count:,}" for count in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=labels,
        hovertemplate="%{customdata}: %{x:,} rows<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_yaxes(autorange="reversed", tickmode="array", tickvals=list(range(len(shown))), ticktext=labels)
    figure.update_xaxes(range=[0, 1.2 * max(rows)], tickformat=",d", dtick=_whole(rows))
    title = "The most frequent values" if len(shown) > 1 else "The only value"
    if column.top_error:
        title += f" (each up to {column.top_error:,} rows more)"
    height = max(240, 130 + 28 * len(shown))
    return (
        _framed(figure, title, "rows", "", height=height),
        {"Value": [one.value for one in shown], "Rows": rows, "Share": [share(n, column.values) for n in rows]},
    )


def durations(records: Sequence[RunRecord], times: Sequence[datetime]) -> tuple[go.Figure, Numbers]:
    """How long each run took."""
    seconds = [record.elapsed_s for record in records]
    figure = _over_time(records, times, seconds, "%{y:.2f} seconds")
    return _framed(figure, "Duration of each run", "start of the run", "seconds"), _listed(
        records, times, {"Seconds": seconds}
    )


def throughput(records: Sequence[RunRecord], times: Sequence[datetime]) -> tuple[go.Figure, Numbers]:
    """How many rows a second each run handled."""
    speeds = [record.rows / record.elapsed_s if record.elapsed_s > 0 else 0.0 for record in records]
    figure = _over_time(records, times, speeds, "%{y:,.0f} rows per second")
    return _framed(figure, "Throughput of each run", "start of the run", "rows per second"), _listed(
        records, times, {"Rows per second": speeds}
    )


def _over_time(
    records: Sequence[RunRecord], times: Sequence[datetime], values: Sequence[float], hover: str
) -> go.Figure:
    figure = go.Figure()
    for status, (colour, symbol) in _STATES.items():
        at = [n for n, record in enumerate(records) if record.status == status]
        if at:
            figure.add_scatter(
                x=[times[n] for n in at],
                y=[values[n] for n in at],
                mode="markers",
                name=status.capitalize(),
                marker={"color": colour, "symbol": symbol, "size": 10},
                text=[records[n].source for n in at],
                hovertemplate="%{text}<br>%{x|%d %b %H:%M:%S}<br>" + hover + "<extra></extra>",
            )
    figure.update_layout(legend={"orientation": "h", "y": -0.35}, showlegend=True)
    figure.update_yaxes(rangemode="tozero")
    first, last = min(times), max(times)
    margin = max(timedelta(minutes=10), (last - first) / 20)  # a single run is a point on a scale of minutes
    figure.update_xaxes(range=[first - margin, last + margin], tickformat="%H:%M\n%d %b")
    return figure


def _listed(records: Sequence[RunRecord], times: Sequence[datetime], values: Mapping[str, Sequence[float]]) -> Numbers:
    rounded = {name: [round(value, 3) for value in column] for name, column in values.items()}
    return {"Started": list(times), "Source": [record.source for record in records], **rounded}


def _label(value: str) -> str:
    """A value on an axis: Plotly takes some of HTML there."""
    text = value if len(value) <= _LABEL else value[: _LABEL - 1] + "…"
    if not text.strip():
        return f"({len(value):,} spaces)" if text else "(empty text)"
    return html.escape("".join(one if one.isprintable() else "·" for one in text), quote=False)


def _whole(counts: Sequence[int]) -> int | None:
    """The distance of ticks that keeps small counts whole; None leaves it to Plotly."""
    return 1 if max(counts, default=0) < 5 else None


def _framed(figure: go.Figure, title: str, x: str, y: str, *, height: int = 320) -> go.Figure:
    figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        height=height,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
        separators=".,",
    )
    figure.update_xaxes(title=x, automargin=True)
    figure.update_yaxes(title=y, automargin=True)
    return figure
