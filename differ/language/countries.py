"""Names of countries, regions and states, in the languages that have a lexicon."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

ENGLISH = "en"
_AND = {"en": "and", "id": "dan", "fr": "et", "de": "und", "es": "y"}
_SHORT = (("St. ", "Saint "), ("Kep. ", "Kepulauan "))
_IN_BRACKETS = re.compile(r" \(.+?\)")
"""The part of a territory's name that distinguishes or explains it: "Myanmar (Burma)"."""


@cache
def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("differ.language.lexicon") / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _names(language: str) -> dict[str, str]:
    """Return the code of each name in a language and in English; a state's name is its code."""
    territories = [
        (spelling, code)
        for tongue in (ENGLISH, language)
        for code, name in _content("territories").get(tongue, {}).items()
        for spelling in _spellings(name, tongue)
    ]
    shortened = {_IN_BRACKETS.sub("", spelling): code for spelling, code in territories}
    ours = {
        name: country["code"]
        for country in _content("countries")["country"]
        for tongue in (ENGLISH, language)
        for name in country["names"].get(tongue, ())
    }
    return (
        shortened | dict(territories) | ours | {state: state for state in _content("countries")["us_states"]["names"]}
    )


def _spellings(name: str, language: str) -> set[str]:
    """Return the spellings of a territory's name in texts, with straight apostrophes."""
    plain = name.replace("’", "'")
    spellings = {plain, plain.replace("&", _AND[language])}
    for short, full in _SHORT:
        spellings |= {spelling.replace(short, full) for spelling in spellings}
    return spellings


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(_names(language), key=lambda name: (-len(name), name))
    written = "|".join(re.escape(name).replace("'", "['’]") for name in names)
    return re.compile(rf"(?<![\w.])(?:{written})(?!\w)")


def countries(text: str, language: str = ENGLISH) -> dict[str, str]:
    """Return the countries, regions and states that a text names: by code, as first written."""
    named: dict[str, str] = {}
    for match in _pattern(language).findall(text):
        named.setdefault(_names(language)[match.replace("’", "'")], match)
    return named


@cache
def regions(path: tuple[str, ...], language: str = ENGLISH) -> frozenset[str]:
    """Return the codes of the countries, regions and states to whose people a section applies, by its headings."""
    return frozenset(code for heading in path for code in countries(heading, language))
