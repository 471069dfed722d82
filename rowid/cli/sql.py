"""``rowid sql``: the IDs as a statement of the database's own, and the proof that it is right there."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowid.cli import options
from rowid.cli.output import as_json, out, tell
from rowid.errors import UsageError
from rowid.recipe import FORMS, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rowid.databases import Address, Database
    from rowid.sql import Certificate, SqlColumn, Words

_NAMES = ("duckdb", "snowflake", "postgres", "spark")
_TABLE, _ID = "The table", "What the ID is like"


def sql(
    *,
    table: Annotated[
        str,
        typer.Option(
            metavar="URI|NAME",
            help="The table: its URI, or with `--schema` its name. With `--prove` a database's URI is enough.",
            rich_help_panel=_TABLE,
        ),
    ],
    dialect: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(_NAMES),
            autocompletion=lambda: list(_NAMES),
            help="The dialect; the database's own if not given.",
            rich_help_panel=_TABLE,
        ),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            help="The columns' SQL types, as YAML or JSON: `name: type`. Nothing is connected to then.",
            rich_help_panel=_TABLE,
        ),
    ] = None,
    columns: options.Columns = None,
    recipe: Annotated[
        Path | None, typer.Option(help="The recipe to follow, YAML or JSON.", rich_help_panel=options.KEY)
    ] = None,
    id_column: Annotated[
        str | None, typer.Option(help="The column that receives the ID; `row_id` if not given.", rich_help_panel=_ID)
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(FORMS),
            autocompletion=lambda: list(FORMS),
            help="How the ID is written; `hex` if not given.",
            rich_help_panel=_ID,
        ),
    ] = None,
    create: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Print a CREATE TABLE NAME AS instead of a SELECT.", rich_help_panel=_TABLE),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option("--prove", help="Compute all test vectors in the database instead, and say how they came out."),
    ] = False,
    json: options.Json = False,
) -> None:
    """Prints the statement that gives a table's rows their IDs where they lie."""
    given = {"columns": options.column_names(columns) if columns else None, "id_column": id_column, "form": form}
    wanted = {field: value for field, value in given.items() if value is not None}
    if dialect is not None and dialect not in _NAMES:
        raise UsageError(f"it is {dialect!r}", where="--dialect", hint=f"It is one of {', '.join(_NAMES)}.")
    if prove:
        _require_only_a_table(schema, wanted, recipe, create)
        _prove(table, dialect, json=json)
        return

    from rowid.databases import TableName
    from rowid.sql import DIALECTS, schema_file, statement

    if schema is not None:
        if dialect is None:
            raise UsageError("no dialect is named", where="--dialect", hint=f"It is one of {', '.join(_NAMES)}.")
        words, name, found = DIALECTS[dialect], TableName.parse(table), schema_file(schema)
    else:
        words, name, found = _asked(table, dialect)
    base = Recipe.load(recipe).to_dict() if recipe else {}
    chosen = _recipe(found, base, wanted)
    text = statement(words, found, name, chosen, create=TableName.parse(create) if create else None)
    if json:
        out(as_json({"dialect": words.name, "recipe_fingerprint": chosen.fingerprint, "sql": text}))
    else:
        out(text)


def _require_only_a_table(schema: Path | None, wanted: dict[str, Any], recipe: Path | None, create: str | None) -> None:
    given = {"--schema": schema, "--recipe": recipe, "--create": create, "--columns": wanted.get("columns")}
    given |= {"--id-column": wanted.get("id_column"), "--form": wanted.get("form")}
    for option, value in given.items():
        if value is not None:
            raise UsageError(
                "the proof is of the test vectors, which bring their own", where=option, hint="Leave it out."
            )


def _recipe(columns: "Sequence[SqlColumn]", base: dict[str, Any], wanted: dict[str, Any]) -> Recipe:
    from rowid.cli.recipes import merged

    return merged([column.name for column in columns], base, wanted)


def _asked(table: str, dialect: str | None) -> "tuple[Words, Any, tuple[SqlColumn, ...]]":
    """The dialect, the table's name and its columns, from the catalogue."""
    from rowid.sql import sql_columns

    address = address_of(table, "--table", hint="With the name of a table alone, give --dialect and --schema.")
    words = dialect_of(address, dialect)
    with closing(_connected(address)) as database:
        return words, address.table, sql_columns(database, address)


def address_of(uri: str, where: str, *, hint: str) -> "Address":
    """The address of a database that an option's ``uri`` names.

    Raises:
        UsageError: it names none.
    """
    from rowid.databases import Address

    if not Address.names_one(uri) or uri.lower().startswith("file://"):
        raise UsageError("it is no URI of a database", where=where, hint=hint)
    return Address.parse(uri)


def dialect_of(address: "Address", dialect: str | None = None) -> "Words":
    """The dialect of the database at ``address``, which is to be ``dialect`` if that is given.

    Raises:
        UsageError: no SQL is made for it, or it is another one.
    """
    from rowid.sql import ADAPTERS, DIALECTS

    name = ADAPTERS.get(address.adapter)
    if name is None:
        hint = f"SQL is made for {', '.join(ADAPTERS.values())} and spark; `rowid run` reads the rows of any other."
        raise UsageError("its SQL has no SHA-256 that is known here", where=address.shown, hint=hint)
    if dialect not in (None, name):
        raise UsageError(f"the database speaks {name}", where="--dialect", hint="Leave it out.")
    return DIALECTS[name]


def _connected(address: "Address") -> "Database":
    from rowid import bootstrap

    return bootstrap.connect(address, read_only=True)


def _prove(table: str, dialect: str | None, *, json: bool) -> None:
    from rowid import sql as engine

    address = address_of(table, "--table", hint="The proof takes a connection, such as duckdb:///file.duckdb.")
    words = dialect_of(address, dialect)
    with closing(_connected(address)) as database:
        certificate = engine.prove(database, words, progress=lambda view: tell(f"computing {view}"))
    out(as_json(certificate.to_dict()) if json else _text(certificate, address.shown))
    if not certificate.ok:
        raise typer.Exit(1)


def _text(certificate: "Certificate", where: str) -> str:
    """The certificate as a table, and why vectors were refused."""
    head = "PROVED" if certificate.ok else "FAILED"
    lines = [f"{head}: {certificate.spec} in {certificate.dialect} at {where}", ""]
    lines.append(f"{'vectors':<16} {'passed':>7} {'refused':>8} {'failed':>7}")
    reasons: dict[str, int] = {}
    for name, group in certificate.groups.items():
        refused = sum(group.refused.values())
        lines.append(f"{name:<16} {group.passed:>7,} {refused:>8,} {len(group.failed):>7,}")
        for reason, count in group.refused.items():
            reasons[reason] = reasons.get(reason, 0) + count
    if reasons:
        lines += ["", "refused, so that no ID can be wrong:"]
        lines += [f"{count:>6,}  {reason}" for reason, count in sorted(reasons.items(), key=lambda one: -one[1])]
    for name, group in certificate.groups.items():
        if group.failed:
            lines += ["", f"failed of {name}: {', '.join(map(str, group.failed))}"]
    return "\n".join(lines)
