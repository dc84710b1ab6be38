"""The CSS selectors of a policy's configuration."""

from __future__ import annotations

from collections.abc import Iterable

import soupsieve
from bs4 import BeautifulSoup, Tag

from document.html.soup import outermost


class SelectorError(ValueError):
    """A text that is not a valid CSS selector. The message says where it is wrong."""


def check_selector(text: str) -> None:
    """Raise SelectorError if the text is not a valid CSS selector."""
    _compiled(text)


def selected(soup: BeautifulSoup, selectors: Iterable[str]) -> list[Tag]:
    """Return the elements that match any of the selectors, in page order. Elements within another match are left
    out.
    """
    chosen = {id(element) for text in selectors for element in _compiled(text).select(soup)}
    return outermost(soup, lambda element: id(element) in chosen) if chosen else []


def _compiled(text: str) -> soupsieve.SoupSieve:
    try:
        return soupsieve.compile(text)
    except (soupsieve.SelectorSyntaxError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise SelectorError(f"{text!r} is not a valid CSS selector: {reason}") from error
