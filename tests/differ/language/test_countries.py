"""Territories are known by their names in each language with a lexicon."""

from __future__ import annotations

import pytest

from differ.language.countries import countries
from languages import languages_with, read_table


@pytest.mark.parametrize("language", languages_with("places"))
@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_every_territory_is_known_by_its_name_with_either_apostrophe(language: str, apostrophe: str) -> None:
    places = read_table(language, "places")
    assert places is not None
    names = {code: name.replace("’", apostrophe) for code, name in places["territories"].items()}
    assert len(names) == 257
    known = {code: countries(f"Lantern ({name}) - {name}, {name}.", language) for code, name in names.items()}
    wrong = {code: found for code, found in known.items() if list(found) != [code]}
    assert wrong.keys() <= {"GE"}, "Georgia is taken for the state"
    assert all(countries(name, language) for name in names.values())


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("Our host in Côte d'Ivoire, and one in Cote d'Azur", "en", ["CI"]),
        ("servers in Myanmar and Trinidad and Tobago", "en", ["MM", "TT"]),
        ("staff in Burma, St. Lucia and Saint Lucia", "en", ["MM", "LC"]),
        ("New Jersey, Jersey and Papua New Guinea", "en", ["New Jersey", "JE", "PG"]),
        ("kantor di Bosnia dan Herzegovina serta Kepulauan Cocos", "id", ["BA", "CC"]),
        ("nos bureaux en Trinité-et-Tobago", "fr", ["TT"]),
        ("unsere Büros in Bosnien und Herzegowina und im Tschad", "de", ["BA", "TD"]),
        ("nuestra oficina en Antigua y Barbuda", "es", ["AG"]),
        ("the chadian cook and the nigerian baker of Jerseyville", "en", []),
        ("a company of Turkeyfield Ltd.", "en", []),
    ],
)
def test_the_longest_name_counts_and_whole_words_alone(text: str, language: str, codes: list[str]) -> None:
    assert list(countries(text, language)) == codes
