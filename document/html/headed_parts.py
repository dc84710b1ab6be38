"""Which elements of a page begin with a heading, as the parts of a text do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bs4 import Tag

from document.html.measures import leads_away
from document.html.soup import events

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ROW = 3
"""Elements side by side, alike and each with a heading of one level, from which they are the parts of a text."""
_WORD = re.compile(r"\w+")


@dataclass
class _Heading:
    element: Tag
    linked: bool
    """Whether it is in a link to somewhere else."""

    @cached_property
    def leads_away(self) -> bool:
        """Whether it is a link to somewhere else, as the heading of an announced article is."""
        return self.linked or any(map(leads_away, self.element.find_all("a")))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, in small letters; none where it leads away."""
        return frozenset() if self.leads_away else frozenset(_WORD.findall(self.element.get_text(" ").lower()))


class Headed:
    """The first heading in each element of a page; looked for once, and only where somebody asks."""

    def __init__(self, root: Tag, likeness: Callable[[Tag], frozenset[str]]) -> None:
        """`likeness` returns what elements of one row have in common, besides their kind."""
        self._root = root
        self._likeness = likeness
        self._rows: dict[int, Counter[tuple[str, ...]]] = {}

    def words(self, element: Tag) -> frozenset[str]:
        """Return the words, in small letters, of the heading that an element has, or that stands just before it."""
        first, headings = self._found
        heading = first.get(id(element)) or headings.get(id(element.find_previous_sibling()))
        return heading.words if heading else frozenset()

    def in_row(self, element: Tag) -> bool:
        """Return whether an element is one of some side by side that each begin with a heading of one level."""
        kind, parent = self._kind(element), element.parent
        if kind is None or parent is None:
            return False
        if id(parent) not in self._rows:
            kinds = (self._kind(child) for child in parent.children if isinstance(child, Tag))
            self._rows[id(parent)] = Counter(found for found in kinds if found)
        return self._rows[id(parent)][kind] >= _ROW

    def _kind(self, element: Tag) -> tuple[str, ...] | None:
        """Return what elements of one row have in common, or None where this one is in none."""
        heading = self._found[0].get(id(element))
        if heading is None or heading.leads_away:
            return None
        return (element.name, heading.element.name, *sorted(self._likeness(element)))

    @cached_property
    def _found(self) -> tuple[dict[int, _Heading | None], dict[int, _Heading]]:
        """The heading that each element begins with, None where that is text; and all headings, by their identities."""
        first: dict[int, _Heading | None] = {}
        headings: dict[int, _Heading] = {}
        within: list[Tag] = []
        links = 0
        for kind, node in events(self._root):
            if isinstance(node, Tag):
                links += leads_away(node) * (1 if kind == "start" else -1)
            if kind == "end":
                within.pop()
            elif isinstance(node, Tag):
                if node.name in HEADINGS:
                    heading = headings[id(node)] = _Heading(node, links > 0)
                    _note(within, heading, first)
                within.append(node)
            elif str(node).strip():
                _note(within, None, first)
        return first, headings


def _note(within: list[Tag], begins: _Heading | None, first: dict[int, _Heading | None]) -> None:
    """Note what elements within one another begin with; what one of them has begun with, all around it have."""
    for around in reversed(within):
        if id(around) in first:
            return
        first[id(around)] = begins
