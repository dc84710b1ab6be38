"""Whether two documents are versions of one policy, so that comparing them says something."""

from __future__ import annotations

from collections import Counter

from differ.words import words
from document import Screening
from document.model import UNKNOWN_LANGUAGE, Document

SHRUNK = 0.3
"""A document with less than this share of the words of the version before has lost its text."""
SUBSTANTIAL = 250
"""Shorter documents, in words, may shrink as they like."""
KINSHIP = 0.35
"""Least share of common words (Dice over their counts) of two versions of one policy; rewrites of real policies lie
above it, another document of the same company below."""


def comparability(before: Document, after: Document) -> Screening | None:
    """Return why a document cannot be a version of the policy before it, or None where it can."""
    left, right = words(before.text), words(after.text)
    gone = other_language(before, after)
    if gone is not None:
        return gone
    if len(left) >= SUBSTANTIAL and len(right) < SHRUNK * len(left):
        return Screening("shrunk", f"The text has {len(right):,} words; the version before has {len(left):,}.")
    common = sum((Counter(left) & Counter(right)).values())
    share = 2 * common / (len(left) + len(right)) if left or right else 1.0
    if min(len(left), len(right)) >= SUBSTANTIAL and share < KINSHIP:
        return Screening("other-document", f"Only {share:.0%} of the words are those of the version before.")
    return None


def other_language(before: Document, after: Document) -> Screening | None:
    """Return a screening where the languages of two documents have nothing in common."""
    old, new = ({language for language in d.languages if language != UNKNOWN_LANGUAGE} for d in (before, after))
    if old and new and not old & new:
        return Screening(
            "other-language",
            f"The text is in {', '.join(sorted(new))}; the version before in {', '.join(sorted(old))}.",
        )
    return None
