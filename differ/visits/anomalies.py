"""Whether a change is so odd that one fetch is not believed: a page half delivered, or a change that wants no haste.

A second look costs half an hour and one visit; an alert about a page that was delivered in part costs trust. So the
thresholds lie low: a real rewrite meets them too, and is told after the second look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from differ.language.statements import Statement, statements
from differ.language.words import words
from differ.model import Comparison, watched_topic
from differ.visits.comparability import SUBSTANTIAL
from document.model import Document

LOST = 0.3
"""Share of the words of the version before that are gone at once; where more than `1 - comparability.SHRUNK` are, the
answer is not comparable at all."""
REPLACED = 0.5
"""Share of the statements of the version before of which none stands as it did."""
MANY = 20
"""Documents of fewer statements are not asked how many were replaced."""
SECTION = 30
"""Words of the shortest section that is missed."""
GONE = 0.8
"""Share of its words with which a section is gone as a whole: a line that stands below the last one may stay."""


def odd(before: Document, after: Document, comparison: Comparison) -> str | None:
    """Return one sentence that says why a change wants a second look, or None where it does not."""
    return lost_text(before, after) or lost_section(before, after, comparison) or mostly_replaced(before, after)


def newly_fallen_back(fallback: bool, before: bool) -> str | None:
    """Return why a change that came with the fallback wants a second look; None where the fallback was used before."""
    if not fallback or before:
        return None
    return "The text changed and the configured selector matched nothing, so that the page was read without it."


def lost_text(before: Document, after: Document) -> str | None:
    """Say how much of the text is gone, where it is a large part."""
    left, right = len(words(before.text)), len(words(after.text))
    if left < SUBSTANTIAL or right >= (1 - LOST) * left:
        return None
    return f"A large part of the text is gone: {right:,} words, where the version before has {left:,}."


def lost_section(before: Document, after: Document, comparison: Comparison) -> str | None:
    """Name a section on sharing or rights that is gone with nearly all that it said.

    A section whose sentences are elsewhere, or were rewritten, is not gone.
    """
    gone = {f.section for f in comparison.findings if not f.after and watched_topic(f.topic) is not None}
    if not gone:
        return None
    kept = {statement.words for statement in statements(after)}
    rewritten = _rewritten(comparison)
    for name, content in by_section(before):
        left = [statement for statement in content if statement.words in kept or overlaps_any(statement, rewritten)]
        size = _word_count(content)
        if name in gone and size >= SECTION and _word_count(left) <= (1 - GONE) * size:
            return f"The whole section “{name}” is gone."
    return None


def _rewritten(comparison: Comparison) -> list[str]:
    """Return what was said before in statements that are worded otherwise now."""
    judged = [finding.before for finding in comparison.findings if finding.after and finding.before]
    return judged + [quiet.before for quiet in comparison.suppressed if quiet.after and quiet.before]


def _word_count(content: Sequence[Statement]) -> int:
    return sum(len(statement.words) for statement in content)


def by_section(document: Document) -> Iterator[tuple[str, list[Statement]]]:
    """Yield each section's name and its statements, heading included."""
    sections: dict[str, list[Statement]] = {}
    for statement in statements(document):
        sections.setdefault(statement.section, []).append(statement)
    yield from sections.items()


def overlaps_any(statement: Statement, texts: list[str]) -> bool:
    """Whether a statement is a part of one of the texts, or one of them a part of it."""
    return any(statement.text in text or text in statement.text for text in texts)


def mostly_replaced(before: Document, after: Document) -> str | None:
    """Say how many statements are no longer there as they were, where it is most of them."""
    old = statements(before)
    if len(old) < MANY:
        return None
    there = {statement.words for statement in statements(after)}
    gone = sum(statement.words not in there for statement in old)
    if gone <= REPLACED * len(old):
        return None
    return f"Most of the text was replaced: {gone} of the {len(old)} statements of the version before are gone."
