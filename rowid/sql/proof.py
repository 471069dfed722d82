"""The proof on the user's own connection: every test vector of the specification, computed there and compared.

Nothing is created: a vector's values are literals in a subquery, so it takes a connection that may read, and no table.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from itertools import zip_longest
from typing import Any, Protocol

from rowid.canonical import message
from rowid.digest import digest
from rowid.errors import DatabaseError, UsageError
from rowid.recipe import FORMS, SPEC, Recipe
from rowid.sql.refusal import reason
from rowid.sql.statement import SqlColumn, select_ids
from rowid.sql.words import Words


def _as(form: str) -> str:
    return f"rows as {form}"


_FORM = {"texts": "hex", "declared": "hex", "normalised": "hex", "rows": "hex"}
_FORM |= {_as(form): form for form in FORMS[1:]} | {"keyed": "hex", "occurrences": "hex"}
GROUPS = tuple(_FORM)
"""The groups of vectors in the order of a certificate."""

_NO_TYPE = {"duration_us": "an interval has no canonical text", "uuid": "the engine has no type for UUIDs"}
_AT_ONCE = 100  # vectors that one statement computes


class Rows(Protocol):
    """What the proof asks of a database."""

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """What became of the vectors of a group: ``refused`` counts by reason, ``failed`` lists their numbers."""

    passed: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a database's own SQL made of the test vectors."""

    dialect: str
    groups: Mapping[str, Group]
    spec: str = SPEC

    @property
    def ok(self) -> bool:
        """Whether nothing failed. What is refused gives no ID, so it can give no wrong one."""
        return not any(group.failed for group in self.groups.values())

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain types, ready for JSON."""
        return {"ok": self.ok, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Vector:
    """The values of a row, its recipe's rules, and its ID in each group; None where the statement has to end."""

    number: int
    values: tuple[tuple[str, Any], ...]
    rules: Mapping[str, Any]
    ids: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Literal:
    """A vector whose values are SQL: of each its type and its expression."""

    vector: Vector
    cells: Sequence[tuple[str, str]]


@dataclass(slots=True)
class _Count:
    passed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: list[int] = field(default_factory=list)


def prove(database: Rows, words: Words, *, progress: Callable[[str], None] | None = None) -> Certificate:
    """Computes every vector in ``database`` and compares; ``progress`` hears of each view as it begins.

    What a vector's statement raises in the database counts as failed, unless the statement ends it on purpose.
    """
    counts = {name: _Count() for name in GROUPS}
    for view, vectors in views(published()).items():
        if progress:
            progress(view)
        for alike in _alike(words, vectors, counts):
            _compare(database, words, alike, counts)
    return Certificate(
        words.name,
        {name: Group(one.passed, dict(one.refused), tuple(sorted(one.failed))) for name, one in counts.items()},
    )


def published() -> dict[str, Any]:
    """The test vectors as they are published."""
    found: dict[str, Any] = json.loads(files("rowid.sql").joinpath("rowid-v1.json").read_text(encoding="utf-8"))
    return found


def views(given: Mapping[str, Any]) -> dict[str, list[Vector]]:
    """The vectors of each view, as rows of values with a recipe's rules and IDs."""
    found: dict[str, list[Vector]] = {}
    for view in ("texts", "declared", "normalised", "rows", "keyed", "occurrences"):
        found[view] = [
            Vector(
                at,
                tuple((kind, value) for kind, value in one.get("row") or [one["value"]]),
                _rules(view, one),
                _ids(view, one),
            )
            for at, one in enumerate(given[view])
        ]
    return found


def _rules(view: str, vector: Mapping[str, Any]) -> dict[str, Any]:
    if view == "declared":
        return {"types": {"c0": vector["type"]}}
    if view == "normalised":
        steps = [step for step in vector["normalise"] if isinstance(step, str)]
        places = [step["decimals"] for step in vector["normalise"] if isinstance(step, dict)]
        return {"normalise": {"c0": steps}, "decimals": {"c0": places[0]} if places else {}}
    return {"keyed": {"key_env": "ROWID_KEY"}, "occurrences": {"duplicates": "number"}}.get(view, {})


def _ids(view: str, vector: Mapping[str, Any]) -> dict[str, str | None]:
    if view == "rows":
        return {"rows": vector["hex"], **{_as(form): vector.get(form, vector["hex"]) for form in FORMS[1:]}}
    if "hex" in vector:
        return {view: vector["hex"]}
    return {view: None if vector.get("error") else digest(message([vector["text"]])).hex()}


def _alike(words: Words, vectors: Sequence[Vector], counts: Mapping[str, _Count]) -> Iterator[list[_Literal]]:
    """Vectors of the same types and rules, which one statement can compute; those that cannot be are counted."""
    found: dict[str, list[_Literal]] = {}
    for vector in vectors:
        try:
            cells = [_literal(words, kind, value) for kind, value in vector.values]
        except UsageError as refusal:
            _count_all(vector, counts, refused=_reason(refusal))
            continue
        ends = vector.number if None in vector.ids.values() else -1  # a statement that is to end stands alone
        key = json.dumps([[declared for declared, _ in cells], vector.rules, ends], sort_keys=True)
        found.setdefault(key, []).append(_Literal(vector, cells))
    for alike in found.values():
        for at in range(0, len(alike), _AT_ONCE):
            yield alike[at : at + _AT_ONCE]


def _compare(database: Rows, words: Words, alike: Sequence[_Literal], counts: Mapping[str, _Count]) -> None:
    """Computes vectors that are alike in one statement; where it ends, each in one of its own."""
    try:
        found = {int(row[0]): row[1:] for row in database.rows(_select(words, alike))}
    except UsageError as refusal:
        for one in alike:
            _count_all(one.vector, counts, refused=_reason(refusal))
    except DatabaseError as error:
        if len(alike) > 1:
            for one in alike:
                _compare(database, words, [one], counts)
        elif None in alike[0].vector.ids.values():
            _count_all(alike[0].vector, counts, passed=True)
        else:
            _count_all(alike[0].vector, counts, refused=reason(error) or "")
    else:
        for one in alike:
            ids = found.get(one.vector.number, ())
            for (group, expected), id_ in zip_longest(one.vector.ids.items(), map(_plain, ids)):
                _count(counts[group], one.vector.number, passed=id_ == expected)


def _count_all(vector: Vector, counts: Mapping[str, _Count], *, passed: bool = False, refused: str = "") -> None:
    for group in vector.ids:
        _count(counts[group], vector.number, passed=passed, refused=refused)


def _count(count: _Count, number: int, *, passed: bool, refused: str = "") -> None:
    if passed:
        count.passed += 1
    elif refused:
        count.refused[refused] += 1
    else:
        count.failed.append(number)


def _plain(id_: Any) -> str:
    return bytes(id_).hex() if isinstance(id_, bytes | bytearray | memoryview) else str(id_)


def _select(words: Words, alike: Sequence[_Literal]) -> str:
    """A SELECT of the vectors' numbers and their IDs, one column for each group."""
    first = alike[0]
    columns = [SqlColumn(f"c{at}", declared) for at, (declared, _) in enumerate(first.cells)]
    recipe = Recipe([column.name for column in columns], **first.vector.rules)
    quoted = [words.names.quoted(name) for name in ("n", *recipe.columns)]
    rows = ", ".join(f"({', '.join([str(one.vector.number), *(cell for _, cell in one.cells)])})" for one in alike)
    ids = {f"id{at}": _FORM[group] for at, group in enumerate(first.vector.ids)}
    inner = select_ids(
        words,
        [SqlColumn("n", words.vectors["int"]), *columns],
        f"(SELECT * FROM (VALUES {rows}) AS rowid_values({', '.join(quoted)})) AS rowid_rows",
        recipe,
        ids,
    )
    wanted = ", ".join([quoted[0], *map(words.names.quoted, ids)])
    return f"SELECT {wanted} FROM (\n{inner}\n) AS rowid_vectors"


def _literal(words: Words, kind: str, value: Any) -> tuple[str, str]:
    """The SQL type of a vector's value, and the value as an expression of that type."""
    if kind == "int" and not -(2**63) <= int(value) < 2**63:
        kind = "uint"
    if kind not in words.vectors:
        raise UsageError(f"no literal: {_NO_TYPE.get(kind, f'the engine has no type for a {kind}')}")
    if kind == "string" and "\0" in value and not words.nul:
        raise UsageError("no literal: a text of the engine cannot hold the character NUL")
    scale = max(0, -int(Decimal(value).as_tuple().exponent)) if kind == "decimal" else 0
    declared = words.vectors[kind].format(scale=scale)
    if kind == "null":
        return declared, f"CAST(NULL AS {declared})"
    if kind in ("string", "binary"):
        template, raw = (words.text, value.encode()) if kind == "string" else (words.binary, base64.b64decode(value))
        return declared, f"CAST({template.format(hex=raw.hex())} AS {declared})"
    return declared, f"CAST('{_written(kind, value)}' AS {declared})"


def _written(kind: str, value: Any) -> str:
    """A value as a standard literal."""
    if kind == "bool":
        return str(value).lower()
    if kind == "float64":
        return repr(float.fromhex(value))
    if kind == "decimal":
        return f"{Decimal(value):f}"
    if kind == "timestamp_tz":
        return datetime.fromisoformat(value).astimezone(UTC).isoformat(" ")
    return str(value).replace("T", " ")


def _reason(refusal: UsageError) -> str:
    """Why: the first reason, without the columns' names, which are the proof's own."""
    return refusal.what.partition(": ")[2].partition("; ")[0].rpartition("': ")[2]
