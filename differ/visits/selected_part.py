"""The policy's part of a page whose selectors name nothing for a while, known from what they name at another time.

A page may hold terms of use and other texts beside the policy. Read without the selectors all of it is compared, and
the change of another text would be told as the policy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate, compress

from document.model import Document, Section

_HELD = 0.5
"""The share of its characters from which a section is of the part."""
_RECOGNISED = 0.8
"""The share of the part's characters that has to be found in the whole; otherwise nothing is left out."""
_LEFT = 0.7
"""The share of its characters that a page of another day has to have in it; otherwise nothing is left out."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """Which sections of a page belong to a part of it, by what they say and by the headings that they stand under."""

    texts: frozenset[str]
    """The part's paragraphs."""
    held: frozenset[Path]
    """Paths, and beginnings of paths, under which something of the part stands."""
    paths: frozenset[Path]
    """All that the page had."""

    def of(self, document: Document) -> Document | None:
        """Return the sections of a document that belong to the part, or None where too little would be left.

        A section that is new to the page belongs to it where the innermost of its headings that the page had holds
        something of the part; under none of them, where its outermost heading stands over what the part says, or a
        section next to it belongs to it: so nothing new is missed.
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
        """Return of each outermost heading whether the part says what stands under it."""
        under: dict[Path, list[Section]] = {}
        for section in sections:
            under.setdefault(section.path[:1], []).append(section)
        return {path: _says(members, self.texts) for path, members in under.items()}

    def _holds(self, section: Section, stated: Mapping[Path, bool]) -> bool | None:
        """Return None where it is new to the page, as are all headings over it and what they say."""
        nearest = next((path for path in _beginnings(section.path) if path in self.paths), None)
        return (stated[section.path[:1]] or None) if nearest is None else nearest in self.held


def portion(whole: Document, part: Document) -> Portion | None:
    """Return where a part is in the whole of its page, or None if too little of it is found there.

    Both may be of different days: sections that changed a little are still found.
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
    """Whether a section is only a heading, and one of these."""
    return not section.blocks and section.heading in headings


def _says(sections: Sequence[Section], texts: Set[str]) -> bool:
    """Whether at least half of what the sections say are these texts."""
    shared = sum(len(block.text) for section in sections for block in section.blocks if block.text in texts)
    return shared > 0 and shared >= _HELD * _size(sections)


def _size(sections: Iterable[Section]) -> int:
    return sum(len(block.text) for section in sections for block in section.blocks)


def _last_known(before: bool | None, now: bool | None) -> bool | None:
    return before if now is None else now


def _beginnings(path: Path) -> Iterator[Path]:
    """Yield a path and what it begins with, longest first, down to one heading; of text without any, the path alone."""
    yield path
    for length in range(len(path) - 1, 0, -1):
        yield path[:length]
