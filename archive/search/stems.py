"""Texts and questions as the stems that the search index holds: the same for both kinds of database. Pure.

The stemming is done here, by the language of each section, and not by the database: so both give the same answers, and
an Indonesian verb is found in any of its forms ("membagikan", "dibagikan", "pembagian").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer

from languages import languages, naming

PLAIN = ""
"""The code for all languages without a stemmer."""

BREAK = "¶"
"""Separates blocks, so that no phrase reaches from one into the next. It cannot occur in a word."""

WORD_CHARACTERS = 40
"""Maximum number of characters of a word that count: keys and hashes in a text are not words."""

MOST_WORDS = 32
"""Maximum number of words in one question."""

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


class SearchTermsError(ValueError):
    """A question cannot be asked: it holds no word, or too many."""


@dataclass(frozen=True, slots=True)
class StemmedWord:
    """A word of a text."""

    start: int
    """Its first character's place in the text."""
    end: int
    """The place after its last one."""
    stem: str


Phrase = tuple[str, ...]
"""A phrase: words, as typed, that must be adjacent."""


def stemmed_words(text: str, language: str) -> Iterator[StemmedWord]:
    """Yield the words of a text in order, by the stemmer of its language."""
    for match in _WORD.finditer(text):
        stem = stemmed(match.group(), language)
        if stem:
            yield StemmedWord(match.start(), match.end(), stem)


@lru_cache(maxsize=65_536)
def stemmed(word: str, language: str) -> str:
    """Return a word's stem in lower case: letters and digits alone, "" if it has none of them.

    Accents that the stemmer leaves are dropped.
    """
    folded = unicodedata.normalize("NFKC", word).casefold()[:WORD_CHARACTERS]
    stemmer = _stemmer(language)
    stem = folded if stemmer is None else str(stemmer.stemWord(folded))
    return "".join(character for character in unicodedata.normalize("NFKD", stem) if character.isalnum())


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer | None:
    """Return the stemmer of a language; the words of a language without one are kept as they are."""
    algorithm = naming(language).stemmer
    return snowballstemmer.stemmer(algorithm) if algorithm else None


def parse_query(text: str) -> tuple[Phrase, ...]:
    """Read a question: words that must all be there, and "quoted phrases" whose words are adjacent.

    What is written as one but holds several words ("third-party", an address) is a phrase too. Every other sign is
    ignored, so no question has a wrong syntax. Raises SearchTermsError if there is no word, or more than
    `MOST_WORDS`.
    """
    plain = unicodedata.normalize("NFC", text)
    read = (tuple(_WORD.findall(quoted or single)) for quoted, single in _TERM.findall(plain))
    phrases = tuple(dict.fromkeys(phrase for phrase in read if any(stemmed(word, PLAIN) for word in phrase)))
    if not phrases:
        raise SearchTermsError(f'{text!r} holds no word to search for; write one, or several, or a "quoted phrase"')
    if sum(map(len, phrases)) > MOST_WORDS:
        raise SearchTermsError(f"a search is for {MOST_WORDS} words at most; leave some out")
    return phrases


def stemmed_phrase(phrase: Phrase, language: str) -> Phrase:
    """Return the stems of a phrase by the stemmer of a language."""
    return tuple(stem for word in phrase if (stem := stemmed(word, language)))


def readings(asked: Iterable[Phrase]) -> tuple[tuple[Phrase, ...], ...]:
    """Return the stems of a query in each language, without duplicates.

    A query does not name its language; a section matches if it has all the stems of one language.
    """
    every = list(asked)
    known = (PLAIN, *languages())
    return tuple(dict.fromkeys(tuple(stemmed_phrase(phrase, language) for phrase in every) for language in known))


def match_spans(text: str, language: str, asked: Iterable[Phrase]) -> tuple[tuple[int, int], ...]:
    """Return the start and end of each match in a text, in order and without overlap."""
    words = list(stemmed_words(text, language))
    wanted = {reading for phrases_of in readings(asked) for reading in phrases_of}
    stems = [word.stem for word in words]
    hit: set[int] = set()
    for phrase in wanted:
        for index in range(len(stems) - len(phrase) + 1):
            if tuple(stems[index : index + len(phrase)]) == phrase:
                hit.update(range(index, index + len(phrase)))
    return tuple((words[index].start, words[index].end) for index in sorted(hit))
