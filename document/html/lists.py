"""Works out the numbers and bullets that a browser shows before list items."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import Tag

from document.html.soup import attribute
from document.html.stylesheet import StyleSheet
from document.text.numbering import rendered

BULLET = "•"
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_UNNUMBERED = frozenset({"disc", "circle", "square", "disclosure-closed", "disclosure-open"})
_LOOKED_AT = 20
"""Maximum number of nodes at the start of an item in which to look for a heading."""
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_STYLE_NAME = re.compile(r"none|disc|circle|square|decimal[\w-]*|(?:lower|upper)-(?:alpha|latin|roman)")


@dataclass(slots=True)
class _List:
    ordered: bool
    style: str
    next_value: int
    step: int


@dataclass(slots=True)
class _Item:
    marker: str
    shown: bool = False
    """Whether a line already has the marker."""
    headed: bool = False
    """Whether the item begins with a heading. Such an item counts as a section, not as an item."""


class ItemNumbers:
    """Counts the items of the open lists."""

    def __init__(self, sheet: StyleSheet) -> None:
        self._sheet = sheet
        self._lists: list[_List] = []
        self._items: list[_Item] = []

    @property
    def depth(self) -> int:
        """Number of list items that are open. An item that begins with a heading does not count."""
        return sum(not item.headed for item in self._items)

    def open_list(self, node: Tag) -> None:
        """Start a list."""
        ordered = node.name == "ol"
        style = _TYPES.get(attribute(node, "type"), "") if ordered else attribute(node, "type").lower()
        style = _style_name(self._sheet.styles(node)) or style or ("decimal" if ordered else "disc")
        reverse = "reversed" in node.attrs
        size = len(node.find_all("li", recursive=False)) if reverse else 1
        start = _integer(attribute(node, "start"), size if reverse else 1)
        self._lists.append(_List(ordered, style, start, -1 if reverse else 1))

    def close_list(self) -> None:
        """End the innermost list."""
        self._lists.pop()

    def open_item(self, node: Tag) -> None:
        """Start an item, and give it the list's next marker."""
        current = self._lists[-1] if self._lists else _List(False, "disc", 1, 1)
        value = _integer(attribute(node, "value"), current.next_value)
        current.next_value = value + current.step
        style = _style_name(self._sheet.styles(node)) or _TYPES.get(attribute(node, "type"), "") or current.style
        self._items.append(_Item(self._marker(node, style, value), headed=_first_is_heading(node)))

    def close_item(self) -> None:
        """End the innermost item."""
        self._items.pop()

    def take_marker(self) -> tuple[str, bool, bool]:
        """Return the marker for a line, and two facts about the line.

        The first fact is whether the line is the first line of an item. The second fact is whether the line continues
        an item.
        """
        if not self._items:
            return "", False, False
        item = self._items[-1]
        if item.shown:
            return "", False, not item.headed
        item.shown = True
        return item.marker, not item.headed, False

    def _marker(self, node: Tag, style: str, value: int) -> str:
        content = self._sheet.marker(node).get("content", "") if self._sheet.markers else ""
        if content and content not in ("normal", "none"):
            return _from_content(content, value, style)
        if style == "none":
            return ""
        return BULLET if style in _UNNUMBERED else f"{rendered(value, style)}."


def _from_content(content: str, value: int, style: str) -> str:
    """Return the marker that a CSS `content` value describes. The value consists of strings and at most one counter."""
    counter = re.search(r"counters?\(([^)]*)\)", content)
    strings = ["".join(quoted) for quoted in _STRING.findall(re.sub(r"counters?\([^)]*\)", "\0", content))]
    if not counter:
        return "".join(strings).strip()
    named = counter[1].split(",")[-1].strip()
    number = rendered(value, named if _STYLE_NAME.fullmatch(named) else style if style != "none" else "decimal")
    before_counter = content.find(counter[0]) > (content.find('"') if '"' in content else len(content))
    return (
        f"{strings[0]}{number}{''.join(strings[1:])}".strip()
        if before_counter
        else f"{number}{''.join(strings)}".strip()
    )


def _first_is_heading(node: Tag) -> bool:
    element = node.next_element
    for _ in range(_LOOKED_AT):
        if isinstance(element, Tag):
            if element.name in ("li", "ol", "ul"):
                return False
            if element.name in ("h1", "h2", "h3", "h4", "h5", "h6") or attribute(element, "role") == "heading":
                return True
        elif element is None or str(element).strip():
            return False
        element = element.next_element
    return False


def _style_name(styles: dict[str, str]) -> str:
    match = _STYLE_NAME.search(styles.get("list-style-type", "") or styles.get("list-style", ""))
    return match[0] if match else ""


def _integer(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text.strip()) else otherwise
