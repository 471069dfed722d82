"""Options that several commands share."""

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rowid.errors import UsageError

if TYPE_CHECKING:
    from rowid.model import ReadOptions

_READING = "Reading the input"
_ANSWER = "The answer"
KEY = "What makes a row"

Input = Annotated[
    str,
    typer.Argument(
        metavar="IN",
        help="A CSV, TSV, Parquet, JSON Lines or Excel file (CSV, TSV and JSON Lines also as .gz or .zst), a folder or "
        "a pattern of Parquet files, the URI of a database's table or query, or `-`: standard input.",
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(help="What stands between a CSV's cells; `tab` is the tabulator.", rich_help_panel=_READING),
]
Quote = Annotated[
    str | None,
    typer.Option(help='What stands around a CSV\'s quoted cells; `""`: nothing is quoted.', rich_help_panel=_READING),
]
Encoding = Annotated[
    str | None, typer.Option(help="A text's encoding, such as `utf-8` or `cp1252`.", rich_help_panel=_READING)
]
Header = Annotated[
    bool | None,
    typer.Option("--header/--no-header", help="Whether a CSV's first row names its columns.", rich_help_panel=_READING),
]
Sheet = Annotated[str | None, typer.Option(help="The sheet of an Excel workbook.", rich_help_panel=_READING)]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B,...",
        help="The key columns, in order; may be given several times. A name with a comma stands in double quotes.",
        rich_help_panel=KEY,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.", rich_help_panel=_ANSWER)]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Show the log of events on standard error.", rich_help_panel=_ANSWER),
]


def on_spark(engine: str | None, master: str | None, others: Mapping[str, object]) -> bool:
    """Whether Spark is to do the work; ``others`` are options that are not for it, by name.

    Raises:
        UsageError: there is no such engine, a master is named for none, or one of the others is given with Spark.
    """
    if engine not in (None, "local", "spark"):
        raise UsageError(f"it is {engine!r}", where="--engine", hint="It is local or spark.")
    if master is not None and engine != "spark":
        raise UsageError("it is for --engine spark alone", where="--master", hint="Leave it out, or add the engine.")
    for name, value in others.items() if engine == "spark" else ():
        if value:
            raise UsageError("it is not for --engine spark", where=name, hint="Leave it out.")
    return engine == "spark"


def read_options(
    delimiter: str | None, quote: str | None, encoding: str | None, header: bool | None, sheet: str | None
) -> "ReadOptions":
    """What the user knows about the input; what they leave out is found out."""
    from rowid.model import ReadOptions

    if delimiter in {"tab", "\\t"}:
        delimiter = "\t"
    for name, value, longest in (("--delimiter", delimiter, 1), ("--quote", quote, 1)):
        if value is not None and (len(value) > longest or (name == "--delimiter" and not value)):
            raise UsageError(f"it is {value!r}", where=name, hint="It is a single character.")
    if encoding is not None:
        _known_encoding(encoding)
    return ReadOptions(delimiter=delimiter, quote=quote, encoding=encoding, header=header, sheet=sheet)


def column_names(lists: Sequence[str], option: str = "--columns") -> tuple[str, ...]:
    """The names in comma-separated lists given with ``option``; one with a comma stands in double quotes, as in a CSV.

    Raises:
        UsageError: the quoting does not close.
    """
    try:
        return tuple(name for one in lists for name in next(csv.reader([one], strict=True)))
    except (csv.Error, StopIteration):
        raise UsageError(
            "it is no list of names",
            where=option,
            hint="Write it as a,b or, for a name with a comma, as '\"a,b\",c'.",
        ) from None


def _known_encoding(name: str) -> None:
    import codecs

    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        raise UsageError(f"{name!r} is no encoding", where="--encoding", hint="Try utf-8, utf-16 or cp1252.") from None
