"""Choose the part of a page that holds its text, where no selector is configured."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from document.html.measures import Sizes
from document.html.soup import attribute, outermost

_MOST = 0.8
"""The share of the page's prose that the main element must hold to be believed."""
_NEARLY_ALL = 0.9
_HOLDERS = frozenset(
    [
        "html",
        "body",
        "div",
        "section",
        "table",
        "tbody",
        "tr",
        "td",
        "center",
        "form",
        "span",
        "font",
        "article",
        "main",
    ]
)


def main_content(soup: BeautifulSoup, sizes: Sizes) -> list[Tag]:
    """Return the elements that hold the page's text: `main`, the articles, or what holds nearly all of the prose.

    When nothing is certain it is the whole page: text is never lost for being in the wrong place.
    """
    for names in (outermost(soup, _is_main), outermost(soup, lambda element: element.name == "article")):
        if names and sum(sizes[element].prose for element in names) >= _MOST * max(1, sizes[soup].prose):
            return names
    return [_narrowed(soup, sizes)]


def _is_main(element: Tag) -> bool:
    return element.name == "main" or attribute(element, "role") == "main"


def _narrowed(page: Tag, sizes: Sizes) -> Tag:
    """Go down while one child holds nearly all prose and what stands beside it is menus."""
    element, least = page, _NEARLY_ALL * sizes[page].prose
    while True:
        children = [child for child in element.children if isinstance(child, Tag)]
        largest = max(children, key=lambda child: sizes[child].prose, default=None)
        if largest is None or largest.name not in _HOLDERS or sizes[largest].prose < least:
            return element
        beside = [sizes[child] for child in children if child is not largest and sizes[child].text]
        loose = sizes[element].prose - sum(sizes[child].prose for child in children)
        if loose or any(not size.mostly_links or size.headings for size in beside):
            return element
        element = largest
