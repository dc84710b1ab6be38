"""Distinguishes elements that stay hidden from elements that the page shows on request."""

from __future__ import annotations

from itertools import islice

from bs4 import PageElement, Tag

from document.html.controls import FIELDS, Controls, is_control
from document.html.inline import BLOCKS
from document.html.soup import UNREAD, attribute, beginning, is_text
from document.html.stylesheet import StyleSheet, declarations, is_invisible

_SHORT = 160
"""Maximum length, in characters, of a question with a hidden answer. A click on the question shows the answer."""
_LOOKED_AT = 40
_NAMING = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "button", "label"})
_PANELS = frozenset({"tabpanel", "region"})
_LEVELS = 3
"""Maximum number of levels that the search for the control of a hidden element may go up."""
_PARTS = frozenset({"p", "ul", "ol", "dl", "table"})
_CLOSED = BLOCKS - {"p", "li", "dt", "dd", "table", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
"""Elements that may be collapsed boxes. Such an element counts as hidden if it has `aria-hidden`."""
_ICONS = frozenset({"i", "svg"})
_DOTS = frozenset({"...", "…", ". . .", "[...]", "[…]"})


def is_hidden(element: Tag, sheet: StyleSheet) -> bool:
    """Return whether an element is invisible until something shows it."""
    if "hidden" in element.attrs and attribute(element, "hidden") != "until-found":
        return True
    if _is_unspoken(element) and not _is_seen(element):
        return True
    return is_invisible(sheet.styles(element) if sheet.rules else declarations(attribute(element, "style")))


def _is_unspoken(element: Tag) -> bool:
    return attribute(element, "aria-hidden").lower() == "true"


def _is_seen(element: Tag) -> bool:
    """Return whether a reader sees the words of an element with `aria-hidden`. Return False for an icon or a collapsed
    box.
    """
    if element.name in _CLOSED or element.name in _ICONS or element.parent is None:
        return False
    if len(_words(element).split()) > 1:
        return True
    around = [node for node in islice(element.parent.children, _LOOKED_AT) if _is_read(node)]
    words = {_words(node) for node in around if isinstance(node, Tag) and _is_unspoken(node)}
    return len(words) > 1 and len(words) == len(around)


def is_revealed(element: Tag, sheet: StyleSheet, controls: Controls) -> bool:
    """Return whether something on the page shows a hidden element: a control, a link, or a style for a different state
    of the page.

    A control counts if it refers to the element, or is right before the element. It is also enough if a sentence breaks
    off where the element begins.
    """
    identifier = attribute(element, "id")
    if identifier and (identifier in controls.opened or f"#{identifier}" in sheet.shown):
        return True
    if attribute(element, "role").lower() in _PANELS or explains(element, controls):
        return True
    if any(f".{name}" in sheet.shown for name in attribute(element, "class").split()):
        return True
    if _is_unspoken(element) and controls.shows_in_turn(element):
        return True
    before = _before(element)
    if before is not None and (is_text(before) or _asks(before)):
        return True
    return _ends_before_control(element) or (_is_short_line(before) and _is_part(element))


def stands_for_more(node: PageElement | None) -> bool:
    """Return whether an element only says that the text goes on, such as "…"."""
    return (
        isinstance(node, Tag)
        and "".join(str(text) for text in beginning(node, _LOOKED_AT) if is_text(text)).strip() in _DOTS
    )


def _before(element: Tag) -> PageElement | None:
    """Return the node before an element. If the element comes first in its parent, return the node before the
    parent.
    """
    for node in (element, element.parent):
        if node is not None and (node is element or node.name not in ("body", "main", "article")):
            before = next((other for other in node.previous_siblings if _is_read(other)), None)
            if before is not None:
                return before
    return None


def _ends_before_control(element: Tag) -> bool:
    """Return whether a control comes right after a hidden part, or right after a list whose last item is hidden. Such a
    control shows the hidden part or item.
    """
    node: Tag | None = element
    for _ in range(_LEVELS):
        if node is None:
            return False
        after = next((other for other in node.next_siblings if _is_read(other)), None)
        if node is not element or _is_part(element):
            if after is not None:
                return isinstance(after, Tag) and _is_or_holds_control(after)
        elif not _ends_with(node.parent, element.name):
            return False
        node = node.parent
    return False


def _ends_with(around: Tag | None, name: str) -> bool:
    """Return whether the last child of an element has a given name."""
    last = next((node for node in reversed(around.contents) if _is_read(node)), None) if around else None
    return isinstance(last, Tag) and last.name == name


def explains(element: Tag, controls: Controls) -> bool:
    """Return whether a hidden element explains the words before it, as a tooltip does."""
    return attribute(element, "role").lower() == "tooltip" or attribute(element, "id") in controls.described


def _is_or_holds_control(node: Tag) -> bool:
    inner = next((child for child in node.children if _is_read(child)), None)
    return is_control(node) or (isinstance(inner, Tag) and is_control(inner))


def _is_part(element: Tag) -> bool:
    """Return whether an element is a paragraph, a list or a table, or contains one of these near its beginning."""
    inner = (element, *beginning(element, _LOOKED_AT))
    return any(isinstance(node, Tag) and node.name in _PARTS for node in inner)


def _is_short_line(node: PageElement | None) -> bool:
    """Return whether a line may be a question that is answered by a hidden part. The foot of a page is not such a
    line.
    """
    if (
        not isinstance(node, Tag)
        or node.name == "footer"
        or any(isinstance(inner, Tag) for inner in beginning(node, _LOOKED_AT))
    ):
        return False
    words = _words(node)
    return bool(words) and len(words) <= _SHORT and not words.endswith(".")


def _is_read(node: PageElement) -> bool:
    return is_text(node) or (isinstance(node, Tag) and node.name not in UNREAD)


def _asks(before: PageElement) -> bool:
    """Return whether an element announces the text after it. Such an element is a control, a heading, a question, or
    dots.
    """
    if not isinstance(before, Tag):
        return False
    if _names(before) or stands_for_more(before) or "onclick" in before.attrs:
        return True
    words = _words(before)
    tags = [node for node in beginning(before, _LOOKED_AT) if isinstance(node, Tag)]
    if len(words) > _SHORT or any(tag.name in FIELDS for tag in tags):
        return False
    return words.endswith(("?", "？")) or (not words.endswith(".") and any(map(_names, tags)))


def _names(element: Tag) -> bool:
    return element.name in _NAMING or is_control(element)


def _words(element: Tag) -> str:
    return " ".join(str(node) for node in beginning(element, _LOOKED_AT) if is_text(node)).strip()
