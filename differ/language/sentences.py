"""Splits texts into sentences, with a list of short forms and a list of words that begin a sentence for each
language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from document.text.dates import month_names, short_month_names
from languages import languages_with, read_record, records

LONGEST = 2_000
"""Maximum length of a sentence in characters. A longer sentence is cut."""
REMEMBERED = 2_048
"""Maximum number of blocks whose sentences are remembered. Most blocks of a version are equal to blocks of the previous
version."""
LONG_BLOCK = 10_000
"""Maximum length, in characters, of a block whose sentences are remembered."""
_STOP = re.compile(
    r"""
      (?P<sign>[.!?;:…])["'”’“)\]]*(?:\s?»)?\s+(?=(?P<opening>["'“‘„«(\[•–-]*)(?P<next>[^\W_]))
    | [。！？؟।]["'”’“」』）)]*\s*(?=\S)
    """,
    re.VERBOSE,
)
"""Matches a punctuation mark that may end a sentence, up to the next letter or digit. In some scripts, there is no
space between the two.
"""
_ADDRESS_NEXT = re.compile(r"\W{0,2}(?:\S+@|https?://|www\.)")
"""Matches an address after a colon. Such an address continues the sentence even if it begins with a capital letter:
"e-mail: Privacy@example.org".
"""
_FIRST_WORD = re.compile(r"[^\W\d_]+'?")
_NUMBER_NEXT = re.compile(r"\W{0,2}(?:\d|(?:[IVXLC]{2,}|[VX])\b)")
"""Matches a number, which may be a Roman number."""
_REST_OF_DATE = re.compile(r"\d{1,2}\.\s*(?:\d{4}|'?\d{2})\b")
_YEAR = re.compile(r"\d{4}\b")
_DAY = re.compile(r"\d{1,2}\.")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)['’](?=\w)")
_DOTTED = re.compile(r"(?:[^\W\d_]+-)*[^\W\d_]{1,3}(?:\.[^\W\d_]{1,3})+")
"""Matches letters separated by full stops, without the last full stop: "U.S", "EU-U.S", "d.h.i"."""
_BEFORE = "(\"'“‘„«[•–-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceWords:
    """The words of one language, from its `sentences.toml`, in lower case. Short forms are written without their last
    full stop."""

    short_forms: Sequence[str]
    """Short forms with a full stop that never ends a sentence."""
    before_numbers: Sequence[str]
    """Short forms with a full stop that does not end a sentence if a number follows. In this list, `*` stands for any
    beginning of a word."""
    may_end: Sequence[str]
    """Short forms that end a sentence if a word of `openers` follows."""
    ends_lists: Sequence[str]
    """Short forms that end a sentence if a capital letter follows."""
    lettered: Sequence[str]
    """Words that come before a letter used as a number: "letter" in "letter a"."""
    ordinals_after: Sequence[str]
    """Words after which a number with a full stop is an ordinal number, as in "am 3. Mai"."""
    openers: Sequence[str]
    """Words that begin a sentence and are hardly ever names."""
    answers: Sequence[str]
    """Words that can be a whole answer to a question, such as "yes"."""
    denials: Sequence[str]
    """Answers that deny what was asked."""


class SentenceRules:
    """Decides which full stops of a text end a sentence. If the language is unknown, the word lists of all languages
    are used."""

    def __init__(self, language: str) -> None:
        words = read_record(language, "sentences", SentenceWords)
        every = [words] if words else [one for _, one in records("sentences", SentenceWords)]
        self._short = _joined(one.short_forms for one in every)
        self._before_numbers = _joined(one.before_numbers for one in every)
        self._may_end = _joined(one.may_end for one in every)
        self._ends_lists = _joined(one.ends_lists for one in every)
        self._lettered = _joined(one.lettered for one in every)
        self._ordinals_after = _joined(one.ordinals_after for one in every)
        self._openers = _joined(one.openers for one in every)
        self._months = month_names(language)
        self._short_months = short_month_names(language)

    def ends(self, piece: str, stop: re.Match[str]) -> bool:
        """Whether a sentence ends at a stop after this piece of text."""
        sign, following = stop["sign"], stop.string[stop.end() : stop.end() + 80]
        if sign is None:
            return True
        if stop["next"].islower():
            return False
        if sign != ".":
            return not (sign == ":" and _ADDRESS_NEXT.match(following))
        before, _, last = piece.rpartition(" ")
        last = _ELIDED.sub("", last.rstrip(".").casefold().lstrip(_BEFORE))
        previous = before.rpartition(" ")[2].casefold().strip(_BEFORE)
        if _NUMBER_NEXT.match(following):
            return not self._awaits_number(last, previous, following)
        return self._ends_before_words(last, previous, following, quoted=bool(stop["opening"]))

    def _awaits_number(self, last: str, previous: str, following: str) -> bool:
        """Whether the number after a full stop belongs to the word before the full stop. Examples are "No. 5", "31 Des.
        2024" and "3. 12. 2024"."""
        if last.isdigit():
            after_day = _DAY.fullmatch(previous) is not None and _YEAR.match(following) is not None
            return len(last) <= 2 and (after_day or _REST_OF_DATE.match(following) is not None)
        if last in self._short_months or last in self._before_numbers or self._is_short(last):
            return True
        return any(last.endswith(form[1:]) for form in self._before_numbers if form.startswith("*"))

    def _is_short(self, last: str) -> bool:
        """Whether a word is a short form, so that its full stop need not end a sentence."""
        letter = len(last) == 1 and last.isalpha()
        return letter or last in self._short or last in self._may_end or _DOTTED.fullmatch(last) is not None

    def _ends_before_words(self, last: str, previous: str, following: str, *, quoted: bool) -> bool:
        if last.isdigit():
            return not (self._is_month(following) or (len(last) <= 2 and previous in self._ordinals_after))
        if last in self._short or f"{previous.rstrip('.')}.{last}" in self._short:
            return False
        if len(last) == 1 and last.isalpha():
            is_marker = not previous or previous.endswith((";", ":", ","))
            return not is_marker and (previous.rstrip(".") in self._lettered or self._opens(following, quoted))
        return not self._is_short(last) or last in self._ends_lists or self._opens(following, quoted)

    def _opens(self, following: str, quoted: bool) -> bool:
        """Whether words begin a sentence. Words in quotation marks may also continue the sentence before."""
        if quoted:
            return False
        word = _FIRST_WORD.match(following.replace("’", "'"))
        return word is not None and not {word[0].casefold(), word[0].casefold().rstrip("'")}.isdisjoint(self._openers)

    def _is_month(self, following: str) -> bool:
        word = _FIRST_WORD.match(following)
        return word is not None and word[0].casefold() in self._months


def _joined(lists: Iterator[Sequence[str]]) -> frozenset[str]:
    return frozenset(word for words in lists for word in words)


@cache
def _rules(language: str) -> SentenceRules:
    return SentenceRules(language)


def sentences(text: str, language: str = "") -> tuple[str, ...]:
    """Split a block into sentences. A colon or semicolon also ends a sentence if a capital or a number follows, because
    policies often chain clauses in this way. The sentences can be joined to the original text again, with a space
    between two sentences, or without a space after a punctuation mark such as "。".
    """
    return _remembered(text, language) if len(text) <= LONG_BLOCK else _split(text, language)


@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str, language: str) -> tuple[str, ...]:
    return _split(text, language)


def forget_sentences() -> None:
    """Forget the sentences of all blocks."""
    _remembered.cache_clear()


def _split(text: str, language: str) -> tuple[str, ...]:
    uncut: list[str] = []
    start = 0
    rules = _rules(language if language in languages_with("sentences") else "")
    for stop in _STOP.finditer(text):
        piece = text[start : stop.start() + 1]
        if rules.ends(piece, stop):
            uncut.append(text[start : stop.end()].rstrip())
            start = stop.end()
    if text[start:]:
        uncut.append(text[start:])
    return tuple(piece for sentence in uncut for piece in (cut(sentence) if len(sentence) > LONGEST else (sentence,)))


def cut(sentence: str) -> Iterator[str]:
    """Yield the pieces of an overlong sentence. It is cut after a comma or semicolon if possible. Because the pieces
    are short, the running time is proportional to the length of the text.
    """
    while len(sentence) > LONGEST:
        clause = max(sentence.rfind(mark, LONGEST // 2, LONGEST) for mark in (", ", "; "))
        end = clause + 1 if clause >= 0 else sentence.rfind(" ", 0, LONGEST)
        if end <= 0:
            break
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence


@cache
def answers() -> frozenset[str]:
    """Return the words of all languages that are a whole answer, such as "yes" and "no"."""
    return _joined(words.answers for _, words in records("sentences", SentenceWords))


@cache
def denials() -> frozenset[str]:
    """Return the answers of all languages that deny the question, such as "no"."""
    return _joined(words.denials for _, words in records("sentences", SentenceWords))
