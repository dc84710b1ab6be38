"""Detects the language of a piece of text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from document.model import UNKNOWN_LANGUAGE
from document.text.prose import reads_like_prose
from languages import languages_with, records

if TYPE_CHECKING:
    from lingua import LanguageDetector

_ENOUGH = 3
"""Minimum number of different common words in a text. With fewer common words of a language, these words do not decide
on the text's language.
"""
_OWN = 2
"""Minimum number of different words of a language that its neighbours write differently. So many words distinguish the
language from its neighbours.
"""
_LETTERS = 60
"""Minimum number of characters of a text whose language is detected. A shorter text gets the language of the text
around it.
"""
_LONG = 300
"""Minimum number of characters of a text that may differ in language from the rest of its page."""
_MAIN = 0.1
"""Minimum share of a page's text that is in a main language of the page."""
_FEW = 0.04
"""Minimum share of common words of a language in a text. A text with a smaller share may be in a different language."""
_CONFIDENT = 0.6
_SURE = 0.8
"""Minimum confidence of the model. If the model is less sure, the common words count more than its answer."""
_PLAUSIBLE = 0.2
"""Minimum confidence of the model in an expected language, as a share of its confidence in the best language."""
_ASKED = 5000
"""Maximum number of characters of a text that the model reads."""
_WORD = re.compile(r"[^\W\d_]+")
_SUBTAG = re.compile(r"[a-z]{2,3}")
_SCRIPTS = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th", "GREEK": "el", "HEBREW": "he"}


@dataclass(frozen=True, slots=True)
class LanguageSigns:
    """Signs of a language, from its `detection.toml`."""

    common: str
    """Frequent short words."""
    titles: str
    """Words that name the whole document in a heading, such as "policy"."""
    neighbours: str
    """Codes of languages that share many of the common words."""
    own: str = ""
    """Words that the neighbours write differently, such as "telepon" (Malay: "telefon")."""


@cache
def _signs() -> Mapping[str, LanguageSigns]:
    return dict(records("detection", LanguageSigns))


@cache
def _common() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(signs.common.split()) for language, signs in _signs().items()}


def is_listed(language: str) -> bool:
    """Whether a language has a list of common words. Such a language is recognised without a model."""
    return language in languages_with("detection")


@cache
def title_words() -> frozenset[str]:
    """Return the words that name the whole document in a heading, in all languages."""
    return frozenset(word for signs in _signs().values() for word in signs.titles.split())


def detect_languages(texts: Sequence[str], declared: Sequence[str], page: str, configured: Sequence[str]) -> list[str]:
    """Return the language of each text, in the order of the page.

    `declared` is the language that the markup states for each text, or "". `page` is the language of the whole page.
    The expected languages are the configured languages, or the page's language if none are configured. The script and
    the markup decide first. The common words decide next. A model checks a text if its common words do not fit the
    expected languages, or if several languages share these words. A text that shows no language gets the language of
    the text around it. The result is "und" if no language fits, or if the language is not one of the configured
    languages.
    """
    expected = tuple(configured) or ((page,) if _SUBTAG.fullmatch(page) else ())
    languages = [_shown(text, markup, expected, configured) for text, markup in zip(texts, declared, strict=True)]
    _vote(languages, texts, expected)
    _ask_about_rest(languages, texts, expected)
    filled = _filled(languages, page)
    return [language if not configured or language in configured else UNKNOWN_LANGUAGE for language in filled]


def _shown(text: str, declared: str, expected: Sequence[str], configured: Sequence[str]) -> str | None:
    """Return the language that the script or the markup of a text shows, or None."""
    script = _script(text)
    if script is None:
        return None
    if declared and (not configured or declared in configured):
        return declared
    if script == "LATIN":
        return None
    if script in _SCRIPTS:
        return _SCRIPTS[script]
    fitting = [language for language in expected if not is_listed(language) and language not in _in_latin_letters()]
    return fitting[0] if len(fitting) == 1 else _by_model(text, fitting) or UNKNOWN_LANGUAGE


def _script(text: str) -> str | None:
    """Return the script of most letters in a text, such as "LATIN"; None if the text has hardly any letters.

    The script is the first word of a letter's Unicode name.
    """
    letters = list(filter(str.isalpha, text[:2000]))
    if len(letters) < 12:
        return None
    if max(letters) < "\u0250":
        return "LATIN"
    scripts = Counter(unicodedata.name(letter, "UNKNOWN").split(" ")[0] for letter in letters)
    return scripts.most_common(1)[0][0]


def _vote(languages: list[str | None], texts: Sequence[str], expected: Sequence[str]) -> None:
    """Set the language of each text whose common words clearly belong to one language."""
    votes = [
        _by_words(text) if language is None and len(text) >= _LETTERS else None
        for language, text in zip(languages, texts, strict=True)
    ]
    undecided = [text for language, text in zip(languages, texts, strict=True) if language is None]
    for vote in dict.fromkeys(filter(None, votes)):
        numbers = [number for number, other in enumerate(votes) if other == vote]
        shown = _has_own_words(vote, undecided)
        language = vote if shown else _checked(vote, " ".join(texts[number] for number in numbers), expected)
        for number in numbers:
            languages[number] = language


def _has_own_words(language: str, texts: Iterable[str]) -> bool:
    """Whether texts have several words that distinguish a language from its neighbours. A model takes short Indonesian
    texts for Malay.
    """
    own = set(_signs()[language].own.split())
    return bool(own) and len(own.intersection(word.lower() for text in texts for word in _WORD.findall(text))) >= _OWN


def _by_words(text: str) -> str | None:
    """Return the language whose common words are clearly the most frequent in a text, or None."""
    words = Counter(map(str.lower, _WORD.findall(text[:6000])))
    common = _common()
    counts = {language: sum(words[word] for word in words.keys() & listed) for language, listed in common.items()}
    votes = sorted(((count, language) for language, count in counts.items()), reverse=True)
    (most, language), (next_most, _) = votes[0], votes[1]
    various = len(words.keys() & common[language]) >= _ENOUGH
    clear = various and most >= 2 * next_most + 1 and most >= 0.08 * sum(words.values())
    return language if clear else None


def _checked(vote: str, text: str, expected: Sequence[str]) -> str:
    """Return the language of texts whose common words show the language `vote`.

    A model may choose an expected language or a neighbour of `vote` instead.
    """
    if vote in expected:
        return vote
    others = [language for language in expected if not is_listed(language)]
    neighbours = _signs()[vote].neighbours.split()
    if not (neighbours or others):
        return vote
    unasked = [language for language in others if language not in _supported()]
    if neighbours and unasked:
        return unasked[0]
    return _by_model(text, (vote, *neighbours, *others), others, least=_SURE) or vote


def _ask_about_rest(languages: list[str | None], texts: Sequence[str], expected: Sequence[str]) -> None:
    """Set the language of longer texts that show no language.

    If only one language is expected, and it has no list of common words, the texts get this language. Otherwise a model
    decides.
    """
    clear = _main_languages(languages, texts)
    alone = expected[0] if len(expected) == 1 and not is_listed(expected[0]) else None
    for number, text in enumerate(texts):
        if languages[number] is not None or len(text) < _LETTERS:
            continue
        if not clear or _speaks_otherwise(text, clear):
            languages[number] = alone or _by_model(text, (), expected) or UNKNOWN_LANGUAGE
        elif len(clear) > 1:
            languages[number] = _by_model(text, clear)


def _main_languages(languages: Sequence[str | None], texts: Sequence[str]) -> frozenset[str]:
    """Return the main languages of a page. They are the languages with a large enough share of its text."""
    amounts: Counter[str] = Counter()
    for language, text in zip(languages, texts, strict=True):
        if language:
            amounts[language] += len(text)
    return frozenset(language for language, amount in amounts.items() if amount >= _MAIN * amounts.total())


def _speaks_otherwise(text: str, languages: Iterable[str]) -> bool:
    """Return whether the language of a text may differ from the language of its page.

    This is so if the text is long, has sentences, and has hardly any common words of the page's languages.
    """
    if len(text) <= _LONG or not reads_like_prose(text):
        return False
    words = [word.lower() for word in _WORD.findall(text[:6000])]
    common = [_common().get(language, frozenset()) for language in languages]
    return all(sum(word in listed for word in words) < _FEW * len(words) for listed in common)


def _filled(languages: Sequence[str | None], page: str) -> list[str]:
    """Return the languages without None. Each None is replaced by the last language before it, or otherwise by the
    first language after it.
    """
    first = next((language for language in languages if language), page or UNKNOWN_LANGUAGE)
    filled: list[str] = []
    for language in languages:
        filled.append(language or (filled[-1] if filled else first))
    return filled


def _by_model(
    text: str, candidates: Iterable[str] = (), expected: Sequence[str] = (), least: float = _CONFIDENT
) -> str | None:
    """Return the language that a model recognises, or None if the model is not sure.

    Only the candidates are considered. If there are no candidates, all languages are considered.
    """
    wanted = frozenset(candidates) & _supported() or _supported()
    if len(wanted) == 1:
        return next(iter(wanted))
    confidence = _confidence(text[:_ASKED], wanted)
    best = max(confidence, key=lambda language: (confidence[language], language))
    for language in expected:
        if confidence.get(language, 0.0) > 0 and confidence[language] >= _PLAUSIBLE * confidence[best]:
            return language
    return best if confidence[best] >= least else None


@lru_cache(maxsize=256)
def _confidence(text: str, languages: frozenset[str]) -> Mapping[str, float]:
    """Return the model's confidence in each of the languages. Two versions of a policy share most texts."""
    values = _detector(languages).compute_language_confidence_values(text)
    return {value.language.iso_code_639_1.name.lower(): value.value for value in values}


@cache
def _in_latin_letters() -> frozenset[str]:
    from lingua import Language

    return frozenset(language.iso_code_639_1.name.lower() for language in Language.all_with_latin_script())


@cache
def _supported() -> frozenset[str]:
    from lingua import Language

    return frozenset(language.iso_code_639_1.name.lower() for language in Language.all())


@cache
def _detector(languages: frozenset[str]) -> LanguageDetector:
    # Imported here because loading the models takes seconds and 60 MB, and the common words nearly always decide.
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [IsoCode639_1.from_str(language.upper()) for language in sorted(languages)]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
