"""Finds the meaning of a statement: the concepts in its words, and their polarity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache

from differ.language.lexicon import Lexicon, Mention, lineage, load_lexicon, under
from differ.language.polarity import NEVER, PLAIN, Polarity, polarity
from differ.language.roles import in_role
from differ.language.statements import Statement
from differ.language.words import words

SET_PHRASES = (
    ("right", "modality.discretion"),
    ("right", "change"),
    ("purpose", "transfer.safeguard"),
    ("recipient", "purpose.research"),
    ("recipient", "threshold.order"),
    ("limiter", "scope.all"),
    ("limiter", "modality.discretion"),
    ("exercise", "purpose.service"),
    ("sell", "merger"),
)
"""Pairs of concepts. A word of the first concept does not count inside a phrase of the second concept. For example,
"contract" does not count in "standard contractual clauses"."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concepts of one text in one language."""

    lexicon: Lexicon
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]
    _: KW_ONLY
    polarity: Polarity
    concepts: frozenset[str]
    """The mentioned concepts, and all concepts above them."""

    def has(self, *concepts: str) -> bool:
        """Whether the text mentions one of the concepts or one of their subconcepts."""
        return not self.concepts.isdisjoint(concepts)

    def of(self, *concepts: str) -> list[Mention]:
        """Return the mentions of these concepts and their subconcepts."""
        if self.concepts.isdisjoint(concepts):
            return []
        return [mention for mention in self.mentions if under(mention.concept, concepts)]

    def said(self, mention: Mention) -> str:
        """Return the words of a mention."""
        return " ".join(self.words[mention.start : mention.end])

    def said_of(self, *concepts: str) -> frozenset[tuple[str, str]]:
        """Return those of these concepts that the text mentions, each with its level: `never`, `conditional` or
        `plain`.
        """
        return frozenset((mention.concept, self.level(mention)) for mention in self.free(*concepts))

    def named(self, *concepts: str) -> dict[tuple[str, str], str]:
        """Return the mentions of these concepts. The key is a mention's canonical words and level. The value is the
        mention's words as written.
        """
        return {(self.canonical(mention), self.level(mention)): self.said(mention) for mention in self.free(*concepts)}

    def free(self, *concepts: str) -> list[Mention]:
        """Return the mentions of these concepts. A negation or a word such as "only" is left out if it decides the
        level of another mention. For example, "not" in "we do not share" decides the level of "share".
        """
        return [mention for mention in self.of(*concepts) if mention not in self.polarity.consumed]

    def canonical(self, mention: Mention) -> str:
        """Return the words of a mention in canonical form, without variants of spelling, synonyms and inflection."""
        return " ".join(canonical(self.words[mention.start : mention.end], self.lexicon))

    def level(self, mention: Mention) -> str:
        """Return the level of a mention: `never`, `conditional` or `plain`. For consent, `never` means that no consent
        is needed."""
        return self.polarity.levels.get(mention, PLAIN)

    def negated(self, mention: Mention) -> bool:
        """Whether the text says that the mentioned thing never happens."""
        return self.level(mention) == NEVER


def canonical(text: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Return words in canonical form, without variants of spelling, synonyms, inflection and function words."""
    plain = lexicon.synonyms.rewrite(lexicon.spelled(text))
    kept = lexicon.content_words(plain)
    return [" ".join(lexicon.stem(word) for word in phrase.split(" ")) for phrase in kept]


@lru_cache(maxsize=8_192)
def meaning(text: tuple[str, ...], language: str) -> Meaning | None:
    """Return the meaning of words, or None for a language without a lexicon."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        return None
    possible = without_contained(lexicon.concepts.find(text))
    mentions = tuple(mention for mention in possible if in_role(mention, text, possible, lexicon))
    concepts = frozenset().union(*(lineage(mention.concept) for mention in mentions))
    return Meaning(lexicon, text, mentions, polarity=polarity(text, mentions, lexicon.readers), concepts=concepts)


def without_contained(mentions: list[Mention]) -> tuple[Mention, ...]:
    """Drop each mention that is inside a longer mention of the same class, or inside a set phrase. For example,
    "partners" is dropped in "advertising partners", and "rights" in "all rights reserved"."""
    longer = [other for other in mentions if may_cover(other)]
    return tuple(mention for mention in mentions if not any(covers(other, mention) for other in longer))


def may_cover(mention: Mention) -> bool:
    """Whether a mention can contain another mention. The longer mention must have several words, and each word must
    match a word of the pattern and not a gap (`..`).
    """
    return mention.end - mention.start > 1 and (not mention.gapped or mention.concept in ("boilerplate", "change"))


def covers(longer: Mention, mention: Mention) -> bool:
    """Whether a mention is only a part of a longer mention with a different meaning."""
    inside = longer.start <= mention.start and mention.end <= longer.end
    if not inside or longer.end - longer.start <= mention.end - mention.start:
        return False
    group, other = mention.concept.partition(".")[0], longer.concept.partition(".")[0]
    if group == other == "right":
        return mention.concept in (longer.concept, "right.rights", "right.grant")
    return other in (group, "boilerplate") or (group, longer.concept) in SET_PHRASES


@lru_cache(maxsize=4_096)
def heading_topics(path: tuple[str, ...], language: str) -> frozenset[str]:
    """Return the topics of a statement from its headings. They are the topics of the innermost heading that has a
    topic."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        return frozenset()
    for heading in reversed(path):
        text = words(heading)
        topics = frozenset(
            mention.concept for mention in lexicon.headings.find(text) if not names_source(mention, text, lexicon)
        )
        if topics:
            return topics
    return frozenset()


def names_source(topic: Mention, heading: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether a heading only seems to be about sharing, because it names a source of data: "Data received from third
    parties".
    """
    return topic.concept == "sharing" and any(word in lexicon.sources for word in heading[: topic.start])


def lead_meaning(statement: Statement) -> Meaning | None:
    """Return the meaning of the sentence that introduces the list, or None."""
    return meaning(tuple(words(statement.lead)), statement.language) if statement.lead else None


def context_meaning(statement: Statement) -> Meaning | None:
    """Return the meaning of the sentence before a line such as an address line, or None."""
    return meaning(tuple(words(statement.context)), statement.language) if statement.context else None
