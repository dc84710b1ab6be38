"""Replaces the names of elements by numbers. The names are classes and ids to which style sheets or controls refer.

A name gets the next number when it first occurs in the page. Build tools generate new names for each page, so it only
matters where a name occurs, and not what the name is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from document.html.stylesheet import Compound, Rule, StyleSheet, read_sheet
from document.sameness.tag_facts import END, Piece
from document.sameness.tokenizer import OddMarkupError

_COSTLY = 50_000_000
"""Maximum cost of a style sheet: the number of its characters multiplied by the number of its at-rules. A style sheet
with a higher cost is not read.
"""

Numbers = dict[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Style sheets, with numbers in place of names."""

    said: str
    classes: Numbers
    ids: Numbers


@dataclass(slots=True)
class Names:
    """The numbers that replace the names in a page."""

    classes: Numbers = field(default_factory=dict)
    ids: Numbers = field(default_factory=dict)

    def of(self, piece: Piece) -> str:
        """Return the numbers of a token's names, as one field of the hashed text; "" if no name has a number."""
        if not piece.opens and piece.identifier not in self.ids and self.classes.keys().isdisjoint(piece.classes):
            return ""
        numbers = sorted(self.classes[name] for name in piece.classes if name in self.classes)
        own = self.ids.get(piece.identifier) if piece.identifier else None
        opened = [self.ids[name] for name in piece.opens]
        return f"m{numbers}{own}{opened}{END}" if numbers or own is not None or opened else ""


def names_of(pieces: Iterable[Piece], sheet: Sheet) -> Names:
    """Return the numbers for the names of a page."""
    ids = dict(sheet.ids)
    for piece in pieces:
        for name in piece.opens:
            ids.setdefault(name, len(ids))
    return Names(sheet.classes, ids)


@lru_cache(maxsize=16)
def sheet_of(texts: tuple[str, ...]) -> Sheet:
    """Return the style sheets with numbers in place of names. Raises OddMarkupError if reading them would take too
    long.
    """
    sheet = StyleSheet()
    for text in texts:
        if len(text) * text.count("@") > _COSTLY:
            raise OddMarkupError("a style sheet with very many at-rules")
        read_sheet(sheet, text)
    classes: Numbers = {}
    ids: Numbers = {}
    facts = [
        (
            kind,
            _said(rule.subject, classes, ids),
            [(outer.is_parent, _said(outer.compound, classes, ids)) for outer in rule.around],
            sorted(rule.styles.items()),
        )
        for kind, index in (("rules", sheet.rules), ("markers", sheet.markers))
        for rule in _in_order(index.values())
    ]
    for name in sorted(sheet.shown):
        names = classes if name.startswith(".") else ids
        names.setdefault(name[1:], len(names))
    shown = [
        sorted(names[name[1:]] for name in sheet.shown if name[0] == sign)
        for sign, names in ((".", classes), ("#", ids))
    ]
    return Sheet(repr((facts, shown)) if facts or sheet.shown else "", classes, ids)


def _in_order(index: Iterable[list[tuple[int, Rule]]]) -> Iterator[Rule]:
    placed = sorted((entry for rules in index for entry in rules), key=lambda entry: entry[0])
    return (rule for _, rule in placed)


def _said(compound: Compound, classes: Numbers, ids: Numbers) -> tuple[object, ...]:
    # The classes of one selector are numbered in alphabetical order. Two pages with the same text may have different
    # names and so a different order. In this case, they get different fingerprints.
    for name in sorted(compound.classes):
        classes.setdefault(name, len(classes))
    if compound.identifier:
        ids.setdefault(compound.identifier, len(ids))
    return compound.tag, sorted(classes[name] for name in compound.classes), ids.get(compound.identifier)
