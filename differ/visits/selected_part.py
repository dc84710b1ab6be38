"""Finds the policy's part of a page while its selectors match nothing, from what they matched at another time.

A page may hold terms of use and other texts beside the policy. Without the selectors all of it is compared,
and a change of another text would be reported as the policy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate, compress

from document.model import Document, Section

_HELD = 0.5
"""Minimum share of a section's characters for it to belong to the part."""
_RECOGNISED = 0.8
"""Minimum share of the part's characters that must be in the whole; otherwise nothing is left out."""
_LEFT = 0.7
"""Minimum share of a page's characters that must remain; otherwise nothing is left out."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """The sections of a page that belong to a part of it, by their text and their headings."""

    texts: frozenset[str]
    """The part's paragraphs."""
    held: frozenset[Path]
    """Paths, and beginnings of paths, of the part's sections."""
    paths: frozenset[Path]
    """All paths of the page."""

    def of(self, document: Document) -> Document | None:
        """Return the sections of a document that belong to the part, or None if too little would be left.

        A section that is new to the page belongs to the part if the innermost of its headings that the page had holds
        something of the part. Without such a heading, it belongs if its outermost heading holds text of the part, or a
        section next to it belongs to the part: so nothing new is missed.
        """
        sections = document.sections
        stated = self._stated(sections)
        belongs = [self._holds(section, stated) for section in sections]
        before = accumulate(belongs, _last_known)
        after = reversed(list(accumulate(reversed(belongs), _last_known)))
        chosen = [one or other or one is None is other for one, other in zip(before, after, strict=True)]
        chosen = [near if certain is None else certain for certain, near in zip(belongs, chosen, strict=True)]
        cut = replace(document, sections=tuple(compress(sections, chosen)))
        return cut if _size(cut.sections) >= _LEFT * sum(map(len, self.texts)) else None

    def _stated(self, sections: Sequence[Section]) -> dict[Path, bool]:
        """Return for each outermost heading whether its text is in the part."""
        under: dict[Path, list[Section]] = {}
        for section in sections:
            under.setdefault(section.path[:1], []).append(section)
        return {path: _says(members, self.texts) for path, members in under.items()}

    def _holds(self, section: Section, stated: Mapping[Path, bool]) -> bool | None:
        """Return None if the section is new to the page, with all its headings and their text."""
        nearest = next((path for path in _beginnings(section.path) if path in self.paths), None)
        return (stated[section.path[:1]] or None) if nearest is None else nearest in self.held


def portion(whole: Document, part: Document) -> Portion | None:
    """Return the portion of a page that a part is, or None if too little of the part is found.

    They may be of different days: sections that changed a little are still found.
    """
    texts = _texts(part.sections)
    shared = texts & _texts(whole.sections)
    if not shared or sum(map(len, shared)) < _RECOGNISED * sum(map(len, texts)):
        return None
    headings = {section.heading for section in part.sections}
    held = [section for section in whole.sections if _says([section], shared) or _is_heading_of(section, headings)]
    return Portion(
        frozenset(_texts(held)),
        frozenset(path for section in held for path in _beginnings(section.path)),
        frozenset(path for section in whole.sections for path in _beginnings(section.path)),
    )


def _texts(sections: Iterable[Section]) -> set[str]:
    return {block.text for section in sections for block in section.blocks}


def _is_heading_of(section: Section, headings: Set[str]) -> bool:
    """Whether a section is only a heading, and it is one of these."""
    return not section.blocks and section.heading in headings


def _says(sections: Sequence[Section], texts: Set[str]) -> bool:
    """Whether at least half of the sections' text are these texts."""
    shared = sum(len(block.text) for section in sections for block in section.blocks if block.text in texts)
    return shared > 0 and shared >= _HELD * _size(sections)


def _size(sections: Iterable[Section]) -> int:
    return sum(len(block.text) for section in sections for block in section.blocks)


def _last_known(before: bool | None, now: bool | None) -> bool | None:
    return before if now is None else now


def _beginnings(path: Path) -> Iterator[Path]:
    """Yield a path and its beginnings, longest first, down to one heading; for text without headings, only the path."""
    yield path
    for length in range(len(path) - 1, 0, -1):
        yield path[:length]
