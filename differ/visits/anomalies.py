"""Detects suspicious changes that a second fetch must confirm, such as a truncated page.

A second look delays an alert by half an hour, but a wrong alert about a truncated page would cost people's trust. So
the thresholds are low. A real rewrite of a policy reaches these thresholds too, and is reported after the second look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from differ.language.statements import Statement, statements
from differ.language.words import words
from differ.model import Comparison, watched_topic
from differ.visits.comparability import SUBSTANTIAL
from document.model import Document

LOST = 0.3
"""Minimum share of the previous version's words that are missing in a suspicious text. If more than `1 -
comparability.SHRUNK` are missing, the text is not comparable at all.
"""
REPLACED = 0.5
"""Minimum share of the previous version's statements that are gone or reworded in a suspicious text."""
MANY = 20
"""Minimum number of statements in a document for the check of `REPLACED`."""
SECTION = 30
"""Minimum number of words in a missing section that makes a change suspicious."""
GONE = 0.8
"""Minimum share of missing words in a section that counts as gone. A line at its end may remain."""


def odd(before: Document, after: Document, comparison: Comparison) -> str | None:
    """Return a sentence that says why a change needs a second look, or None."""
    return lost_text(before, after) or lost_section(before, after, comparison) or mostly_replaced(before, after)


def newly_fallen_back(fallback: bool, before: bool) -> str | None:
    """Return the reason for a second look if the fallback read this page, but not the previous version. Otherwise,
    return None.
    """
    if not fallback or before:
        return None
    return "The text changed while the configured selector matched nothing, so the whole page was read."


def lost_text(before: Document, after: Document) -> str | None:
    """Return a sentence about the amount of missing text, or None if only a little is missing."""
    left, right = len(words(before.text)), len(words(after.text))
    if left < SUBSTANTIAL or right >= (1 - LOST) * left:
        return None
    return f"A large part of the text is gone: {right:,} words, while the previous version has {left:,}."


def lost_section(before: Document, after: Document, comparison: Comparison) -> str | None:
    """Return a sentence that names a missing section on sharing or rights, or None.

    A section is not missing if its sentences are elsewhere or were rewritten.
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
    """Return the old texts of statements that were reworded."""
    judged = [finding.before for finding in comparison.findings if finding.after and finding.before]
    return judged + [quiet.before for quiet in comparison.suppressed if quiet.after and quiet.before]


def _word_count(content: Sequence[Statement]) -> int:
    return sum(len(statement.words) for statement in content)


def by_section(document: Document) -> Iterator[tuple[str, list[Statement]]]:
    """Yield the name of each section and its statements. The heading is one of the statements."""
    sections: dict[str, list[Statement]] = {}
    for statement in statements(document):
        sections.setdefault(statement.section, []).append(statement)
    yield from sections.items()


def overlaps_any(statement: Statement, texts: list[str]) -> bool:
    """Whether a statement is part of one of the texts or contains one of them."""
    return any(statement.text in text or text in statement.text for text in texts)


def mostly_replaced(before: Document, after: Document) -> str | None:
    """Return a sentence about the number of changed statements, or None if most statements are unchanged."""
    old = statements(before)
    if len(old) < MANY:
        return None
    there = {statement.words for statement in statements(after)}
    gone = sum(statement.words not in there for statement in old)
    if gone <= REPLACED * len(old):
        return None
    return f"Most of the text was replaced: {gone} of the {len(old)} statements of the previous version are gone."
