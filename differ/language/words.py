"""Splits texts into tokens and sentences, and gives words the plain form that comparisons use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from differ.language.sentence_words import short_forms

SIGNS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1060\u17b4-\u17d3"
)
"""Marks that belong to the letter before them, such as vowels of Hindi and Thai. Without them "की" would be "का"."""
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts that set no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese. A character is a word."""
CHARACTERS_A_WORD = 3
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
LONGEST = 2_000
"""Maximum length of a sentence, in characters; longer ones are cut."""
TOKEN = re.compile(WORD_FORMS + r"| \s+ | .", re.VERBOSE | re.DOTALL)
"""A word, a run of spaces, or any other character by itself."""

ELIDED = re.compile(r"^[ld]'(?=\w)")
ORDINAL_DATE = re.compile(
    r"\d{1,2}\.\s+(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
"""The day and month of a German date: its full stop ends no sentence."""
ADDRESS_NEXT = re.compile(r"\W{0,2}(?:\S+@|https?://|www\.)")
"""An address after a colon, which continues the sentence whatever its first letter is: "e-mail:
Privacy@example.org"."""
SENTENCE_END = re.compile(r"""(?<=[.!?;:…])["'”’)\]]*\s+(?=["'“‘(\[•–-]*[A-ZÀ-ÖØ-Þ0-9])""")


def tokenize(text: str) -> list[str]:
    """Split a text into words, numbers, addresses, spaces and single characters; joined, they give the text again."""
    return TOKEN.findall(text)


def words(text: str) -> list[str]:
    """Return the words, numbers and addresses of a text, case-folded; punctuation and spaces are left out.

    A hyphenated word counts as its parts, so that "third-party" and "third party" are the same words.
    """
    plain_forms: list[str] = []
    for token in WORD.findall(text):
        plain_forms += plain_words(token)
    return plain_forms


def amount(some: Iterable[str]) -> int:
    """Return how much these words say, in words of a script with spaces: three characters without count as one."""
    unspaced, spaced = 0, 0
    for word in some:
        if _UNSPACED.match(word):
            unspaced += 1
        else:
            spaced += 1
    return spaced + -(-unspaced // CHARACTERS_A_WORD)


@lru_cache(maxsize=65_536)
def plain_words(token: str) -> tuple[str, ...]:
    """Return the plain words of a token: the parts of a hyphenated word; empty if the token starts with a sign."""
    if not token[0].isalnum():
        return ()
    word = plain(token)
    if "-" in word and "@" not in word and "/" not in word:
        return tuple(part for part in word.split("-") if part)
    return (word,)


@lru_cache(maxsize=65_536)
def plain(token: str) -> str:
    """Return a word's plain form: compatibility-normalised, case-folded, with one kind of apostrophe and without an
    elided article before it (French "l'accès" is "accès")."""
    return ELIDED.sub("", unicodedata.normalize("NFKC", token).casefold().replace("’", "'"))


@lru_cache(maxsize=2)  # of a block they are asked for as statements and as the context of the next
def sentences(text: str) -> tuple[str, ...]:
    """Split a block into sentences. Colons and semicolons end a sentence too if a capital or a number follows, because
    policies often chain clauses by them. Joined by a space, the sentences give the text again."""
    uncut: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        piece = text[start : end.start()].rstrip()
        last = piece.rsplit(" ", 1)[-1].rstrip(".").casefold().lstrip("(\"'“")
        if piece.endswith(".") and (last in short_forms() or (len(last) == 1 and last.isalpha())):
            continue
        if piece.endswith(":") and ADDRESS_NEXT.match(text, end.end()):
            continue
        if last.isdigit() and ORDINAL_DATE.match(text, end.start() - len(last) - 1):
            continue
        uncut.append(text[start : end.start()] + end.group().rstrip())
        start = end.end()
    if text[start:]:
        uncut.append(text[start:])
    return tuple(piece for sentence in uncut for piece in (cut(sentence) if len(sentence) > LONGEST else (sentence,)))


def cut(sentence: str) -> Iterator[str]:
    """Yield the pieces of an overlong sentence, cut after a comma or semicolon if possible, so that the work grows only
    linearly with its length."""
    while len(sentence) > LONGEST:
        clause = max(sentence.rfind(mark, LONGEST // 2, LONGEST) for mark in (", ", "; "))
        end = clause + 1 if clause >= 0 else sentence.rfind(" ", 0, LONGEST)
        if end <= 0:
            break
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence
