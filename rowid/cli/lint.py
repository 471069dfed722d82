"""``rowid lint``: what a key of joined texts does to a table."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from rowid.cli import options
from rowid.cli.output import as_json, out, printable
from rowid.settings import Settings

if TYPE_CHECKING:
    from rowid.report import LintReport

_WIDTH = 80
_KEY = "The key to look at"


def lint(
    source: options.Input,
    *,
    columns: Annotated[
        list[str],
        typer.Option(
            metavar="A,B,...",
            help="The columns that it joins, in order; may be given several times. A name with a comma stands in "
            "double quotes.",
            rich_help_panel=_KEY,
        ),
    ],
    formula: Annotated[
        str,
        typer.Option(
            metavar="dbt_utils|concat",
            autocompletion=lambda: ["dbt_utils", "concat"],
            help="How it joins them: as `dbt_utils.generate_surrogate_key` does, or with a separator and nulls as "
            "empty text.",
            rich_help_panel=_KEY,
        ),
    ] = "dbt_utils",
    separator: Annotated[
        str | None,
        typer.Option(help="What stands between two texts; `-` for dbt_utils, `|` for concat.", rich_help_panel=_KEY),
    ] = None,
    delimiter: options.Delimiter = None,
    quote: options.Quote = None,
    encoding: options.Encoding = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    json: options.Json = False,
) -> None:
    """Counts the rows that a joined key merges though they differ."""
    reading = options.read_options(delimiter, quote, encoding, header, sheet)

    from rowid import bootstrap, report
    from rowid.cli.progress import bar

    with bar(shown=not json) as progress:
        table = bootstrap.open_source(source, reading)
        found = report.lint(
            table, options.column_names(columns), formula=formula, separator=separator, progress=progress,
            limits=bootstrap.limits(Settings.load()),
        )  # fmt: skip
    out(as_json(found.to_dict()) if json else "\n".join(_text(found)))
    if found.merged_groups:
        raise typer.Exit(1)


def _text(found: "LintReport") -> Iterator[str]:
    if not found.merged_groups:
        yield f"OK: all {found.rows:,} rows were read; the joined key merges no two different rows"
        return
    one = found.merged_groups == 1
    yield from textwrap.wrap(
        f"MERGED: {found.merged_groups:,} joined {'key is' if one else 'keys are'} shared by rows that differ "
        f"({found.rows_in_groups:,} of {found.rows:,} rows); {found.distinct_rows:,} different rows have "
        f"{found.distinct_joined:,} different keys",
        _WIDTH,
    )
    for number, merged in enumerate(found.examples, 1):
        yield f"{number}. {printable(_cut(merged.joined))}"
        for row, values in zip(merged.rows.numbers, merged.rows.values, strict=True):
            cells = ", ".join("null" if value is None else repr(value) for value in values)
            yield f"   row {row:,}: {printable(_cut(cells))}"
    more = found.merged_groups - len(found.examples)
    if more > 0:
        yield f"and {more:,} more"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH - 20 else text[: _WIDTH - 21] + "…"
