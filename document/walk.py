"""Go through a part of a page and collect its lines, as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from bs4 import PageElement, Tag

from document.emails import decode_hex, decode_target
from document.lines import Line
from document.lists import ItemNumbers
from document.model import Link
from document.normalise import normalise
from document.sizes import Sizes
from document.soup import attribute, events
from document.stylesheet import StyleSheet
from document.tables import is_data_table

_BLOCKS = frozenset(
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
_BOLD = frozenset({"b", "strong", "summary"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD_SHARE = 0.95


@dataclass(slots=True)
class _Context:
    """What holds for the text inside an element."""

    bold: bool = False
    size: float = 0.0
    level: int = 0
    language: str = ""
    pre: bool = False
    block: bool = False


@dataclass(slots=True)
class _Buffer:
    """The line being collected."""

    pieces: list[str] = field(default_factory=list)
    letters: int = 0
    bold: int = 0
    linked_in_page: int = 0
    size: float | None = None
    links: list[tuple[str, int]] = field(default_factory=list)
    """Target, and the number of pieces when the link began."""
    finished: list[Link] = field(default_factory=list)


class Walker:
    """Collects lines; one walker reads all parts of a page."""

    def __init__(self, sheet: StyleSheet, sizes: Sizes, address: str) -> None:
        self.lines: list[Line] = []
        self._sheet = sheet
        self._sizes = sizes
        self._address = address
        self._contexts = [_Context()]
        self._buffer = _Buffer()
        self._numbers = ItemNumbers(sheet)
        self._cells: list[list[str]] | None = None
        self._row_links: list[Link] = []
        self._data_tables = 0
        self._skip: Tag | None = None
        self._hidden_text: Tag | None = None

    def read(self, roots: Iterable[Tag]) -> list[Line]:
        """Return the lines below the roots, in order."""
        handlers: dict[str, Callable[[PageElement], None]] = {
            "start": self._start,
            "end": self._end,
            "text": self._text,
        }
        for root in roots:
            for kind, node in events(root):
                handlers[kind](node)
            self._flush()
        return self.lines

    def _start(self, node: PageElement) -> None:
        if not isinstance(node, Tag) or self._skip is not None:
            return
        if "data-cfemail" in node.attrs and (address := decode_hex(attribute(node, "data-cfemail"))):
            self._open_link(node, f"mailto:{address}")
            self._add(address)
            self._close_link(node)
            self._skip = node
            return
        context = self._enter(node)
        if context.block:
            self._flush()
        self._contexts.append(context)
        if node.name == "br":
            self._break()
        elif node.name == "a" and "href" in node.attrs:
            self._open_link(node, self._target(attribute(node, "href")))
        elif node.name in ("ol", "ul", "dir", "menu"):
            self._numbers.open_list(node)
        elif node.name == "li":
            self._numbers.open_item(node)
        self._open_table(node)

    def _end(self, node: PageElement) -> None:
        if not isinstance(node, Tag):
            return
        if self._skip is not None:
            if node is self._skip:
                self._skip = None
            return
        if self._contexts[-1].block:
            self._flush()
        self._contexts.pop()
        if node.name == "a" and "href" in node.attrs:
            self._close_link(node)
        elif node.name in ("ol", "ul", "dir", "menu"):
            self._numbers.close_list()
        elif node.name == "li":
            self._numbers.close_item()
        self._close_table(node)

    def _text(self, node: PageElement) -> None:
        if self._skip is not None:
            return
        text = str(node)
        if not self._contexts[-1].pre:
            self._add(text)
            return
        first, *rest = text.split("\n")
        self._add(first)
        for line in rest:
            self._flush()
            self._add(line)

    def _enter(self, node: Tag) -> _Context:
        above = self._contexts[-1]
        styles = self._sheet.styles(node)
        level = _HEADINGS.get(node.name, 0) or _role_level(node)
        display = styles.get("display", "")
        return _Context(
            bold=_is_bold(node, styles, above.bold),
            size=_size(node, above.size),
            level=level or above.level,
            language=_language(node) or above.language,
            pre=node.name == "pre" or styles.get("white-space", "").startswith("pre") or above.pre,
            block=(node.name in _BLOCKS or display == "block" or level > 0) and display not in ("inline", "contents"),
        )

    def _add(self, text: str) -> None:
        buffer, context = self._buffer, self._contexts[-1]
        letters = sum(map(str.isalnum, text))
        buffer.pieces.append(text)
        buffer.letters += letters
        buffer.bold += letters if context.bold else 0
        if letters:
            buffer.size = context.size if buffer.size is None else max(buffer.size, context.size)
        if buffer.links and buffer.links[-1][0].startswith("#"):
            buffer.linked_in_page += letters

    def _break(self) -> None:
        """A break ends a line, but not a heading: that is one, however it is set."""
        if self._contexts[-1].level:
            self._add(" ")
        else:
            self._flush()

    def _target(self, href: str) -> str:
        target = decode_target(href.strip())
        if target.startswith("#") or not self._address:
            return target
        try:
            return urljoin(self._address, target)
        except ValueError:
            # A target such as "http://[" is no address; what stands there is kept.
            return target

    def _open_link(self, node: Tag, target: str) -> None:
        self._buffer.links.append((target, len(self._buffer.pieces)))

    def _close_link(self, node: Tag) -> None:
        if not self._buffer.links:
            return
        target, start = self._buffer.links.pop()
        text = normalise("".join(self._buffer.pieces[start:]))
        if text and target and not target.startswith(("#", "javascript:")):
            self._buffer.finished.append(Link(text, target))

    def _flush(self) -> None:
        buffer, context = self._buffer, self._contexts[-1]
        if not buffer.pieces:
            return
        self._buffer = _Buffer(links=[(target, 0) for target, _ in buffer.links])
        text = normalise("".join(buffer.pieces))
        for target, start in buffer.links:
            part = normalise("".join(buffer.pieces[start:]))
            if part and target and not target.startswith(("#", "javascript:")):
                buffer.finished.append(Link(part, target))
        if not text:
            return
        if self._cells is not None:
            if not self._cells:
                self._cells.append([])
            self._cells[-1].append(text)
            self._row_links.extend(buffer.finished)
            return
        marker, first, again = self._numbers.take_marker()
        self.lines.append(
            Line(
                text,
                marker=marker,
                depth=self._numbers.depth,
                level=context.level,
                bold=buffer.letters > 0 and buffer.bold >= _BOLD_SHARE * buffer.letters,
                size=buffer.size or 0.0,
                links=tuple(buffer.finished),
                language=context.language,
                in_page=buffer.letters > 0 and buffer.linked_in_page >= _BOLD_SHARE * buffer.letters,
                in_item=first,
                same_item=again,
            )
        )

    def _open_table(self, node: Tag) -> None:
        if node.name == "table" and (self._data_tables or is_data_table(node, self._sizes)):
            self._data_tables += 1
        elif node.name == "tr" and self._data_tables:
            self._cells, self._row_links = [], []
        elif node.name in ("td", "th") and self._cells is not None:
            self._cells.append([])

    def _close_table(self, node: Tag) -> None:
        if node.name == "table" and self._data_tables:
            self._data_tables -= 1
        elif node.name == "tr" and self._cells is not None:
            cells = [" ".join(cell) for cell in self._cells]
            links, language = tuple(self._row_links), self._contexts[-1].language
            self._cells = None
            if text := " | ".join(cell for cell in cells if cell):
                self.lines.append(Line(text, row=True, links=links, language=language))


def _role_level(node: Tag) -> int:
    if attribute(node, "role").lower() != "heading":
        return 0
    level = attribute(node, "aria-level").strip()
    return min(6, max(1, int(level))) if level.isdecimal() else 2


def _is_bold(node: Tag, styles: dict[str, str], above: bool) -> bool:
    weight = styles.get("font-weight", "")
    if weight:
        return weight in ("bold", "bolder") or (weight.isdecimal() and int(weight) >= 600)
    opens = node.name == "button" and (attribute(node, "aria-controls") or attribute(node, "aria-expanded"))
    return above or node.name in _BOLD or bool(opens)


def _size(node: Tag, above: float) -> float:
    """Return the font size in steps from the usual one, as `font`, `big` and `small` set it."""
    if node.name in ("big", "small"):
        return above + (1.0 if node.name == "big" else -1.0)
    size = attribute(node, "size").strip() if node.name == "font" else ""
    if size[:1] in ("+", "-") and size[1:].isdecimal():
        return float(size)
    return float(size) - 3 if size.isdecimal() else above


def _language(node: Tag) -> str:
    named = attribute(node, "lang") or attribute(node, "xml:lang")
    return named.split("-")[0].split("_")[0].strip().lower()
