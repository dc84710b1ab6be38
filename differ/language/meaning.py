"""What a statement says: the concepts in its words, their polarity, and which watched subject it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from differ.language.lexicon import Lexicon, Mention, lexicon, under
from differ.language.roles import in_role
from differ.language.statements import Statement
from differ.language.words import words

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
    "merger",
    "transfer",
    "data.aggregate",
)
"""Concepts (or their first parts) whose sense a negation turns."""

SET_PHRASES = (("right", "modality.discretion"), ("purpose", "transfer.safeguard"))
"""Groups whose words say nothing of their own in a phrase of another concept: the company's "right" to decide, the
"contract" in standard contractual clauses."""


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

    def said_of(self, *concepts: str) -> frozenset[tuple[str, bool]]:
        """Return the concepts that are mentioned, each with its polarity: True where a negation turns it."""
        return frozenset((mention.concept, self.negated(mention)) for mention in self.of(*concepts))

    def named(self, *concepts: str) -> dict[tuple[str, bool], str]:
        """Return the mentions by their canonical words and polarity, with the words as they stand in the text."""
        return {(self.canonical(mention), self.negated(mention)): self.said(mention) for mention in self.of(*concepts)}

    def canonical(self, mention: Mention) -> str:
        """Return the words of a mention without spelling, synonyms and inflection."""
        return " ".join(canonical(self.words[mention.start : mention.end], self.lexicon))

    def negated(self, mention: Mention) -> bool:
        """Whether a negation shortly before it turns the sense of a mention; of a recipient, whether one turns the act
        that stands before it ("we never pass it to insurers or banks")."""
        if under(mention.concept, ("recipient",)):
            acts = [act for act in self.of("share", "sell") if act.start < mention.start]
            return bool(acts) and self.negated(acts[-1])
        if not under(mention.concept, TURNED):
            return False
        start = max(0, mention.start - NEGATION_REACH)
        near = [other for other in self.of("negation") if start <= other.start < mention.start]
        return any(self.reaches(negation, mention) for negation in near)

    def reaches(self, negation: Mention, mention: Mention) -> bool:
        """Whether nothing stands between a negation and a mention that begins another clause: a modal verb that does
        not belong to the negation itself ("not sell but may share")."""
        return not any(negation.end < modal.start < mention.start for modal in self.of("modality"))


def canonical(text: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return words without spelling, synonyms, inflection and function words."""
    plain = lexicon.synonyms.rewrite(lexicon.spelled(text))
    kept = lexicon.content_words(plain)
    return [" ".join(lexicon.stem(word) for word in phrase.split(" ")) for phrase in kept]


@lru_cache(maxsize=8_192)
def meaning(text: tuple[str, ...], language: str) -> Meaning | None:
    """Return what words mean, or None for a language without a lexicon."""
    known = lexicon(language)
    if known is None:
        return None
    mentions = without_contained(known.concepts.find(text))
    return Meaning(known, text, tuple(each for each in mentions if in_role(each, text, mentions, known)))


def without_contained(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Drop a mention that lies inside a longer one of the same class ("partners" in "advertising partners"), or inside
    a set phrase ("rights" in "all rights reserved")."""
    return tuple(mention for mention in mentions if not any(covers(other, mention) for other in mentions))


def covers(longer: Mention, mention: Mention) -> bool:
    """Whether a mention is only a part of a longer one that says something else."""
    inside = longer.start <= mention.start and mention.end <= longer.end
    if not inside or longer.gapped or longer.end - longer.start <= mention.end - mention.start:
        return False
    group, other = mention.concept.partition(".")[0], longer.concept.partition(".")[0]
    if group == other == "right":
        return mention.concept in (longer.concept, "right.rights", "right.grant")
    return other in (group, "boilerplate") or (group, longer.concept) in SET_PHRASES


@lru_cache(maxsize=4_096)
def heading_topics(path: tuple[str, ...], language: str) -> frozenset[str]:
    """Return what the headings above a statement say that it is about; the innermost heading that says anything
    decides, and what stands above it counts only where it says nothing."""
    known = lexicon(language)
    if known is None:
        return frozenset()
    for heading in reversed(path):
        text = words(heading)
        topics = frozenset(
            mention.concept for mention in known.headings.find(text) if not names_source(mention, text, known)
        )
        if topics:
            return topics
    return frozenset()


def names_source(topic: Mention, heading: Sequence[str], known: Lexicon) -> bool:
    """Whether the words of a heading on sharing name where data comes from: "Data received from third parties"."""
    return topic.concept == "sharing" and any(word in known.sources for word in heading[: topic.start])


def lead_meaning(statement: Statement) -> Meaning | None:
    """Return what the sentence that introduces the statement's list means, or None."""
    return meaning(tuple(words(statement.lead)), statement.language) if statement.lead else None


def context_meaning(statement: Statement) -> Meaning | None:
    """Return what the sentence before a line means, or None."""
    return meaning(tuple(words(statement.context)), statement.language) if statement.context else None
