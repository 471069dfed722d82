"""The sample: real data that a dependency ships, with a key to begin with."""

import io

from rowid.ui.draft import Draft

NAME = "gapminder.csv"
DRAFT = Draft(columns=("country", "year"))


def csv() -> bytes:
    """Gapminder's table of countries over the years, 1,704 rows, as CSV."""
    import plotly.data

    out = io.StringIO()
    plotly.data.gapminder(return_type="pandas").to_csv(out, index=False, lineterminator="\n")
    return out.getvalue().encode()
