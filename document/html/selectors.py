"""The CSS selectors of a policy's configuration, and ranges of a page between two elements.

A range is written `startBefore: SELECTOR; endBefore: SELECTOR`, or with `startAfter` or `endAfter` instead. The range
begins at the first match of the first selector, and ends at the next match of the second selector.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass

import soupsieve
from bs4 import BeautifulSoup, PageElement, Tag

from document.html.soup import outermost

_RANGE = re.compile(r"\s*start(Before|After):\s+(.+?)\s*;\s*end(Before|After):\s+(.+?)\s*", re.DOTALL)
_RANGE_KEY = re.compile(r"\b(?:start|end)(?:Before|After):\s")


class SelectorError(ValueError):
    """A text is neither a valid CSS selector nor a valid range. The message says where the text is wrong."""


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a page between two elements."""

    start: str
    """CSS selector of the element at the start. The first match counts."""
    after_start: bool
    """Whether the range begins after the start element, not before it."""
    end: str
    """CSS selector of the element at the end. The first match after the start of the range counts. If `after_end` is
    true, the end element may contain the start element.
    """
    _: KW_ONLY
    after_end: bool
    """Whether the range ends after the end element, not before it."""


def range_of(text: str) -> Range | None:
    """Return the range that a text describes, or None if the text is a plain selector. Raises SelectorError if a part
    of the range is missing.
    """
    match = _RANGE.fullmatch(text)
    if match is not None:
        return Range(match[2], match[1] == "After", match[4], after_end=match[3] == "After")
    if _RANGE_KEY.match(text.lstrip()):
        fix = "write startBefore: SELECTOR; endBefore: SELECTOR, with Before or After"
        raise SelectorError(f"{text!r} is not a range: {fix}")
    return None


def check_selector(text: str) -> None:
    """Raise SelectorError if the text is neither a valid CSS selector nor a valid range."""
    for selector in css_of(text):
        _compiled(selector)


def css_of(text: str) -> tuple[str, ...]:
    """Return the CSS selectors in a selector or a range. Raises SelectorError if a part of the range is missing."""
    part = range_of(text)
    return (text,) if part is None else (part.start, part.end)


def selected(soup: BeautifulSoup, selectors: Iterable[str]) -> list[Tag]:
    """Return the elements that match at least one of the selectors, in page order. An element within another match is
    left out. The content of a range is moved into a new element. Elements that are only partly in the range are copied
    into the new element.
    """
    texts = list(selectors)
    ranges = [part for text in texts if (part := range_of(text)) is not None]
    chosen = {id(element) for text in texts if range_of(text) is None for element in _compiled(text).select(soup)}
    chosen.update(map(id, _gathered(soup, ranges)))
    return outermost(soup, lambda element: id(element) in chosen) if chosen else []


class _Positions:
    """The position of each node in page order, and the position of the last node within each node."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self._nodes = list(_nodes(soup))  # kept alive, so that no new node gets the id() of a deleted node
        self.first = {id(node): position for position, node in enumerate(self._nodes)}
        self.last: dict[int, int] = {}
        for position, node in reversed(list(enumerate(self._nodes))):
            last = self.last.setdefault(id(node), position)
            if node.parent is not None:
                self.last.setdefault(id(node.parent), last)

    def bounds(self, soup: BeautifulSoup, part: Range) -> tuple[int, int] | None:
        """Return the first position of a range and the position after the range; None if the page does not contain the
        range.
        """
        beginning = _compiled(part.start).select_one(soup)
        if beginning is None:
            return None
        start = self.last[id(beginning)] + 1 if part.after_start else self.first[id(beginning)]
        for element in _compiled(part.end).select(soup):
            end = self.last[id(element)] + 1 if part.after_end else self.first[id(element)]
            if end > start:
                return start, end
        return None

    def overlap(self, node: PageElement, start: int, end: int) -> str:
        """Return how much of a node lies between two positions: "", "part" or "whole".

        The result is "" for a node that was moved into an earlier range, because the node is no longer in the page.
        """
        first, last = self.first.get(id(node), end), self.last.get(id(node), end)
        if start <= first and last < end:
            return "whole"
        return "part" if first < end and last >= start else ""

    def touched(self, parent: Tag, start: int, end: int) -> list[PageElement]:
        """Return the children of an element that lie between two positions, at least in part."""
        return [child for child in parent.contents if self.overlap(child, start, end)]


def _nodes(soup: BeautifulSoup) -> Iterator[PageElement]:
    """Yield every node below a page's root in page order, without recursion."""
    stack: list[Iterator[PageElement]] = [iter(soup.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
            continue
        yield node
        if isinstance(node, Tag):
            stack.append(iter(node.contents))


def _gathered(soup: BeautifulSoup, ranges: Sequence[Range]) -> list[Tag]:
    """Move the content of each range into a new element in the same place. Ranges that the page does not contain are
    left out.
    """
    if not ranges:
        return []
    positions = _Positions(soup)
    # All bounds are computed before the first move, because a move shifts positions.
    bounds = [positions.bounds(soup, part) for part in ranges]
    gathered = [_move(soup, positions, each) for each in bounds if each is not None]
    return [container for container in gathered if container is not None]


def _move(soup: BeautifulSoup, positions: _Positions, bounds: tuple[int, int]) -> Tag | None:
    parent: Tag = soup
    touched = positions.touched(parent, *bounds)
    while len(touched) == 1 and isinstance(touched[0], Tag) and positions.overlap(touched[0], *bounds) == "part":
        parent = touched[0]
        touched = positions.touched(parent, *bounds)
    if not touched:
        return None
    container = soup.new_tag("div")
    touched[0].insert_before(container)
    waiting = [(parent, container)]
    while waiting:
        source, target = waiting.pop()
        for child in positions.touched(source, *bounds):
            if isinstance(child, Tag) and positions.overlap(child, *bounds) == "part":
                copy = soup.new_tag(child.name, attrs=dict(child.attrs))
                target.append(copy)
                waiting.append((child, copy))
            else:
                target.append(child)
    return container


def _compiled(text: str) -> soupsieve.SoupSieve:
    try:
        return soupsieve.compile(text)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise SelectorError(f"{text!r} is not a valid CSS selector: {reason}") from error
