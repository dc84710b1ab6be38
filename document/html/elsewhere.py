"""Finds content of a policy that is not in the page's own text: frames, objects, drawings, pictures of text."""

from __future__ import annotations

from collections.abc import Sequence

from bs4 import Tag

from document.html.soup import attribute, elements_named
from document.html.stylesheet import StyleSheet
from document.model import Elsewhere, ElsewhereKind
from document.text.normalise import normalise

FEWEST_WORDS = 12
"""Minimum number of words of a fallback, a drawing or an `alt` text that is listed."""
_KINDS: dict[str, ElsewhereKind] = {
    "iframe": "frame",
    "object": "object",
    "embed": "object",
    "svg": "drawing",
    "img": "picture",
}
_SOURCES = {"iframe": "src", "object": "data", "embed": "src"}
UNSEEN_SIZES = frozenset({"0", "1", "0px", "1px"})
"""Widths and heights of invisible frames, which only count visits."""


def held_elsewhere(roots: Sequence[Tag], sheet: StyleSheet) -> tuple[Elsewhere, ...]:
    """Return the elements below the roots whose text is outside the page, in reading order.

    Every visible frame is returned, because its words are not known. Any other element is returned only if it has at
    least `FEWEST_WORDS` words.
    """
    elements = (element for root in roots for element in elements_named(root, _KINDS))
    parts = (_elsewhere(element) for element in elements if _is_seen(element, sheet))
    return tuple(part for part in parts if part is not None)


def _elsewhere(element: Tag) -> Elsewhere | None:
    kind = _KINDS[element.name]
    address = attribute(element, _SOURCES.get(element.name, "")).strip().partition("#")[0].partition("?")[0]
    if kind == "frame":
        has_source = bool(address) and not address.startswith(("about:", "javascript:"))
        return Elsewhere(kind, address, "") if has_source and "srcdoc" not in element.attrs else None
    words = normalise(attribute(element, "alt") if kind == "picture" else element.get_text(" "))
    if len(words.split()) < FEWEST_WORDS:
        return None
    return Elsewhere(kind, "" if address.startswith("data:") else address, words)


def _is_seen(element: Tag, sheet: StyleSheet) -> bool:
    if "hidden" in element.attrs or {attribute(element, "width"), attribute(element, "height")} & UNSEEN_SIZES:
        return False
    styles = sheet.styles(element)
    return styles.get("display") != "none" and styles.get("visibility") != "hidden"
