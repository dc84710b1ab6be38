"""Reads list numbers, font weight and visibility from a page's own style sheets.

It reads only rules whose selectors consist of tags, classes and ids, such as "li.note" or "ol > li". Linked style
sheets are never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter

from bs4 import BeautifulSoup, Tag

from document.html.soup import attribute, elements_named

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*+)\}")
"""Matches one rule. A match starts only after a brace or at the start of the sheet. Without this condition, the search
in a sheet without braces would start again at every character.
"""
_AT_BLOCK = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_COMPOUND = re.compile(r"^([a-z][\w-]*|\*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
_PART = re.compile(r"[.#][\w-]+")
_READ = frozenset(
    [
        *("display", "visibility", "font-weight", "list-style", "list-style-type", "content", "white-space"),
        *("font-size", "text-decoration", "text-decoration-line", "vertical-align"),
    ]
)
_STATE = re.compile(r"[\s>+~:\[]|[\w-][.#]")
"""Matches a selector for more than one element, or a selector with a pseudo-class, an attribute, or a second class or
id.
"""
_ANCESTORS = 64
"""Maximum number of ancestors of an element that are compared with a rule."""
_MOST_NAMES = 4
"""Maximum number of elements in a selector. For example, "ol > li" has two."""

Styles = dict[str, str]


@dataclass(frozen=True, slots=True)
class Compound:
    """A selector for one element: its tag, classes and id."""

    tag: str
    classes: frozenset[str]
    identifier: str

    def matches(self, element: Tag) -> bool:
        """Whether this selector matches the element."""
        if self.tag and self.tag != element.name:
            return False
        if self.identifier and self.identifier != attribute(element, "id"):
            return False
        return not self.classes or self.classes <= set(attribute(element, "class").split())


@dataclass(frozen=True, slots=True)
class Around:
    """A selector for an ancestor of an element. If `is_parent` is set, the ancestor must be the parent."""

    compound: Compound
    is_parent: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Styles, and the selector of the elements to which the styles apply."""

    subject: Compound
    around: tuple[Around, ...]
    """Required ancestors of the element, nearest first."""
    styles: Styles


_Index = dict[str, list[tuple[int, Rule]]]
"""Rules, each with its position in the sheet. The key is the id, class or tag that an element must have."""


@dataclass(slots=True)
class StyleSheet:
    """The rules of a page's `style` elements."""

    rules: _Index = field(default_factory=dict)
    markers: _Index = field(default_factory=dict)
    """Rules for `::marker` and `::before`."""
    shown: set[str] = field(default_factory=set)
    """Classes (".panel") and ids ("#more") of elements that a rule shows in some state of the page."""
    _mentioned: dict[str, bool] = field(default_factory=dict)

    def styles(self, element: Tag) -> Styles:
        """Return the element's own styles, from the sheets and its `style` attribute."""
        styles = _matching(self.rules, element)
        return {**styles, **declarations(attribute(element, "style"))} if "style" in element.attrs else styles

    def mentions(self, value: str) -> bool:
        """Return whether at least one rule has a value that contains this text."""
        if value not in self._mentioned:
            rules = (rule for placed in self.rules.values() for _, rule in placed)
            self._mentioned[value] = any(value in other for rule in rules for other in rule.styles.values())
        return self._mentioned[value]

    def marker(self, element: Tag) -> Styles:
        """Return the styles of a list item's marker."""
        return _matching(self.markers, element)


def read_styles(soup: BeautifulSoup) -> StyleSheet:
    """Return the rules in the page's `style` elements. Rules within @media and other blocks are left out."""
    sheet = StyleSheet()
    for element in elements_named(soup, ("style",)):
        read_sheet(sheet, "".join(map(str, element.contents)))
    return sheet


def read_sheet(sheet: StyleSheet, text: str) -> None:
    """Add the rules of one `style` element to a sheet."""
    end = text.rfind("*/") + 2
    plain = _COMMENT.sub("", text[:end]) + text[end:] if end > 1 else text
    for selectors, body in _RULE.findall(_AT_BLOCK.sub("", plain)):
        if styles := declarations(body):
            _add(sheet, selectors.split(","), styles)


def declarations(text: str) -> Styles:
    """Return the declarations of the properties in `_READ`. Names and values are in lower case, except for values of
    `content`.
    """
    styles: Styles = {}
    if not text:
        return styles
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        if (name := name.strip().lower()) in _READ:
            value = value.replace("!important", "").strip()
            styles[name] = value if name == "content" else value.lower()
    return styles


def is_invisible(styles: Styles) -> bool:
    """Return whether the styles make an element invisible."""
    return styles.get("display") == "none" or styles.get("visibility") == "hidden"


def _add(sheet: StyleSheet, selectors: Iterable[str], styles: Styles) -> None:
    shows = styles.get("display", "none") != "none"
    for selector in map(str.strip, selectors):
        if shows and _STATE.search(selector):
            sheet.shown.update(_PART.findall(re.split(r"[\s>+~]+", selector)[-1]))
        plain, colons, pseudo = selector.partition(":")
        rule = _rule(plain, styles)
        if rule is None:
            continue
        if not colons:
            _index(sheet.rules, rule)
        elif pseudo.lstrip(":") in ("marker", "before"):
            _index(sheet.markers, rule)


def _rule(selector: str, styles: Styles) -> Rule | None:
    """Return the rule for a selector. Return None if the selector contains more than an element and its ancestors."""
    parts = selector.replace(">", " > ").split()
    names = [part for part in parts if part != ">"]
    compounds = [compound for name in names if (compound := _compound(name))]
    if not compounds or len(compounds) < len(names) or len(names) > _MOST_NAMES or ">" in (parts[0], parts[-1]):
        return None
    after = [parts[number + 1] == ">" for number, part in enumerate(parts[:-1]) if part != ">"]
    around = tuple(map(Around, reversed(compounds[:-1]), reversed(after)))
    return Rule(compounds[-1], around, styles)


def _index(index: _Index, rule: Rule) -> None:
    subject = rule.subject
    key = f"#{subject.identifier}" if subject.identifier else f".{min(subject.classes, default='')}"
    order = sum(map(len, index.values()))
    index.setdefault(key if key != "." else subject.tag, []).append((order, rule))


def _compound(text: str) -> Compound | None:
    match = _COMPOUND.match(text)
    if not match:
        return None
    parts = _PART.findall(match[2])
    tag = (match[1] or "").lower().strip("*")
    classes = frozenset(part[1:] for part in parts if part[0] == ".")
    identifier = next((part[1:] for part in parts if part[0] == "#"), "")
    return Compound(tag, classes, identifier) if tag or parts else None


def _matching(index: _Index, element: Tag) -> Styles:
    if not index:
        return {}
    keys = [element.name]
    if "id" in element.attrs:
        keys.append(f"#{attribute(element, 'id')}")
    if "class" in element.attrs:
        keys += [f".{name}" for name in set(attribute(element, "class").split())]
    rules = [placed for key in keys for placed in index.get(key, ())]
    styles: Styles = {}
    for _, rule in sorted(rules, key=itemgetter(0)):
        if rule.subject.matches(element) and _is_within(element, rule.around):
            styles.update(rule.styles)
    return styles


def _is_within(element: Tag, around: Sequence[Around]) -> bool:
    """Return whether an element has the required ancestors. If several ancestors match, each of them is tried."""
    parents = list(islice(element.parents, _ANCESTORS)) if around else []
    places = [-1]
    for outer in around:
        wanted = [place + 1 for place in places] if outer.is_parent else range(places[0] + 1, len(parents))
        places = [place for place in wanted if place < len(parents) and outer.compound.matches(parents[place])]
        if not places:
            return False
    return True
