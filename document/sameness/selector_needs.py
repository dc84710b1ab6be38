"""Finds the attributes of a page that a policy's selectors depend on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from document.model import ExtractionOptions

_WORD = re.compile(r"[\w-]+")
_STRING = re.compile(r"\"[^\"\\]*\"|'[^'\\]*'")
_STRUCTURAL = re.compile(
    r":(?:not|is|where|has|root|(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type))(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Needs:
    """The inputs of selectors besides elements and their positions."""

    attributes: frozenset[str] = frozenset()
    """Names in lower case; other words of the selectors may be among them."""
    places: bool = False
    """Whether they may count the elements around one, or name one by its place alone."""


def needs_of(options: ExtractionOptions) -> Needs | None:
    """Return what the selectors look at, or None if one may look at anything, such as text."""
    attributes: set[str] = set()
    places = False
    for selector in (*options.select, *options.remove):
        plain = _STRING.sub('""', selector)
        if "\\" in plain or ":" in _STRUCTURAL.sub("", plain) or not plain.isascii():
            return None
        attributes.update(_WORD.findall(plain.lower()))
        attributes.update({"class"} if "." in plain else ())
        attributes.update({"id"} if "#" in plain else ())
        places = places or ":" in plain or "+" in plain or "~" in plain or "*" in plain
    return Needs(frozenset(attributes), places)
