"""Choose the part of a page that holds its text, where no selector is configured."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from document.furniture import Sizes, measure
from document.soup import attribute

_MOST = 0.6
"""The share of the page's prose that the main element must hold to be believed."""
_NEARLY_ALL = 0.9
_WORDLESS = 60
"""Characters of prose up to which what stands beside the text may be left out."""


def main_content(soup: BeautifulSoup) -> list[Tag]:
    """Return the elements that hold the page's text: `main`, the articles, or what holds nearly all of the prose.

    When nothing is certain it is the whole body: text is never lost for being in the wrong place.
    """
    body = soup.body or soup
    sizes = measure(body)
    whole = max(1, sizes.prose(body))
    for names in (_mains(body), body.find_all("article")):
        if names and sum(sizes.prose(element) for element in names) >= _MOST * whole:
            return names
    return [_narrowed(body, sizes, whole)]


def _mains(body: Tag) -> list[Tag]:
    found = body.find_all(lambda tag: tag.name == "main" or attribute(tag, "role") == "main")
    kept: set[int] = set()
    outermost = []
    for element in found:
        if not any(id(parent) in kept for parent in element.parents):
            kept.add(id(element))
            outermost.append(element)
    return outermost


def _narrowed(body: Tag, sizes: Sizes, whole: int) -> Tag:
    """Go down while one child holds nearly all prose and what stands beside it is links or next to nothing."""
    element = body
    while True:
        children = [child for child in element.children if isinstance(child, Tag)]
        largest = max(children, key=sizes.prose, default=None)
        if largest is None or sizes.prose(largest) < _NEARLY_ALL * whole:
            return element
        beside = [child for child in children if child is not largest and sizes.text.get(id(child))]
        if sizes.prose(element) - sum(map(sizes.prose, children)) > 0:
            return element
        if any(
            (sizes.prose(child) > _WORDLESS and not sizes.mostly_links(child)) or _has_heading(child)
            for child in beside
        ):
            return element
        if largest.name in ("p", "ul", "ol", "table"):
            return largest if largest.name == "table" and not beside else element
        element = largest


def _has_heading(element: Tag) -> bool:
    return element.name == "h1" or element.find("h1") is not None
