"""The CSS selectors of a policy's configuration."""

from __future__ import annotations

from collections.abc import Iterable

import soupsieve
from bs4 import BeautifulSoup, Tag


class SelectorError(ValueError):
    """A text that is no CSS selector; the message says what and where."""


def check_selector(text: str) -> None:
    """Raise SelectorError where the text is no CSS selector that can be read."""
    _compiled(text)


def selected(soup: BeautifulSoup, selectors: Iterable[str]) -> list[Tag]:
    """Return the elements that any of the selectors match, in the order of the page, none within another."""
    chosen = {id(element) for text in selectors for element in _compiled(text).select(soup)}
    if not chosen:
        return []
    found: list[Tag] = []
    inside: Tag | None = None
    for element in soup.find_all(True):
        if id(element) not in chosen or (inside is not None and _is_within(element, inside)):
            continue
        found.append(element)
        inside = element
    return found


def _is_within(element: Tag, outer: Tag) -> bool:
    return any(parent is outer for parent in element.parents)


def _compiled(text: str) -> soupsieve.SoupSieve:
    try:
        return soupsieve.compile(text)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise SelectorError(f"{text!r} is no CSS selector: {reason}") from error
