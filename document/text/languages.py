"""Which language a piece of text is in."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from document.model import UNKNOWN_LANGUAGE

if TYPE_CHECKING:
    from lingua import LanguageDetector

KNOWN = ("en", "id", "fr", "de", "es")
"""Languages that are told apart where none is configured."""
_ENOUGH = 3
"""Common words of a language that a text must have before they decide, and their lead over the next language."""
_LETTERS = 60
"""Letters below which a text takes the language around it."""
_LONG = 300
"""Letters from which a text among others of one language is still asked about by itself."""
_CONFIDENT = 0.6
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th", "GREEK": "el", "HEBREW": "he"}


@cache
def _common() -> dict[str, frozenset[str]]:
    read = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in read["common"].items()}


@cache
def title_words() -> frozenset[str]:
    """Return the words by which a heading names the whole document."""
    read = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
    return frozenset(read["titles"]["words"].split())


def detect_languages(texts: Sequence[str], declared: Sequence[str], page: str, configured: Sequence[str]) -> list[str]:
    """Return the language of each text, in the order of the page.

    `declared` is what the markup says of each text ("" for nothing), `page` what it says of the whole. A configured
    language is asked first, then what is declared, then the words. A text whose words do not tell takes the language
    around it where that is one; where it is not, a model is asked; one too short for that takes the language before
    it, or else the one after. "und" where none fits.
    """
    candidates = tuple(configured) or tuple(dict.fromkeys((*((page,) if page else ()), *KNOWN)))
    found = [_clear(text, said, page, configured, candidates) for text, said in zip(texts, declared, strict=True)]
    clear = [language for language in found if language]
    for place, text in enumerate(texts):
        if found[place] is None and (len(text) > _LONG or len(set(clear)) != 1) and len(text) >= _LETTERS:
            found[place] = _by_model(text, candidates) or _otherwise(page, candidates)
    before: str | None = None
    for place, language in enumerate(found):
        found[place] = before = language or before
    after = next((language for language in found if language), page or UNKNOWN_LANGUAGE)
    return [language or after for language in found]


def _clear(text: str, declared: str, page: str, configured: Sequence[str], candidates: Sequence[str]) -> str | None:
    """Return the language that script, markup or common words show, or None."""
    script = _script(text)
    if script is None:
        return None
    if script != "LATIN":
        return _of_script(script, declared or page, configured)
    if declared and (not configured or declared in configured):
        return declared
    return _by_words(text, candidates) if len(text) >= _LETTERS else None


def _otherwise(page: str, candidates: Sequence[str]) -> str:
    """What is in none of the known languages is in the one that the page declares, if that is another."""
    return page if page and page not in KNOWN and page in candidates else UNKNOWN_LANGUAGE


def _script(text: str) -> str | None:
    """Return the script of most letters, by the first word of their Unicode names; None for hardly any letters."""
    letters = [character for character in text[:2000] if character.isalpha()]
    if len(letters) < 12:
        return None
    if all(letter < "\u0250" for letter in letters):
        return "LATIN"
    scripts = Counter(unicodedata.name(letter, "UNKNOWN").split(" ")[0] for letter in letters)
    return scripts.most_common(1)[0][0]


def _of_script(script: str, said: str, configured: Sequence[str]) -> str:
    of_script = _SCRIPTS.get(script)
    if of_script:
        return of_script if not configured or of_script in configured or said == of_script else UNKNOWN_LANGUAGE
    return said if said and said not in KNOWN else UNKNOWN_LANGUAGE


def _by_words(text: str, candidates: Sequence[str]) -> str | None:
    """Return the language whose common words are clearly the most, or None."""
    words = Counter(word.lower() for word in _WORD.findall(text[:6000]))
    common = _common()
    votes = sorted(((sum(words[word] for word in common[language]), language) for language in KNOWN), reverse=True)
    (most, language), (next_most, _) = votes[0], votes[1]
    clear = most >= _ENOUGH and most >= 2 * next_most + 1 and most >= 0.08 * sum(words.values())
    if not clear:
        return None
    return language if language in candidates else UNKNOWN_LANGUAGE


def _by_model(text: str, candidates: Sequence[str]) -> str | None:
    detector = _detector(frozenset(candidates) & frozenset(KNOWN) if len(candidates) > 1 else frozenset(KNOWN))
    best = detector.compute_language_confidence_values(text[:2000])[0]
    if best.value < _CONFIDENT:
        return None
    language = best.language.iso_code_639_1.name.lower()
    return language if language in candidates else UNKNOWN_LANGUAGE


@cache
def _detector(languages: frozenset[str]) -> LanguageDetector:
    # Imported here: the models of five languages take most of a second and 150 MB, and words nearly always decide.
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    wanted = sorted(languages if len(languages) > 1 else frozenset(KNOWN))
    codes = [IsoCode639_1.from_str(language.upper()) for language in wanted]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
