"""Finds the part of a page that is the policy, if the configured selectors match nothing. The text that the selectors
matched earlier shows what belongs to the policy.

A page may contain other texts, such as terms of use. Without selectors the whole page is compared, and a change of such
a text would be reported as a change of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate, compress

from document.model import Document, Section

_HELD = 0.5
"""Minimum share of a section's characters that must be in the part. A section with a smaller share does not belong to
the part.
"""
_RECOGNISED = 0.8
"""Minimum share of the part's characters that must be on the page. With a smaller share, the whole page is compared."""
_LEFT = 0.7
"""Minimum number of characters in the chosen sections, as a share of the part's characters. If they have fewer
characters, the whole page is compared."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """The sections of a page that belong to a part, recognised by their text and headings."""

    texts: frozenset[str]
    """The texts of the part's blocks."""
    held: frozenset[Path]
    """Heading paths of the sections in the part, and all beginnings of these paths."""
    paths: frozenset[Path]
    """Heading paths of all sections of the page, and all beginnings of these paths."""

    def of(self, document: Document) -> Document | None:
        """Return the sections of a document that belong to the part, or None if too little would remain.

        Each section is under one or more headings. A new section may be under new headings and under earlier headings.
        The innermost earlier heading decides: the section belongs to the part if text of the part is under this
        heading. If all headings of the section are new, its outermost heading decides in the same way. The section also
        belongs to the part if a neighbouring section does. So new sections of the policy are not missed.
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
        """Return, for each outermost heading, whether at least half of the text under it is in the part."""
        under: dict[Path, list[Section]] = {}
        for section in sections:
            under.setdefault(section.path[:1], []).append(section)
        return {path: _says(members, self.texts) for path, members in under.items()}

    def _holds(self, section: Section, stated: Mapping[Path, bool]) -> bool | None:
        """Return whether the part has text under the innermost earlier heading of a section. An earlier heading is a
        heading that the page already had. If all headings of the section are new, return True if its outermost heading
        belongs to the part. Otherwise, return None.
        """
        nearest = next((path for path in _beginnings(section.path) if path in self.paths), None)
        return (stated[section.path[:1]] or None) if nearest is None else nearest in self.held


def portion(whole: Document, part: Document) -> Portion | None:
    """Return the portion of a page that equals a part, or None if too little of the part is found.

    The page and the part may come from different days, so slightly changed sections are found too.
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
    """Whether a section consists only of a heading, and the heading is in the set."""
    return not section.blocks and section.heading in headings


def _says(sections: Sequence[Section], texts: Set[str]) -> bool:
    """Whether at least half of the sections' text is in these texts."""
    shared = sum(len(block.text) for section in sections for block in section.blocks if block.text in texts)
    return shared > 0 and shared >= _HELD * _size(sections)


def _size(sections: Iterable[Section]) -> int:
    return sum(len(block.text) for section in sections for block in section.blocks)


def _last_known(before: bool | None, now: bool | None) -> bool | None:
    return before if now is None else now


def _beginnings(path: Path) -> Iterator[Path]:
    """Yield a path and its beginnings, the longest first, down to one heading. An empty path yields only itself."""
    yield path
    for length in range(len(path) - 1, 0, -1):
        yield path[:length]
