"""Decides whether two documents are versions of the same policy. Only such documents are compared."""

from __future__ import annotations

from collections import Counter

from differ.language.lexicon import load_lexicon
from differ.language.words import words
from document import Screening
from document.model import UNKNOWN_LANGUAGE, Document

SHRUNK = 0.3
"""Minimum number of words in a document, as a share of the words in the previous version. A document with fewer words
has lost its text."""
SUBSTANTIAL = 250
"""Minimum number of words in the previous version. If the previous version has fewer words, the check of `SHRUNK` is
skipped.
"""
KINSHIP = 0.4
"""Minimum share of the shorter document's characteristic words that the other document has too. A rewritten policy has
a larger share. Another document of the same company has a smaller share.
"""
TELLING = 80
"""Minimum number of characteristic words in each document for the check of `KINSHIP`."""


def comparability(before: Document, after: Document) -> Screening | None:
    """Return the reason why a document cannot be the next version of a policy, or None."""
    left, right = words(before.text), words(after.text)
    gone = other_language(before, after)
    if gone is not None:
        return gone
    if len(left) >= SUBSTANTIAL and len(right) < SHRUNK * len(left):
        return Screening("shrunk", f"The text has {len(right):,} words; the previous version has {len(left):,}.")
    share = kinship(telling(left, before), telling(right, after))
    if share is not None and share < KINSHIP:
        return Screening("other-document", f"Only {share:.0%} of its distinctive words are in the previous version.")
    return None


def telling(text: list[str], document: Document) -> Counter[str]:
    """Count the characteristic words of a document. Characteristic words are words that do not occur in every text of
    the same language.
    """
    lexicon = load_lexicon(next(iter(document.languages), UNKNOWN_LANGUAGE))
    return Counter(lexicon.content_words(text) if lexicon else text)


def kinship(before: Counter[str], after: Counter[str]) -> float | None:
    """Return the share of the shorter document's words that the other document has too, from 0 to 1. Return None if one
    of the documents is too short."""
    shorter = min(before.total(), after.total())
    return (before & after).total() / shorter if shorter >= TELLING else None


def other_language(before: Document, after: Document) -> Screening | None:
    """Return a screening if two documents have no language in common."""
    old, new = ({language for language in d.languages if language != UNKNOWN_LANGUAGE} for d in (before, after))
    if old and new and not old & new:
        return Screening(
            "other-language",
            f"The text is in {', '.join(sorted(new))}; the previous version in {', '.join(sorted(old))}.",
        )
    return None
