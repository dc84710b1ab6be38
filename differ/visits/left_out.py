"""Watches the prose of a page that is not in the page's document for statements on sharing or rights. Extraction can
leave out a sentence of the policy by mistake, so a change of such a sentence must not stay unnoticed. A sentence that
moved between the policy and the rest of the page is reported only as a change of the policy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass

from differ.judgement.relevance import Watched, relevance
from differ.language.lexicon import load_lexicon
from differ.language.meaning import meaning
from differ.language.sentences import sentences
from differ.language.statements import Statement, statements
from differ.language.words import words
from document.model import Document, LeftOut

MANY_WORDS = 300
"""Number of words of left-out prose from which a person should look at the page."""
LARGE_SHARE = 0.2
"""Share of left-out prose from which a person should look at the page. It counts only if the left-out prose has at
least `FEW_WORDS` words.
"""
FEW_WORDS = 60
SHORTEST, LONGEST = 5, 120
"""Minimum and maximum number of words in a sentence."""
FUNCTION_WORDS = 0.2
"""Minimum share of function words in a sentence. A row of menu items has a smaller share."""
BANNER = 120
"""Maximum number of words in a banner. A banner is a part of a page that asks for consent to cookies."""
CONCEPTS = ("share", "sell", "recipient", "transfer", "right", "optout", "complaint", "consent.withdraw")
"""Concepts of watched sentences."""
MOST_SENTENCES = 200
"""Maximum number of watched sentences kept for one page."""

_REMOVED = "remove "
"""First word of the reason for a part that the configuration removes."""
_STOPS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")


@dataclass(frozen=True, slots=True)
class WatchedSentence:
    """A sentence outside the policy about who gets the data, or what people can do about it."""

    text: str
    topics: tuple[Watched, ...]
    """Topics that the sentence would have if it were in the policy. It is empty if the sentence mentions sharing or
    rights but makes no statement about them.
    """
    why: str
    """The reason why it was left out, in a few words."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the sentence, which identify it."""
        return tuple(words(self.text))


@dataclass(frozen=True, slots=True)
class LeftOutProse:
    """The left-out prose of a page."""

    hashes: tuple[str, ...]
    """SHA-256 of each part's text, in hex and in reading order. The text itself is in the snapshot."""
    words: int
    """Number of words in all left-out sentences."""
    page_words: int
    """Number of words in these sentences and the policy together."""
    _: KW_ONLY
    identity: str
    """Extraction identity with which the prose was left out."""
    watched: tuple[WatchedSentence, ...]
    """The watched sentences without duplicates, at most `MOST_SENTENCES`."""

    @property
    def share(self) -> float:
        """Share of the page's prose that is left out, from 0 to 1."""
        return self.words / self.page_words if self.page_words else 0.0

    @property
    def is_much(self) -> bool:
        """Whether a person should look at the page because much prose is left out."""
        return self.words >= FEW_WORDS and (self.words > MANY_WORDS or self.share > LARGE_SHARE)


@dataclass(frozen=True, slots=True)
class LeftOutChange:
    """Watched sentences outside the policy that appeared or disappeared. The comparison is with the last record of the
    left-out prose.
    """

    came: tuple[WatchedSentence, ...]
    gone: tuple[WatchedSentence, ...]

    @property
    def topics(self) -> tuple[Watched, ...]:
        """Topics of the sentences, sorted."""
        return tuple(sorted({topic for sentence in (*self.came, *self.gone) for topic in sentence.topics}))


def left_out_prose(parts: Iterable[LeftOut], document: Document, identity: str) -> LeftOutProse:
    """Return the left-out prose of a page, without parts that the configuration removes."""
    left = [part for part in parts if not part.why.startswith(_REMOVED)]
    languages = [language for language in document.languages if load_lexicon(language) is not None]
    sentences_watched: dict[tuple[str, ...], WatchedSentence] = {}
    amount = 0
    for part in left:
        for sentence in prose(part.text, languages):
            amount += len(words(sentence))
            watched = None if is_banner(part) else watch(sentence, part.why, languages)
            if watched is not None and len(sentences_watched) < MOST_SENTENCES:
                sentences_watched.setdefault(watched.words, watched)
    whole = amount + len(words(document.text))
    hashes = tuple(hashlib.sha256(part.text.encode()).hexdigest() for part in left)
    return LeftOutProse(hashes, amount, whole, identity=identity, watched=tuple(sentences_watched.values()))


def prose(text: str, languages: Sequence[str]) -> Iterator[str]:
    """Yield the sentences of a part, without rows of menu items."""
    for sentence in (sentence for line in text.split("\n") for sentence in sentences(line)):
        plain = words(sentence)
        if SHORTEST <= len(plain) <= LONGEST and sentence.rstrip(" \"'”’)]").endswith(_STOPS):
            shares = [
                1 - len(lexicon.content_words(plain)) / len(plain)
                for language in languages
                if (lexicon := load_lexicon(language))
            ]
            if not shares or max(shares) >= FUNCTION_WORDS:
                yield sentence


def is_banner(part: LeftOut) -> bool:
    """Whether a part asks for consent to cookies. Such a part appears and disappears on half of all pages."""
    plain = words(part.text)
    return len(plain) <= BANNER and any(word.startswith(("cookie", "kuki")) for word in plain)


def watch(sentence: str, why: str, languages: Iterable[str]) -> WatchedSentence | None:
    """Return a sentence with its topics, or None if it mentions nothing that is watched."""
    plain = tuple(words(sentence))
    topics: set[Watched] = set()
    mentions = False
    for language in languages:
        sense = meaning(plain, language)
        mentions = mentions or (sense is not None and sense.has(*CONCEPTS))
        topics |= relevance(alone(sentence, plain, language))
    return WatchedSentence(sentence, tuple(sorted(topics)), why) if mentions or topics else None


def alone(sentence: str, plain: tuple[str, ...], language: str) -> Statement:
    """Return a sentence as a statement without context."""
    return Statement(
        position=0,
        kind="paragraph",
        text=sentence,
        words=plain,
        path=(),
        language=language,
        lead="",
        context="",
        block=0,
    )


def left_out_change(before: LeftOutProse, after: LeftOutProse, old: Document, new: Document) -> LeftOutChange | None:
    """Return the watched sentences that appeared or disappeared, or None if there are none. Sentences that were or are
    in the policy do not count.

    If the extraction identity changed, return None, because other parts may be left out although the page did not
    change.
    """
    if before.identity != after.identity:
        return None
    stated = {statement.words for document in (old, new) for statement in statements(document)}
    came = _missing(after.watched, before.watched, stated)
    gone = _missing(before.watched, after.watched, stated)
    return LeftOutChange(came, gone) if came or gone else None


def _missing(
    some: Iterable[WatchedSentence], others: Iterable[WatchedSentence], stated: set[tuple[str, ...]]
) -> tuple[WatchedSentence, ...]:
    excluded = {sentence.words for sentence in others} | stated
    return tuple(sentence for sentence in some if sentence.words not in excluded)
