"""Names of countries, regions and states, in the languages that have a lexicon."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

ENGLISH = "en"


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads((resources.files("differ.language.lexicon") / "countries.toml").read_text(encoding="utf-8"))


@cache
def _names(language: str) -> dict[str, str]:
    """Return the code of each name in a language and in English; a state is its own code."""
    codes = {
        name: country["code"]
        for country in _content()["country"]
        for tongue in (ENGLISH, language)
        for name in country["names"].get(tongue, ())
    }
    return codes | {state: state for state in _content()["us_states"]["names"]}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(_names(language), key=lambda name: (-len(name), name))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?!\w)")


def countries(text: str, language: str = ENGLISH) -> dict[str, str]:
    """Return the countries, regions and states that a text names: by code, as first written."""
    found: dict[str, str] = {}
    for match in _pattern(language).findall(text):
        found.setdefault(_names(language)[match], match)
    return found


@cache
def regions(path: tuple[str, ...], language: str = ENGLISH) -> frozenset[str]:
    """Return the codes of the countries, regions and states whose people a section speaks of, by its headings."""
    return frozenset(code for heading in path for code in countries(heading, language))
