"""Measures the text and the other contents of each element of a page, in one pass."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import Tag

from document.html.controls import Controls, is_control
from document.html.soup import attribute, events

_LINKED = 0.5
"""Share of links in an element's text. An element with a larger share consists mostly of links."""
_AWAY = 0.2
"""Maximum share of an element's text that is in links to other pages, if the element reads like prose."""
_AN_ACT = 400
"""Minimum number of characters of prose for each field and button of an element that is text. For example, an element
with two buttons and fewer than 800 characters of prose is a widget.
"""
_STOP = re.compile(r"[^\W\d_]{2}[\"'”’»)\]]*[.!?](?=[\s\"'”’»)]|$)|[。！？؟।]")
_RUN = 60
"""Minimum length, in characters, of a text without a full stop that counts as a sentence. An example is a text whose
last words are in a link.
"""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Size:
    """Counts of an element's contents."""

    text: int = 0
    """Characters of text, not counting spaces."""
    linked: int = 0
    """Characters in links."""
    away: int = 0
    """Characters in links to other pages. Links within the page, mail addresses and phone numbers are not such links.
    """
    stops: int = 0
    """Sentence ends outside links."""
    links: int = 0
    in_page: int = 0
    """Links to places in the same page."""
    tables: int = 0
    header_cells: int = 0
    headings: int = 0
    """Headings h1 to h6 that have no link to a different page."""
    titles: int = 0
    """Headings h1 that have no link to a different page."""
    acts: int = 0
    """Fields and buttons. Buttons that open or name a part of the page are not counted."""
    after_words: int = 0
    """Buttons that end a line of words, such as a button that copies the line. They are also counted in `acts`."""
    named: int = 0
    """Characters that are in headings, buttons or labels, and not in links."""

    @property
    def prose(self) -> int:
        """Characters outside links."""
        return self.text - self.linked

    @property
    def plain(self) -> int:
        """Characters outside links, headings, buttons and labels."""
        return self.prose - self.named

    @property
    def mostly_links(self) -> bool:
        """Whether more than half of the text is links."""
        return self.linked > _LINKED * self.text

    @property
    def is_widget(self) -> bool:
        """Whether the element is mainly for input, and not for reading."""
        return self.acts > 0 and self.prose < _AN_ACT * self.acts

    @property
    def reads_like_prose(self) -> bool:
        """Whether the element has sentences, few words in links to other pages, and few controls."""
        return self.stops > 0 and self.away <= _AWAY * self.text and not self.is_widget

    def add(self, other: Size) -> None:
        """Add the counts of a child."""
        self.text += other.text
        self.linked += other.linked
        self.away += other.away
        self.stops += other.stops
        self.links += other.links
        self.in_page += other.in_page
        self.tables += other.tables
        self.header_cells += other.header_cells
        self.headings += other.headings
        self.titles += other.titles
        self.acts += other.acts
        self.after_words += other.after_words
        self.named += other.named


_NOTHING = Size()


class Sizes:
    """The size of each element of a page. The key is the element's identity in memory."""

    def __init__(self) -> None:
        self._sizes: dict[int, Size] = {}

    def __getitem__(self, element: Tag) -> Size:
        return self._sizes.get(id(element), _NOTHING)

    def __setitem__(self, element: Tag, size: Size) -> None:
        self._sizes[id(element)] = size


def measure(root: Tag, controls: Controls) -> Sizes:
    """Return the size of each element below `root`, in one pass."""
    sizes = Sizes()
    stack: list[Size] = []
    links = away = names = 0
    for kind, node in events(root):
        if kind == "text":
            _count(str(node), stack[-1], links > 0, away > 0, names > 0)
        elif isinstance(node, Tag):
            step = 1 if kind == "start" else -1
            if step > 0:
                stack.append(_own(node, controls))
            links += step * (node.name == "a" and "href" in node.attrs)
            away += step * leads_away(node)
            names += step * (node.name in HEADINGS or (node.name != "a" and is_control(node)))
            if step < 0:
                size = sizes[node] = stack.pop()
                if node.name in HEADINGS and size.away:
                    size.headings = size.titles = 0
                if stack:
                    stack[-1].add(size)
    return sizes


def _count(text: str, size: Size, linked: bool, away: bool, named: bool) -> None:
    length = len("".join(text.split()))
    size.text += length
    size.named += length if named and not linked else 0
    if linked:
        size.linked += length
        size.away += length if away else 0
    elif length:
        size.stops += len(_STOP.findall(text)) or int(length >= _RUN)


def _own(node: Tag, controls: Controls) -> Size:
    """Return the counts of an element without its children.

    A field is never measured itself, so it is counted by the element directly around it.
    """
    name, acts, size = node.name, controls.acts(node), Size()
    if acts:
        size.acts, size.after_words = acts, int(controls.ends_line(node))
    if name == "a":
        target = attribute(node, "href")
        size.links, size.in_page = int("href" in node.attrs), int(len(target) > 1 and target.startswith("#"))
    elif name in HEADINGS:
        size.headings, size.titles = 1, int(name == "h1")
    elif name == "table":
        size.tables = 1
    elif name in ("th", "caption"):
        size.header_cells = 1
    return size


def leads_away(element: Tag) -> bool:
    """Return whether an element is a link to a different page. A link within the page, to a mail address or to a phone
    number does not count.
    """
    if element.name != "a" or "href" not in element.attrs:
        return False
    target = attribute(element, "href").strip().lower()
    return not target.startswith(("#", "mailto:", "tel:", "javascript:")) and "/email-protection#" not in target
