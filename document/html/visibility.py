"""Tell what a page hides for good from what it shows when it is asked to."""

from __future__ import annotations

from bs4 import PageElement, Tag

from document.html.controls import FIELDS, Controls, is_control
from document.html.soup import UNREAD, attribute, beginning, is_text
from document.html.stylesheet import StyleSheet, declarations, is_invisible

_SHORT = 160
"""Characters of a text before a hidden one up to which it may be the question that opens it."""
_LOOKED_AT = 40
_NAMING = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "button", "label"})
_PANELS = frozenset({"tabpanel", "region"})
_DOTS = frozenset({"...", "…", ". . .", "[...]", "[…]"})


def is_hidden(element: Tag, sheet: StyleSheet) -> bool:
    """Return whether an element is not seen until something shows it."""
    if "hidden" in element.attrs and attribute(element, "hidden") != "until-found":
        return True
    if attribute(element, "aria-hidden").lower() == "true":
        return True
    return is_invisible(sheet.styles(element) if sheet.rules else declarations(attribute(element, "style")))


def is_revealed(element: Tag, sheet: StyleSheet, controls: Controls) -> bool:
    """Return whether something on the page shows a hidden element: a control, a link, a rule for another state.

    The control need not say so: it is just before, or the sentence breaks off where the hidden part begins.
    """
    identifier = attribute(element, "id")
    if identifier and (identifier in controls.opened or f"#{identifier}" in sheet.shown):
        return True
    if attribute(element, "role").lower() in _PANELS:
        return True
    if any(f".{name}" in sheet.shown for name in attribute(element, "class").split()):
        return True
    before = _before(element)
    return before is not None and (is_text(before) or _asks(before))


def stands_for_more(node: PageElement | None) -> bool:
    """Return whether all that an element says is that the text goes on."""
    return (
        isinstance(node, Tag)
        and "".join(str(text) for text in beginning(node, _LOOKED_AT) if is_text(text)).strip() in _DOTS
    )


def _before(element: Tag) -> PageElement | None:
    """Return what is before an element, or before the one around it that it begins."""
    for node in (element, element.parent):
        if node is not None and (node is element or node.name not in ("body", "main", "article")):
            before = next((other for other in node.previous_siblings if _is_read(other)), None)
            if before is not None:
                return before
    return None


def _is_read(node: PageElement) -> bool:
    return is_text(node) or (isinstance(node, Tag) and node.name not in UNREAD)


def _asks(before: PageElement) -> bool:
    """Return whether an element is a control, a heading, a question, or dots in place of what goes on."""
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
