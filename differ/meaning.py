"""What a statement says: the concepts in its words, their polarity, and which watched subject it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from differ.lexicon import Lexicon, Mention, lexicon
from differ.statements import Statement
from differ.words import words

NEGATION_REACH = 5
"""A negation turns the verbs that stand at most so many words after it."""

TURNED = (
    "share",
    "sell",
    "consent",
    "receive",
    "notify",
    "optout",
    "right",
    "exercise",
    "merger",
    "transfer",
    "data.aggregate",
)
"""Concepts (or their first parts) whose sense a negation turns."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concepts of one text in one language."""

    lexicon: Lexicon
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]

    def has(self, *concepts: str) -> bool:
        """Whether any of the concepts, or of the concepts under it, is mentioned."""
        return any(under(mention.concept, concepts) for mention in self.mentions)

    def of(self, *concepts: str) -> list[Mention]:
        """Return the mentions of these concepts and those under them."""
        return [mention for mention in self.mentions if under(mention.concept, concepts)]

    def said(self, mention: Mention) -> str:
        """Return the words of a mention."""
        return " ".join(self.words[mention.start : mention.end])

    def count(self, *concepts: str) -> Counter[tuple[str, str, bool]]:
        """Count the mentions of concepts by concept, canonical words and polarity."""
        return Counter(
            (mention.concept, self.canonical(mention), self.negated(mention)) for mention in self.of(*concepts)
        )

    def canonical(self, mention: Mention) -> str:
        """Return the words of a mention without spelling, synonyms and inflection."""
        return " ".join(canonical(self.words[mention.start : mention.end], self.lexicon))

    def shown(self, concept: str, word: str) -> str:
        """Return the words as they stand in the text, of a mention given by its concept and canonical words."""
        return next(self.said(mention) for mention in self.of(concept) if self.canonical(mention) == word)

    def negated(self, mention: Mention) -> bool:
        """Whether a negation shortly before it turns the sense of a mention."""
        if not under(mention.concept, TURNED):
            return False
        start = max(0, mention.start - NEGATION_REACH)
        return any(start <= other.start < mention.start for other in self.of("negation"))


def under(concept: str, wanted: Iterable[str]) -> bool:
    """Whether a concept is one of the wanted, or stands under one ("recipient.group" under "recipient")."""
    return any(concept == one or concept.startswith(one + ".") for one in wanted)


def canonical(text: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return words without spelling, synonyms, inflection and function words."""
    plain = lexicon.synonyms.rewrite(lexicon.spellings.rewrite(list(text)))
    kept = lexicon.content_words(plain)
    return [" ".join(lexicon.stem(word) for word in phrase.split(" ")) for phrase in kept]


@lru_cache(maxsize=8_192)
def meaning(text: tuple[str, ...], language: str) -> Meaning | None:
    """Return what words mean, or None for a language without a lexicon."""
    known = lexicon(language)
    if known is None:
        return None
    return Meaning(known, text, without_contained(known.concepts.find(text)))


def without_contained(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Drop a mention that lies inside a longer one of the same class ("partners" in "advertising partners")."""
    kept = []
    for mention in mentions:
        group = mention.concept.partition(".")[0]
        inside = any(
            other.concept.partition(".")[0] == group
            and other.start <= mention.start
            and mention.end <= other.end
            and (other.end - other.start) > (mention.end - mention.start)
            for other in mentions
        )
        if not inside:
            kept.append(mention)
    return tuple(kept)


@lru_cache(maxsize=4_096)
def heading_topics(path: tuple[str, ...], language: str) -> frozenset[str]:
    """Return what the headings above a statement say that it is about; the innermost heading that says anything
    decides, and what stands above it counts only where it says nothing."""
    known = lexicon(language)
    if known is None:
        return frozenset()
    for heading in reversed(path):
        topics = frozenset(mention.concept for mention in known.headings.find(words(heading)))
        if topics:
            return topics
    return frozenset()


def lead_meaning(statement: Statement) -> Meaning | None:
    """Return what the sentence that introduces the statement's list means, or None."""
    return meaning(tuple(words(statement.lead)), statement.language) if statement.lead else None
