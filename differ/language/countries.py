"""Recognises names of countries, regions and states, in the languages that have a file of places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from differ.language.lexicon import Lexicon, load_lexicon
from languages import read_record

ENGLISH = "en"
"""The place names of this language are known in texts of every language."""
_IN_BRACKETS = re.compile(r" \(.+?\)")
"""Matches the part of a territory's name in brackets, as in "Myanmar (Burma)"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The names of places in one language. They come from the `places.toml` of that language."""

    ampersand: str
    """The word for "&" in a name."""
    short: Mapping[str, str]
    """Short forms at the beginning of a name, each with its full form."""
    regions: Mapping[str, Sequence[str]]
    """Names of regions, by code. Regions are searched for before territories."""
    territories: Mapping[str, str]
    states: Sequence[str] = ()
    """Names of states. The name of a state is also used as its code."""


@cache
def _names(language: str) -> Mapping[str, str]:
    """Return the code for each name in a language and in English. The code of a state is its name."""
    known = [read for tongue in (ENGLISH, language) if (read := read_record(tongue, "places", Places))]
    territories = {name: code for places in known for name, code in _territories(places)}
    shortened = {_IN_BRACKETS.sub("", name): code for name, code in territories.items()}
    regions = {name: code for places in known for code, names in places.regions.items() for name in names}
    states = {state: state for places in known for state in places.states}
    return MappingProxyType(shortened | territories | regions | states)


def _territories(places: Places) -> Iterator[tuple[str, str]]:
    """Yield the spellings of each territory's name, with straight apostrophes, and its code."""
    for code, name in places.territories.items():
        plain = name.replace("’", "'")
        spellings = {plain, plain.replace("&", places.ampersand)}
        for short, full in places.short.items():
            spellings |= {spelling.replace(short, full) for spelling in spellings}
        yield from ((spelling, code) for spelling in spellings)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(_names(language), key=lambda name: (-len(name), name))
    written = "|".join(re.escape(name).replace("'", "['’]") for name in names)
    return re.compile(rf"(?<![\w.])(?:{written})(?!\w)")


def countries(text: str, language: str = ENGLISH) -> dict[str, str]:
    """Return the countries, regions and states in a text. The key is the code, and the value is the first mention as
    written."""
    named: dict[str, str] = {}
    for match in _pattern(language).findall(text):
        named.setdefault(_names(language)[match.replace("’", "'")], match)
    return named


def without_place(name: str, language: str = ENGLISH) -> str:
    """Return a name without the place at its end: "Larkpost in India" becomes "Larkpost". Without a word such as "in",
    the place is a part of the name: "Bank Indonesia"."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        return name
    for land in countries(name, language).values():
        left = name.removesuffix(land).split() if name.endswith(land) else []
        if end := place_word(left, lexicon):
            return " ".join(left[:end])
    return name


def place_word(words: Sequence[str], lexicon: Lexicon) -> int | None:
    """Return the index of the word such as "in" with which words before a place end. An article may follow it. Return
    None if they do not end with such a word.
    """
    linking = lexicon.function_words - lexicon.places
    last = next((index for index in range(len(words) - 1, -1, -1) if words[index] not in linking), None)
    return last if last is not None and words[last] in lexicon.places else None


@cache
def regions(path: tuple[str, ...], language: str = ENGLISH) -> frozenset[str]:
    """Return the codes of the countries, regions and states in a section's headings. The section applies to the people
    who live there."""
    return frozenset(code for heading in path for code in countries(heading, language))
