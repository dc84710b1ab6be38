"""Converts texts and queries to the stems of the search index. Stemming is done here and not by the database. So SQLite
and PostgreSQL give the same results, and each section is stemmed in its own language. This includes Indonesian, so that
all forms of a verb match ("membagikan", "dibagikan", "pembagian").
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
"""Code for all languages that have no stemmer."""

BREAK = "¶"
"""Separates blocks, so that a phrase never continues in the next block. It cannot occur in a word."""

WORD_CHARACTERS = 40
"""Maximum length of an indexed word in characters. Longer words, for example hashes, are cut."""

MOST_WORDS = 32
"""Maximum number of words in a query."""

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


class SearchTermsError(ValueError):
    """A query is invalid: it has no words, or too many."""


@dataclass(frozen=True, slots=True)
class StemmedWord:
    """A word of a text."""

    start: int
    """Position of its first character in the text."""
    end: int
    """Position after its last character."""
    stem: str


Phrase = tuple[str, ...]
"""A phrase: words, as typed, that must be adjacent."""


def stemmed_words(text: str, language: str) -> Iterator[StemmedWord]:
    """Yield the words of a text in order, stemmed for its language."""
    for match in _WORD.finditer(text):
        stem = stemmed(match.group(), language)
        if stem:
            yield StemmedWord(match.start(), match.end(), stem)


@lru_cache(maxsize=65_536)
def stemmed(word: str, language: str) -> str:
    """Return a word's stem in lower case. The stem has only letters and digits, without accents. It is "" if the word
    has no letters and digits."""
    folded = unicodedata.normalize("NFKC", word).casefold()[:WORD_CHARACTERS]
    stemmer = _stemmer(language)
    stem = folded if stemmer is None else str(stemmer.stemWord(folded))
    return "".join(character for character in unicodedata.normalize("NFKD", stem) if character.isalnum())


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer | None:
    """Return the stemmer of a language. Return None if the language has no stemmer, so that its words are not
    changed.
    """
    algorithm = naming(language).stemmer
    return snowballstemmer.stemmer(algorithm) if algorithm else None


def parse_query(text: str) -> tuple[Phrase, ...]:
    """Read a query. All words must occur, and the words of a "quoted phrase" must be adjacent.

    A term with several words ("third-party", an address) is a phrase too. All other punctuation is ignored, so there
    are no syntax errors. Raises SearchTermsError if there are no words, or more than `MOST_WORDS`.
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
    """Return the stems of a phrase in a language."""
    return tuple(stem for word in phrase if (stem := stemmed(word, language)))


def readings(asked: Iterable[Phrase]) -> tuple[tuple[Phrase, ...], ...]:
    """Return the stems of a query in each language, without duplicates. All languages are needed, because the language
    of a query is unknown. A section matches if it has all stems of the query in one of these languages.
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
