"""Counts the paragraphs of lists as Word does, because a Word file does not contain the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from document.text.numbering import rendered

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VALUE = f"{W}val"
_STYLES = {
    "decimal": "decimal",
    "decimalZero": "decimal-leading-zero",
    "lowerLetter": "lower-alpha",
    "upperLetter": "upper-alpha",
    "lowerRoman": "lower-roman",
    "upperRoman": "upper-roman",
}
"""Word's number formats and their CSS names. Numbers of any other format are written as decimal numbers."""
_BULLET = "•"
_PLACE = re.compile(r"%([1-9])")
_DEEPEST = 9
"""Maximum number of levels of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    start: int
    kind: str
    """Number format of the level. It is "bullet" or "none" if the level has no numbers."""
    text: str
    """Template of the label, such as "%1.%2". "%1" stands for the number of the first level."""
    legal: bool
    """Whether all numbers in the label are decimal. If so, the number formats of the levels are ignored."""
    style: str
    """Identifier of the paragraph style that belongs to this level, or ""."""


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


def value(element: etree._Element | None, *names: str) -> str:
    """Return the `val` attribute of a descendant element; "" if there is none. `names` are the tags on the path to the
    descendant.
    """
    for name in names:
        element = None if element is None else element.find(f"{W}{name}")
    return "" if element is None else element.get(VALUE, "")


def number(text: str, otherwise: int = 0) -> int:
    """Return a text of up to six digits as a number. Return `otherwise` for any other text."""
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else otherwise


class Labels:
    """Counts the numbered paragraphs of a document."""

    def __init__(self, numbering: etree._Element | None) -> None:
        self._lists: dict[str, _List] = {}
        """Counters of the lists. The key is the id of an abstract list. All lists with the same abstract list share one
        counter.
        """
        self._abstract_of: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        if numbering is not None:
            self._read(numbering)

    def _read(self, numbering: etree._Element) -> None:
        by_style: dict[str, _List] = {}
        links: dict[str, str] = {}
        for abstract in numbering.iterfind(f"{W}abstractNum"):
            levels = {number(level.get(f"{W}ilvl", "")): _level(level) for level in abstract.iterfind(f"{W}lvl")}
            identifier = abstract.get(f"{W}abstractNumId", "")
            self._lists[identifier] = by_style[value(abstract, "styleLink")] = _List(levels)
            links[identifier] = value(abstract, "numStyleLink")
        for identifier, style in links.items():
            if style and style in by_style:
                self._lists[identifier] = by_style[style]
        for num in numbering.iterfind(f"{W}num"):
            identifier = num.get(f"{W}numId", "")
            self._abstract_of[identifier] = value(num, "abstractNumId")
            self._restarts[identifier] = {
                number(change.get(f"{W}ilvl", "")): number(value(change, "startOverride"), 1)
                for change in num.iterfind(f"{W}lvlOverride")
                if change.find(f"{W}startOverride") is not None
            }

    def depth_of(self, list_id: str, style: str) -> int:
        """Return the depth at which a list uses a paragraph style; 0 if the list does not name the style."""
        counted = self._lists.get(self._abstract_of.get(list_id, ""))
        levels = {} if counted is None else counted.levels
        return next((depth for depth, level in levels.items() if style and level.style == style), 0)

    def next(self, list_id: str, depth: int) -> str:
        """Return the label of the next paragraph of a list; "" if it has no label. The outermost depth is 0."""
        counted = self._lists.get(self._abstract_of.get(list_id, ""))
        level = None if counted is None else counted.levels.get(depth)
        if counted is None or level is None:
            return ""
        restart = self._restarts.get(list_id, {}).pop(depth, None)
        before = counted.counts.get(depth, level.start - 1)
        counted.counts[depth] = before + 1 if restart is None else restart
        for deeper in range(depth + 1, _DEEPEST):
            counted.counts.pop(deeper, None)
        return _label(counted, level)


def _level(level: etree._Element) -> _Level:
    return _Level(
        start=number(value(level, "start"), 1),
        kind=value(level, "numFmt") or "decimal",
        text=value(level, "lvlText"),
        legal=level.find(f"{W}isLgl") is not None,
        style=value(level, "pStyle"),
    )


def _label(counted: _List, level: _Level) -> str:
    if level.kind == "bullet":
        return _BULLET
    if level.kind == "none":
        return ""

    def shown(place: re.Match[str]) -> str:
        depth = int(place[1]) - 1
        above = counted.levels.get(depth, level)
        style = "decimal" if level.legal else _STYLES.get(above.kind, "decimal")
        return rendered(counted.counts.get(depth, above.start), style).rstrip(". ")

    return _PLACE.sub(shown, level.text).strip()
