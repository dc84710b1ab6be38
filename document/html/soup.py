"""Parses a page and walks through it without recursion, so that deep nesting does no harm."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
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
    """Return the page's tree. This parser keeps text that is nested 100,000 elements deep."""
    return BeautifulSoup(_XML_PROLOGUE.sub("", text, count=1), "lxml")


def events(root: Tag) -> Iterator[Event]:
    """Yield the start and the end of each element, and each text, in order, beginning with `root`.

    Elements in `UNREAD`, comments and declarations are left out. If the caller removes an element from the tree at its
    start, the content of the element is skipped.
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


def elements_named(root: Tag, names: Collection[str]) -> list[Tag]:
    """Return the elements below `root` that have one of these names, in order. The result is the same as from bs4's
    `find_all`, which takes several times as long.
    """
    return [node for node in root.descendants if isinstance(node, Tag) and node.name in names]


def outermost(root: Tag, chosen: Callable[[Tag], bool]) -> list[Tag]:
    """Return the elements below `root` for which `chosen` returns True, in order. Elements within such an element are
    left out.
    """
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
    """Yield at most `most` nodes below an element, in order. bs4's own walk is slower, because it first searches for
    the last node.
    """
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
    """Return whether a node is a text that is not blank."""
    return type(node) in (NavigableString, CData) and not str(node).isspace()


def attribute(element: Tag, name: str) -> str:
    """Return an attribute's text; "" if the attribute is missing. A list of values is joined by spaces."""
    value = element.attrs.get(name)
    if value is None:
        return ""
    return value if isinstance(value, str) else " ".join(value)
