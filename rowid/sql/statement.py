"""The statement that gives every row of a table its ID where the table lies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rowid.databases import TableName
from rowid.errors import ColumnError, UsageError
from rowid.recipe import SPEC, Recipe
from rowid.sql.columns import text_of
from rowid.sql.refusal import NULL, NotInSqlError
from rowid.sql.words import Words

_UUID_VARIANT = "'0123456789abcdef', '89ab89ab89ab89ab'"  # RFC 9562: the two upper bits of the digit are 10


@dataclass(frozen=True, slots=True)
class SqlColumn:
    """A column's name, and its type in the database's own words."""

    name: str
    declared: str


def select(words: Words, columns: Sequence[SqlColumn], rows: str, recipe: Recipe, *, replace: bool = False) -> str:
    """A SELECT of all columns and the ID, from ``rows``: a table's name in quotes, or a subquery with an alias.

    ``replace`` leaves out a column of the ID's name that the table has.

    Raises:
        ColumnError: the recipe and the table do not fit.
        UsageError: SQL cannot do it to the letter; tells everything that stands against it at once.
    """
    _require_columns(columns, recipe, replace=replace)
    kept = [column for column in columns if column.name != recipe.id_column]
    return select_ids(words, kept, rows, recipe, {recipe.id_column: recipe.form})


def select_ids(words: Words, columns: Sequence[SqlColumn], rows: str, recipe: Recipe, ids: Mapping[str, str]) -> str:
    """A SELECT as of ``select``, with as many ID columns as ``ids`` has names, each in its form."""
    quoted = words.names.quoted
    kept = [quoted(column.name) for column in columns]
    hashed, digest, _ = _digests(words, columns, rows, recipe, kept)
    rendered = [f"{_rendered(words, form, digest)} AS {quoted(name)}" for name, form in ids.items()]
    return f"SELECT {_listed([*kept, *rendered], 0)}\nFROM (\n{hashed}\n) AS rowid_digests"


def count_messages(words: Words, columns: Sequence[SqlColumn], rows: str, recipe: Recipe) -> str:
    """A SELECT of how many rows are to have an ID, how many messages differ, how many rows have a null in the key."""
    hashed, digest, texts = _digests(words, columns, rows, recipe, None)
    null = " OR ".join(f"{text} IS NULL" for text in texts)
    return (
        f"SELECT count({digest}), count(DISTINCT {digest}), sum(CASE WHEN {null} THEN 1 ELSE 0 END)\n"
        f"FROM (\n{hashed}\n) AS rowid_digests"
    )


def _digests(
    words: Words, columns: Sequence[SqlColumn], rows: str, recipe: Recipe, kept: Sequence[str] | None
) -> tuple[str, str, Sequence[str]]:
    """A SELECT of the digest and the columns ``kept`` (None: the texts), and how digest and texts are called."""
    texts = _texts(words, columns, recipe)
    quoted = words.names.quoted
    free = _free_names([column.name for column in columns])
    inner = [quoted(free(f"text_{at}")) for at in range(1, len(texts) + 1)]
    digest = quoted(free("digest"))
    message = " || ".join(
        f"coalesce(CAST({words.length.format(x=x)} AS {words.varchar}) || ':' || {x}, '~')" for x in inner
    )
    hashed = _null_policy(words, recipe, inner, words.hash.format(x=message))
    inner_select = _listed([*(kept or ()), *map(" AS ".join, zip(texts, inner, strict=True))], 4)
    outer_select = _listed([*(inner if kept is None else kept), f"{hashed} AS {digest}"], 2)
    sql = f"  SELECT {outer_select}\n  FROM (\n    SELECT {inner_select}\n    FROM {rows}\n  ) AS rowid_texts"
    return sql, digest, inner


def statement(
    words: Words, columns: Sequence[SqlColumn], table: TableName, recipe: Recipe,
    *, create: TableName | None = None, replace: bool = False,
) -> str:  # fmt: skip
    """The SELECT over a table, or with ``create`` a CREATE TABLE AS, under a line that names the recipe.

    Raises:
        ColumnError, UsageError: as ``select`` does.
    """
    head = f"-- {SPEC}, recipe {recipe.fingerprint}\n"
    if create:
        head += f"CREATE TABLE {words.names.table(create)} AS\n"
    return head + select(words, columns, words.names.table(table), recipe, replace=replace)


def _require_columns(columns: Sequence[SqlColumn], recipe: Recipe, *, replace: bool) -> None:
    names = [column.name for column in columns]
    for name in recipe.columns:
        if name not in names:
            close = get_close_matches(name, names, n=3)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"It has: {', '.join(names)}."
            raise ColumnError("the table has no such column", where=f"column {name!r}", hint=hint)
    if recipe.id_column in names and not replace:
        raise ColumnError(
            "the table has a column of this name already, and the IDs are to go into it",
            where=f"column {recipe.id_column!r}",
            hint="Choose another name for the ID column.",
        )


def _texts(words: Words, columns: Sequence[SqlColumn], recipe: Recipe) -> list[str]:
    against, texts = [], []
    if recipe.key_env:
        against.append("keyed IDs: the secret would stand in the statement")
    if recipe.duplicates == "number":
        against.append("duplicates: number: rows in a database have no order of their own to number them by")
    if recipe.duplicates == "reject":
        against.append("duplicates: reject: a SELECT cannot refuse a row for another one's sake")
    declared = {column.name: column.declared for column in columns}
    for name in recipe.columns:
        try:
            texts.append(text_of(words, declared[name], words.names.quoted(name), recipe.rule(name)))
        except NotInSqlError as refusal:
            against.append(f"column {name!r}: {refusal}")
    if against:
        raise UsageError(
            f"SQL of {words.names.name} cannot give these IDs to the letter: {'; '.join(against)}",
            hint="`rowid run` reads the rows and gives them the same IDs without these limits.",
        )
    return texts


def _null_policy(words: Words, recipe: Recipe, texts: Sequence[str], hashed: str) -> str:
    if recipe.nulls == "null":
        return f"CASE WHEN {' AND '.join(f'{x} IS NULL' for x in texts)} THEN NULL ELSE {hashed} END"
    if recipe.nulls == "reject":
        fail = words.fail.format(x=f"coalesce({', '.join([*texts, chr(39) * 2])})", why=f"rowid: {NULL}")
        return f"CASE WHEN {' OR '.join(f'{x} IS NULL' for x in texts)} THEN {fail} ELSE {hashed} END"
    return hashed


def _rendered(words: Words, form: str, digest: str) -> str:
    """The ID from the 64 hexadecimal digits of a digest (section 3)."""
    if form == "hex":
        return digest
    if form == "uuid":
        variant = f"translate({_cut(digest, 17, 1)}, {_UUID_VARIANT})"
        groups = (
            _cut(digest, 1, 8),
            _cut(digest, 9, 4),
            f"'8' || {_cut(digest, 14, 3)}",
            f"{variant} || {_cut(digest, 18, 3)}",
            _cut(digest, 21, 12),
        )
        return " || '-' || ".join(groups)
    return words.forms[form].format(x=digest)


def _cut(text: str, start: int, length: int) -> str:
    return f"substr({text}, {start}, {length})"


def _free_names(taken: Sequence[str]) -> Callable[[str], str]:
    """Names that no column has, in whatever case."""
    lower, prefix = {name.lower() for name in taken}, "rowid"
    while any(name.startswith(f"{prefix}_") for name in lower):
        prefix += "_"
    return lambda name: f"{prefix}_{name}"


def _listed(expressions: Sequence[str], indent: int) -> str:
    return (",\n" + " " * (indent + 2)).join(expressions)
