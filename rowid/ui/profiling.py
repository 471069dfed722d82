"""The profile of a table, drawn: all columns at a glance, and one of them in full."""

import streamlit as st

from rowid import profiler
from rowid.model import ColumnProfile, SourceInfo, TableProfile
from rowid.profiler import wording
from rowid.ui import charts
from rowid.ui.numbers import share
from rowid.ui.text import escape, names

QUALITY = (
    f"{profiler.FORMULA}, each from 0 to 1. Completeness: cells that are neither null nor blank. Validity: values that "
    "read as the kind that most have. Tidiness: 1 less half the share of values with white space at their ends. "
    "Variety: 0.5 where all values are the same, else 1."
)


def quality(profile: TableProfile) -> None:
    """The table's quality with its factors."""
    if profile.quality is not None:
        st.markdown(
            f"Quality **{profile.quality.score:.2f}**, the mean of all columns · "
            + " · ".join(f"{name} {value:.2f}" for name, value in profile.quality.factors.items()),
            help=QUALITY,
        )


def rows(profile: TableProfile, info: SourceInfo) -> list[dict[str, object]]:
    """One row a column; what was not counted is None."""
    types = {column.name: column.type for column in info.columns}
    return [
        {
            "Column": column.name,
            "Type": wording.type_name(types.get(column.name, column.type)),
            "Nulls": column.nulls,
            "Distinct": None if column.distinct < 0 else column.distinct,
            "Distinct share": "–" if column.distinct < 0 else share(min(column.distinct, profile.rows), profile.rows),
            "Quality": None if column.quality is None else column.quality.score,
            "Looks like": ", ".join(sign.kind for sign in column.signs),
            "Would fit": column.suggested,
            "Examples": ", ".join(column.examples),
        }
        for column in profile.columns
    ]


def estimates(profile: TableProfile) -> None:
    """Which numbers are estimates."""
    inexact = [column for column in profile.columns if not column.exact]
    if inexact:
        error = wording.percent(max(column.distinct_error for column in inexact))
        st.caption(
            f"Distinct is an estimate (± {error}, one standard error) for {names([one.name for one in inexact])}: "
            "there are too many different values to keep them all."
        )


def facts(column: ColumnProfile) -> None:
    """What there is to say of a column, with the reasons for what it looks like."""
    said = list(wording.facts(column))
    if column.quality is not None:
        st.markdown(f"Quality {wording.product(column.quality)}")
    st.dataframe(
        {"Fact": [name.capitalize() for name, _ in said], "Value": [text for _, text in said]},
        hide_index=True,
        column_config={"Fact": st.column_config.TextColumn(width="small")},
        alt=f"What stands in the column {column.name}",
    )
    for sign in column.signs:
        st.markdown(f":material/label: **{sign.kind.capitalize()}**: {escape(sign.reason)}")


def most_frequent(column: ColumnProfile) -> None:
    """The most frequent values as a chart; or some values, where none repeats."""
    if column.top and column.top[0].rows > 1:
        figure, numbers = charts.top_values(column)
        charts.draw(figure, numbers, key="top-values", alt=f"The most frequent values of {column.name}, as bars")
    elif column.examples:
        st.markdown("No value is known to repeat. Some of them:" if column.values > 1 else "The only value:")
        st.dataframe({"Value": list(column.examples)}, hide_index=True, alt=f"Some values of {column.name}")
    else:
        st.info("Nothing but nulls." if column.nulls else "The column has no rows.", icon=":material/info:")
