"""Countries and other territories are recognised by their names in each language that has a list of places."""

from __future__ import annotations

import os

import pytest

from differ.judgement.inventory import inventory
from differ.language.countries import countries, without_place
from languages import languages_with, read_table
from tests.differ.policies import compared, document

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))


@pytest.mark.parametrize("language", languages_with("places"))
@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_every_name_of_a_territory_is_recognised_with_either_apostrophe(language: str, apostrophe: str) -> None:
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
def test_only_the_longest_name_and_whole_words_count(text: str, language: str, codes: list[str]) -> None:
    assert list(countries(text, language)) == codes


NAMED = {
    "en": "## How we share data\n\nWe share your data with these companies:",
    "id": "## Pembagian data\n\nKami membagikan data Anda kepada perusahaan berikut:",
    "fr": "## Partage des données\n\nNous partageons vos données avec ces sociétés :",
    "de": "## Weitergabe\n\nWir geben Ihre Daten an diese Firmen weiter:",
    "es": "## Compartir datos\n\nCompartimos sus datos con estas empresas:",
}
"""Sections that list recipients, by language."""
COMPANY = "Quietcount"


def names_found(language: str, name: str) -> set[str]:
    """Add a name to the recipients in a policy. Return the names that the findings or the inventory then treat as
    companies.
    """
    before, after = f"{NAMED[language]}\n\n- Fernpost\n", f"{NAMED[language]}\n\n- Fernpost\n- {name}\n"
    recipients = inventory(document(after, language)).recipients
    findings = compared(before, after, language).findings
    listed = {recipient.name for recipient in recipients if recipient.kind == "named"}
    return {name for finding in findings if finding.rule == "T1.name"} | (listed - {"Fernpost"})


@pytest.mark.parametrize("language", languages_with("places"))
def test_no_territory_is_mistaken_for_a_company(language: str) -> None:
    places = read_table(language, "places")
    assert places is not None
    names = sorted(name for name in places["territories"].values())
    chosen = names if LONG else [*names[::7], *(name for name in names if "’" in name)]
    spellings = {name.replace("’", apostrophe) for name in chosen for apostrophe in "'’"}
    assert {name for name in spellings if names_found(language, name)} == set()


def test_a_company_in_place_of_a_territory_is_found() -> None:
    assert names_found("en", COMPANY) == {COMPANY}


@pytest.mark.parametrize(
    ("language", "name", "left"),
    [
        ("en", "Larkpost in India", "Larkpost"),
        ("en", "Tamarel Ltd in the United States", "Tamarel Ltd"),
        ("en", "Bank of Norway", "Bank of Norway"),
        ("en", "Larkpost India", "Larkpost India"),
        ("en", "Larkpost", "Larkpost"),
        ("id", "Larkpost di India", "Larkpost"),
        ("id", "Bank Indonesia", "Bank Indonesia"),
    ],
)
def test_the_place_of_a_company_is_not_a_part_of_its_name(language: str, name: str, left: str) -> None:
    assert without_place(name, language) == left
