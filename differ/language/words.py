"""Splits texts into tokens, and gives words their plain form for comparisons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

SIGNS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1060\u17b4-\u17d3"
)
"""Marks that belong to the letter before them, such as vowel signs in Hindi and Thai. Words with different marks, such
as "की" and "का", are different words.
"""
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese. Each character
counts as a word."""
CHARACTERS_A_WORD = 3
KEPT = range(2_000, 200_000)
"""Length of a text whose words are kept in memory for the next check, in characters."""
LONGEST_PIECE = 40
"""Maximum length of a piece between spaces whose words are kept in memory, in characters."""
_FIRST_UNSPACED = "\u0e01"
"""The first character of `UNSPACED`. Most words are before it, and need no search."""
_UNSPACED = re.compile(f"[{UNSPACED}]")
_LETTERS = rf"[^\W_{UNSPACED}]"
_PART = rf"{_LETTERS}+(?:[{SIGNS}]+{_LETTERS}*)*"
WORD_FORMS = rf"""
    [\w.+%-]+@[\w-]+(?:\.[\w-]+)+              # an e-mail address
  | (?:https?://|www\.)[^\s<>"'()]+[^\s<>"'().,;:!?]   # an address of a page
  | \d+(?:[.,:/]\d+)*                           # a number, a date in digits
  | [^\W\d_{UNSPACED}]{_LETTERS}*(?:[{SIGNS}]+{_LETTERS}*)*(?:['’-]{_PART})*   # with its apostrophes, hyphens, digits
  | [{UNSPACED}][{SIGNS}]*
"""
WORD = re.compile(WORD_FORMS, re.VERBOSE)
_ASCII_WORD = re.compile(r"[0-9]+(?:[.,:/][0-9]+)*|[A-Za-z][A-Za-z0-9]*(?:['-][A-Za-z0-9]+)*")
"""Matches a word. This pattern is used instead of `WORD` for texts with only ASCII characters and no addresses, because
it takes less than half the time.
"""
TOKEN = re.compile(WORD_FORMS + r"| \s+ | .", re.VERBOSE | re.DOTALL)
"""Matches a token: a word, a run of spaces, or any other single character."""

ELIDED = re.compile(r"^[ld]'(?=\w)")


def tokenize(text: str) -> list[str]:
    """Split a text into words, numbers, addresses, spaces and single characters. Joined together, the tokens are the
    text again."""
    return TOKEN.findall(text)


def words(text: str) -> list[str]:
    """Return the words, numbers and addresses of a text. They are case-folded, without punctuation and spaces.

    A hyphenated word is split into its parts, so "third-party" and "third party" are equal."""
    return list(_words_of_text(text)) if len(text) in KEPT else _split(text)


@lru_cache(maxsize=4)
def _words_of_text(text: str) -> tuple[str, ...]:
    """Return the words of a text. Several checks of one visit need the words of the same two texts."""
    return tuple(_split(text))


def _split(text: str) -> list[str]:
    pieces = text.split()
    if max(map(len, pieces), default=0) <= LONGEST_PIECE:
        return list(chain.from_iterable(map(_words_of, pieces)))
    return [word for piece in pieces for word in (_words_of(piece) if len(piece) <= LONGEST_PIECE else _read(piece))]


@lru_cache(maxsize=32_768)
def _words_of(piece: str) -> tuple[str, ...]:
    """Return the words of a short text without spaces. A policy has few different pieces between spaces, and several
    checks need the words of the same text.
    """
    return tuple(_read(piece))


def _read(text: str) -> list[str]:
    return [word for token in word_tokens(text) for word in plain_words(token)]


def word_tokens(text: str) -> list[str]:
    """Return the words, numbers and addresses of a text as written."""
    tokens: list[str] = (_ASCII_WORD if _is_simple(text) else WORD).findall(text)
    return tokens


def _is_simple(text: str) -> bool:
    """Whether a text has only ASCII characters and no addresses. `_ASCII_WORD` can be used for such a text."""
    return text.isascii() and "@" not in text and "://" not in text and "www." not in text


def amount(some: Iterable[str]) -> int:
    """Return the amount of text in words. In a script without spaces, three characters count as one word."""
    unspaced, spaced = 0, 0
    for word in some:
        if word >= _FIRST_UNSPACED and _UNSPACED.match(word):
            unspaced += 1
        else:
            spaced += 1
    return spaced + -(-unspaced // CHARACTERS_A_WORD)


@lru_cache(maxsize=65_536)
def plain_words(token: str) -> tuple[str, ...]:
    """Return the plain words of a token. A hyphenated word gives its parts. The result is empty if the token begins
    with a punctuation mark."""
    if not token[0].isalnum():
        return ()
    word = plain(token)
    if "-" in word and "@" not in word and "/" not in word:
        return tuple(part for part in word.split("-") if part)
    return (word,)


@lru_cache(maxsize=65_536)
def plain(token: str) -> str:
    """Return a word's plain form. It is compatibility-normalised and case-folded, and its apostrophes are straight. An
    elided article is removed: "l'accès" in French becomes "accès"."""
    return ELIDED.sub("", unicodedata.normalize("NFKC", token).casefold().replace("’", "'"))
