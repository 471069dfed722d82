"""HTML made of text: whatever is not Markup is escaped."""

import html
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, content: str, attributes: Mapping[str, str] = MappingProxyType({})) -> Markup:
    """An element with its content, which is escaped unless it is Markup."""
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items() if value)
    return Markup(f"<{tag}{written}>{escaped(content)}</{tag}>")


def escaped(content: str) -> Markup:
    """The text as HTML."""
    return content if isinstance(content, Markup) else Markup(html.escape(content))


def join(parts: Iterable[str]) -> Markup:
    """Parts one after the other."""
    return Markup("\n".join(escaped(part) for part in parts))


def paragraph(text: str) -> Markup:
    """A paragraph."""
    return element("p", text)


def points(sentences: Iterable[str]) -> Markup:
    """Sentences as a list."""
    return element("ul", join(element("li", sentence) for sentence in sentences))


def details(summary: str, content: str) -> Markup:
    """Content that is one click away."""
    return element("details", join([element("summary", summary), content]))


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numeric: Collection[int] = (),
    marked: Collection[int] = (),
    caption: str = "",
) -> Markup:
    """A table that scrolls by itself; None is shown as a null. ``numeric`` columns stand flush right."""

    def cells(row: Sequence[object]) -> Markup:
        return element("tr", join(_cell(value, at in numeric, at in marked) for at, value in enumerate(row)))

    def title(at: int, name: str) -> Markup:
        classes = {"scope": "col", "class": _class(at in numeric, at in marked)}
        return element("th", f"{name} ≠" if at in marked else name, classes)

    head = element("tr", join(title(at, name) for at, name in enumerate(header)))
    parts = [element("caption", caption)] if caption else []
    parts += [element("thead", head), element("tbody", join(cells(row) for row in rows))]
    return element("div", element("table", join(parts)), {"class": "scroll", "tabindex": "0"})


def _cell(value: object, numeric: bool, marked: bool) -> Markup:
    if value is None:
        return element("td", element("em", "null"), {"class": _class(numeric, marked)})
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if text and not text.strip():
        text = f"“{text}”"  # white space that could not be seen otherwise
    right = numeric and not isinstance(value, str)
    return element("td", text, {"class": _class(right, marked)})


def _class(numeric: bool, marked: bool) -> str:
    return " ".join(name for name, on in (("number", numeric), ("differs", marked)) if on)
