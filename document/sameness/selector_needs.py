"""Finds the attributes of a page that a policy's selectors depend on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from document.html.selectors import css_of, range_of
from document.model import ExtractionOptions

_WORD = re.compile(r"[\w-]+")
_STRING = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'")
_STRUCTURAL = re.compile(
    r":(?:not|is|where|has|root|(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type))(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Needs:
    """The facts about a page that selectors depend on, besides the elements and their order."""

    attributes: frozenset[str] = frozenset()
    """Attribute names in lower case. The set may also contain other words of the selectors."""
    places: bool = False
    """Whether the selectors may depend on places in the page, for example because they count elements."""


def needs_of(options: ExtractionOptions) -> Needs | None:
    """Return the facts that the selectors depend on. Return None if a selector may depend on anything, such as the
    text.
    """
    attributes: set[str] = set()
    texts = (*options.select, *options.remove)
    places = any(range_of(text) is not None for text in texts)
    for selector in (css for text in texts for css in css_of(text)):
        plain = _STRING.sub('""', selector)
        if "\\" in plain or ":" in _STRUCTURAL.sub("", plain) or not plain.isascii():
            return None
        attributes.update(_WORD.findall(plain.lower()))
        attributes.update({"class"} if "." in plain else ())
        attributes.update({"id"} if "#" in plain else ())
        places = places or ":" in plain or "+" in plain or "~" in plain or "*" in plain
    return Needs(frozenset(attributes), places)
