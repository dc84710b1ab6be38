"""Collects a line, and the properties of its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from bs4 import Tag

from document.html.soup import attribute
from document.html.stylesheet import Styles
from document.model import Link
from document.text.lines import Line
from document.text.normalise import normalise

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_BLOCK_STYLES = frozenset({"block", "flex", "grid", "table", "list-item", "flow-root", "table-row", "table-cell"})
_CONTAINERS = frozenset({"flex", "grid"})
"""Values of `display` that turn the children of an element into blocks."""
_BOLD = frozenset({"b", "strong", "summary"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NEARLY_ALL = 0.95
"""Minimum share of bold letters in a line that counts as bold as a whole. The same share applies to a line that counts
as a link as a whole.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Properties of the text inside an element."""

    bold: bool = False
    size: float = 0.0
    level: int = 0
    """Heading level, 1 to 6; 0 outside a heading."""
    language: str = ""
    pre: bool = False
    """Whether each line feed in the text ends a line."""
    block: bool = False
    """Whether the element starts and ends a line."""
    container: bool = False
    """Whether each direct child starts and ends a line."""

    def inside(self, node: Tag, styles: Styles, names_part: bool = False) -> Context:
        """Return the properties of the text inside a child element.

        `names_part` says that the child is a control that names a part of the text.
        """
        level = _HEADINGS.get(node.name, 0) or _role_level(node)
        display = styles.get("display", "")
        return Context(
            bold=names_part or _is_bold(node, styles, self.bold),
            size=_size(node, self.size),
            level=level or self.level,
            language=_language(node) or self.language,
            pre=node.name == "pre" or styles.get("white-space", "").startswith("pre") or self.pre,
            block=display not in ("inline", "contents")
            and (node.name in BLOCKS or display in _BLOCK_STYLES or level > 0 or names_part or self.container),
            container=display in _CONTAINERS,
        )


@dataclass(slots=True)
class Buffer:
    """The line that is being collected."""

    pieces: list[str] = field(default_factory=list)
    letters: int = 0
    bold: int = 0
    """Number of bold letters so far."""
    in_page: int = 0
    """Number of letters so far that are in links to places in the same page."""
    size: float | None = None
    open_links: list[tuple[str, int]] = field(default_factory=list)
    """The links that are still open: the target of each link, and the number of pieces before it."""
    links: list[Link] = field(default_factory=list)

    @property
    def end(self) -> str:
        """The last character so far, or ""."""
        return next((piece[-1] for piece in reversed(self.pieces) if piece), "")

    def add(self, text: str, context: Context) -> None:
        """Add a piece of text."""
        letters = sum(map(str.isalnum, text))
        self.pieces.append(text)
        self.letters += letters
        self.bold += letters if context.bold else 0
        if letters:
            self.size = context.size if self.size is None else max(self.size, context.size)
        if self.open_links and self.open_links[-1][0].startswith("#"):
            self.in_page += letters

    def open_link(self, target: str) -> None:
        """Begin a link."""
        self.open_links.append((target, len(self.pieces)))

    def close_link(self) -> None:
        """Close the innermost link. Links within the page and links that run a script are dropped."""
        if not self.open_links:
            return
        target, start = self.open_links.pop()
        text = normalise("".join(self.pieces[start:]))
        if text and target and not target.startswith(("#", "javascript:")):
            self.links.append(Link(text, target))

    def finish(self, context: Context) -> tuple[Line | None, Buffer]:
        """Return the finished line, and the buffer for the next line.

        The next line continues links that are still open. The finished line is None if it has no text.
        """
        after = Buffer(open_links=[(target, 0) for target, _ in self.open_links])
        while self.open_links:
            self.close_link()
        text = normalise("".join(self.pieces))
        if not text:
            return None, after
        bold, in_page = (self.letters > 0 and part >= _NEARLY_ALL * self.letters for part in (self.bold, self.in_page))
        line = Line(
            text,
            level=context.level,
            bold=bold,
            size=self.size or 0.0,
            links=tuple(self.links),
            language=context.language,
            in_page=in_page,
        )
        return line, after


def _role_level(node: Tag) -> int:
    if "role" not in node.attrs or attribute(node, "role").lower() != "heading":
        return 0
    level = attribute(node, "aria-level").strip()
    return min(6, max(1, int(level))) if level.isdecimal() else 2


def _is_bold(node: Tag, styles: Styles, above: bool) -> bool:
    weight = styles.get("font-weight", "")
    if weight:
        return weight in ("bold", "bolder") or (weight.isdecimal() and int(weight) >= 600)
    return above or node.name in _BOLD


def _size(node: Tag, above: float) -> float:
    """Return the font size of an element, as a number of steps above the default size. The elements `font`, `big` and
    `small` change the size.
    """
    if node.name in ("big", "small"):
        return above + (1.0 if node.name == "big" else -1.0)
    size = attribute(node, "size").strip() if node.name == "font" else ""
    if size[:1] in ("+", "-") and size[1:].isdecimal():
        return float(size)
    return float(size) - 3 if size.isdecimal() else above


def _language(node: Tag) -> str:
    if "lang" not in node.attrs and "xml:lang" not in node.attrs:
        return ""
    named = attribute(node, "lang") or attribute(node, "xml:lang")
    return named.split("-")[0].split("_")[0].strip().lower()
