"""The name of a table, in parts, each taken as it is written: nothing in it is ever SQL."""

from dataclasses import dataclass
from typing import Self

from rowid.errors import UsageError

_PARTS = 3


@dataclass(frozen=True, slots=True)
class TableName:
    """A table's exact name, in its ``schema`` and ``catalog`` (of which an empty one is the connection's own)."""

    name: str
    schema: str = ""
    catalog: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``table``, ``schema.table`` or ``catalog.schema.table``; a part in double quotes may hold dots.

        Raises:
            UsageError: it is none of them.
        """
        parts = _parts(text)
        if not 1 <= len(parts) <= _PARTS or not all(parts) or "\0" in text:
            raise UsageError(
                "it is no name of a table",
                where="table",
                hint='Write table, schema.table or catalog.schema.table, a part with a dot in double quotes: "a.b".',
            )
        return cls(*reversed(parts))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are given, the widest first."""
        return tuple(part for part in (self.catalog, self.schema, self.name) if part)

    def beside(self, name: str) -> "TableName":
        """Another table of the same schema."""
        return TableName(name, self.schema, self.catalog)

    def __str__(self) -> str:
        return ".".join(f'"{p.replace(chr(34), chr(34) * 2)}"' if _needs_quotes(p) else p for p in self.parts)


def _needs_quotes(part: str) -> bool:
    return any(char in part for char in '."')


def _parts(text: str) -> list[str]:
    """The parts between dots; an open quote gives none."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] == '"' and not parts[-1]:
            end, part = _quoted(text, at + 1)
            if end < 0 or (end < len(text) and text[end] != "."):
                return []
            parts[-1], at = part, end
        elif text[at] == ".":
            parts.append("")
            at += 1
        else:
            parts[-1] += text[at]
            at += 1
    return parts


def _quoted(text: str, at: int) -> tuple[int, str]:
    """Where the quoted part that begins at ``at`` ends, behind its quote (-1: nowhere), and what it holds."""
    part = ""
    while at < len(text):
        if text[at] != '"':
            part += text[at]
        elif text[at + 1 : at + 2] == '"':
            part += '"'
            at += 1
        else:
            return at + 1, part
        at += 1
    return -1, ""
