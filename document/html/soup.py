"""Parse a page and go through it without recursion, however deep it nests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from bs4 import BeautifulSoup, CData, NavigableString, PageElement, Tag

Event = tuple[Literal["start", "end", "text"], PageElement]

_XML_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>")
UNREAD = frozenset(
    [
        "script",
        "style",
        "template",
        "title",
        "link",
        "meta",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "math",
        "video",
        "audio",
        "map",
        "source",
        "track",
        "input",
        "select",
        "textarea",
        "datalist",
        "progress",
        "meter",
        "noframes",
    ]
)
"""Elements whose content is not text of the page."""


def parse(text: str) -> BeautifulSoup:
    """Return the page's tree. Text nested 100,000 elements deep is kept: the parser builds no tree of its own."""
    return BeautifulSoup(_XML_PROLOGUE.sub("", text, count=1), "lxml")


def events(root: Tag) -> Iterator[Event]:
    """Yield the start and end of each element and each text below `root`, in order, `root` included.

    Elements of `UNREAD`, comments and declarations are left out. An element may be taken out of the tree when its
    start is seen; then its content is not visited.
    """
    yield "start", root
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(tuple(root.contents)))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            yield "end", element
            stack.pop()
        elif isinstance(child, Tag):
            if child.name in UNREAD:
                continue
            yield "start", child
            if child.parent is not None:
                stack.append((child, iter(tuple(child.contents))))
        elif type(child) in (NavigableString, CData):
            yield "text", child


def outermost(root: Tag, chosen: Callable[[Tag], bool]) -> list[Tag]:
    """Return the elements below `root` that are chosen and in no other chosen one, in order."""
    elements: list[Tag] = []
    inside: PageElement | None = None
    for kind, node in events(root):
        if kind == "start" and inside is None and isinstance(node, Tag) and node is not root and chosen(node):
            elements.append(node)
            inside = node
        elif kind == "end" and node is inside:
            inside = None
    return elements


def beginning(element: Tag, most: int) -> Iterator[PageElement]:
    """Yield the first nodes below an element, in order; bs4's own walk looks for the last one before it begins."""
    stack = [iter(element.contents)]
    while stack and most > 0:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        most -= 1
        yield node
        if isinstance(node, Tag):
            stack.append(iter(node.contents))


def is_text(node: PageElement | None) -> bool:
    """Return whether a node is text that is not blank."""
    return type(node) in (NavigableString, CData) and not str(node).isspace()


def attribute(element: Tag, name: str) -> str:
    """Return an attribute's text, lists joined by spaces, or "" if it is missing."""
    value = element.attrs.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)
