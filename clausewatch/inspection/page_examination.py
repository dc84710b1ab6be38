"""Examines two successive responses for `doctor`: their text, their left-out parts, and their differences."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from differ.visits.assessment import Assessment, Visit, assess, same_words, screen_all
from differ.visits.left_out import LeftOutProse, left_out_prose
from document import joined, read
from document.canonical import canonical_elsewhere
from document.model import Document, Elsewhere, Extracted

MOST_DIFFERENCES = 20
"""Maximum number of differing passages in the result."""


@dataclass(frozen=True, slots=True)
class Outlined:
    """A section of the text."""

    level: int
    title: str
    language: str
    _: KW_ONLY
    words: int
    """Number of words in the section's heading and blocks."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of examining one or two responses."""

    document: Document
    """Text of the last response."""
    outline: tuple[Outlined, ...]
    words: int
    _: KW_ONLY
    dropped: tuple[tuple[str, int], ...]
    """Descriptions of left-out parts, each with the number of such parts. The most frequent kind comes first."""
    fallback: bool
    refused: tuple[str, str] | None
    """The reason why the response is not the policy, as a code and as a sentence. None if it is the policy."""
    steady: bool | None
    """Whether both responses have the same text. None if there is only one response."""
    differences: tuple[tuple[str, str], ...]
    """Passages that differ between the two responses. Each is a pair: the passage of the first response, and of the
    second. There are at most `MOST_DIFFERENCES`.
    """
    assessment: Assessment
    """The assessment that a run would record for the last response."""
    left_out: LeftOutProse
    """The prose that was left out of the text."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """Pages that state another address in `link rel=canonical`. Each is a pair: the fetched address and the stated
    address.
    """
    held_elsewhere: tuple[Elsewhere, ...] = ()
    """Frames, objects and pictures within the policy. Their text is in other files, which are not read."""


def examine(visits: tuple[Visit, ...]) -> Examined:
    """Read the complete responses of one or two visits in the same way as a run.

    Describe the last response in detail.
    """
    readings = [[read(page, visit.options) for page in visit.pages] for visit in visits]
    extracted = [joined(pages) for pages in readings]
    last, pages = extracted[-1], visits[-1].pages
    screening = screen_all(pages, readings[-1], visits[-1].options)
    outline = _outline(last.document)
    pair = len(extracted) > 1
    return Examined(
        document=last.document,
        outline=outline,
        words=sum(section.words for section in outline),
        dropped=tuple(Counter(part.excerpt for part in last.left_out).most_common()),
        fallback=last.fallback,
        refused=None if screening is None else (screening.reason, screening.detail),
        steady=_is_steady(extracted) if pair else None,
        differences=_differences(extracted[0].document, last.document) if pair else (),
        assessment=assess(visits[-1]),
        left_out=left_out_prose(last.left_out_prose, last.document, last.identity),
        held_elsewhere=last.elsewhere,
        elsewhere=tuple((page.final_url, named) for page in pages if (named := canonical_elsewhere(page))),
    )


def _outline(document: Document) -> tuple[Outlined, ...]:
    return tuple(
        Outlined(
            section.level,
            section.title,
            section.language,
            words=len(section.heading.split()) + sum(len(block.text.split()) for block in section.blocks),
        )
        for section in document.sections
    )


def _is_steady(extracted: Sequence[Extracted]) -> bool:
    first, last = extracted[0], extracted[-1]
    return first.identity == last.identity and same_words(first.document, last.document)


def _differences(before: Document, after: Document) -> tuple[tuple[str, str], ...]:
    """Return the passages that differ.

    Whole lines are compared first, because comparing whole policies word by word is slow.
    """
    old, new = list(before.lines()), list(after.lines())
    matched = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    passages = [
        _trimmed(" ".join(old[a:b]).split(), " ".join(new[c:d]).split())
        for tag, a, b, c, d in matched
        if tag != "equal"
    ]
    return tuple(passages[:MOST_DIFFERENCES])


def _trimmed(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return two passages without their common first words and their common last words."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return " ".join(old[start : len(old) - end]), " ".join(new[start : len(new) - end])
