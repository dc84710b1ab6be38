"""Collects the lines of a part of a page, as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urljoin

from bs4 import PageElement, Tag

from document.html.controls import Controls, is_control
from document.html.inline import Buffer, Context
from document.html.lists import ItemNumbers
from document.html.measures import Sizes
from document.html.soup import attribute, beginning, events, is_text
from document.html.stylesheet import StyleSheet
from document.html.tables import is_data_table
from document.model import Link
from document.text.hidden_emails import decode_hex, decode_target
from document.text.lines import Line

_ENDS = frozenset(".!?:;)]\"'”’»")
"""Characters that end a sentence or a name."""
_LOOKED_AT = 20
"""Maximum number of nodes of an element that are searched for its words."""
_LISTS = frozenset({"ol", "ul", "dir", "menu"})


class Walker:
    """Collects lines. One walker reads all parts of a page."""

    def __init__(self, sheet: StyleSheet, sizes: Sizes, controls: Controls, address: str) -> None:
        self.lines: list[Line] = []
        self._sheet = sheet
        self._sizes = sizes
        self._controls = controls
        self._address = address
        self._contexts = [Context()]
        self._buffer = Buffer()
        self._numbers = ItemNumbers(sheet)
        self._cells: list[list[str]] | None = None
        self._row_links: list[Link] = []
        self._data_tables = 0
        self._skip: Tag | None = None

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
            self._buffer.open_link(f"mailto:{address}")
            self._add(address)
            self._buffer.close_link()
            self._skip = node
            return
        names_part = is_control(node) and node.name != "a" and self._controls.names_part(node)
        context = self._contexts[-1].inside(node, self._sheet.styles(node), names_part)
        if context.block or _begins_line(node, self._buffer.end):
            self._flush()
        self._contexts.append(context)
        if node.name == "br":
            self._break()
        elif node.name == "a" and "href" in node.attrs:
            self._buffer.open_link(self._target(attribute(node, "href")))
        elif node.name in _LISTS:
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
            self._buffer.close_link()
        elif node.name in _LISTS:
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

    def _break(self) -> None:
        """Handle a `br`: it ends a line, except within a heading."""
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
            # The target is not a valid address ("http://["), so it is kept unchanged.
            return target

    def _add(self, text: str) -> None:
        self._buffer.add(text, self._contexts[-1])

    def _flush(self) -> None:
        """Finish the current line. Add it to the open table cell, or otherwise to the page's lines."""
        if not self._buffer.pieces:
            return
        line, self._buffer = self._buffer.finish(self._contexts[-1])
        if line is None:
            return
        if self._cells is not None:
            if not self._cells:
                self._cells.append([])
            self._cells[-1].append(line.text)
            self._row_links.extend(line.links)
            return
        line.marker, line.in_item, line.same_item = self._numbers.take_marker()
        line.depth = self._numbers.depth
        self.lines.append(line)

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


def _begins_line(node: Tag, before: str) -> bool:
    """Return whether an element starts a new line although no style says so.

    The reason may be in a linked style sheet, which is not read. So an element starts a new line if two signs are
    present: there is no space between it and the element before, and a new sentence or name seems to begin. A custom
    element such as `<my-row>` starts a line if its text has several words, and no text is directly beside the element.
    """
    beside = node.previous_sibling
    if not before or not (isinstance(beside, Tag) or "-" in node.name):
        return False
    alike = isinstance(beside, Tag) and "-" in beside.name and "-" in node.name
    several = alike or _has_words(node) or (isinstance(beside, Tag) and _has_words(beside))
    if not several or (isinstance(beside, Tag) and beside.name == "br"):
        return False
    if "-" in node.name:
        return not is_text(beside) and not is_text(node.next_sibling)
    first = "".join(_words(node)).strip()[:1]
    return first.isalnum() and _parts_words(before, first)


def _parts_words(before: str, first: str) -> bool:
    """Return whether two adjacent characters belong to two words, and not to one word in two styles."""
    return before in _ENDS or (first.isupper() and before.islower()) or (first.isdigit() and before.isalpha())


def _has_words(node: Tag) -> bool:
    return len("".join(_words(node)).split()) > 1


def _words(node: Tag) -> list[str]:
    return [str(text) for text in beginning(node, _LOOKED_AT) if is_text(text)]
