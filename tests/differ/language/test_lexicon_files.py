"""Tests what every lexicon file must contain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from differ.language.lexicon import load_lexicon
from differ.language.words import words
from languages import languages_with, read_table

LANGUAGES = languages_with("lexicon")
OTHERS = tuple(language for language in LANGUAGES if language != "en")


def content(language: str, file: str = "lexicon") -> Mapping[str, Any]:
    table = read_table(language, file)
    assert table is not None
    return table


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("table", ["concepts", "headings", "persons", "numbers", "dates"])
def test_every_language_has_the_keys_of_the_english_lexicon(language: str, table: str) -> None:
    assert content(language)[table].keys() == content("en")[table].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lexicon_loads(language: str) -> None:
    known = load_lexicon(language)
    assert known is not None
    assert known.language == language
    assert known.spelled(["x"]) == ["x"]
    assert known.synonyms.rewrite(["x"]) == ["x"]


@pytest.mark.parametrize("language", OTHERS)
def test_no_phrase_has_two_meanings(language: str) -> None:
    """If a phrase were in two rows of synonyms, the two rows would count as one meaning."""
    rows = content(language)["synonyms"]["groups"]
    homes: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        for phrase in row:
            assert homes.setdefault(tuple(words(phrase)), number) == number, phrase


@pytest.mark.parametrize("language", OTHERS)
def test_all_phrases_in_a_row_of_synonyms_are_read_as_one_phrase(language: str) -> None:
    """Spellings are unified before synonyms are looked up. So a row of synonyms must use unified spellings."""
    known = load_lexicon(language)
    assert known is not None
    for row in content(language)["synonyms"]["groups"]:
        read = {" ".join(known.synonyms.rewrite(known.spelled(words(phrase)))) for phrase in row}
        assert len(read) == 1, row


@pytest.mark.parametrize("language", OTHERS)
def test_words_that_can_reverse_a_sentence_are_never_function_words(language: str) -> None:
    known = load_lexicon(language)
    assert known is not None
    operators = ("negation", "limiter", "modality", "scope", "consent")
    taken = {
        word: mention.concept
        for word in known.function_words
        for mention in known.concepts.find([word])
        if mention.concept.startswith(operators)
    }
    assert not taken


@pytest.mark.parametrize("language", OTHERS)
def test_a_row_of_synonyms_has_words_of_one_legal_effect(language: str) -> None:
    """For example, if one phrase of a row is about consent, all phrases of the row must be about consent. The same
    applies to negations, to words such as "may" and "will", and to limits.
    """
    known = load_lexicon(language)
    assert known is not None
    operators = ("negation", "modality", "consent", "limiter")
    for row in content(language)["synonyms"]["groups"]:
        classes = {
            frozenset(m.concept for m in known.concepts.find(words(phrase)) if m.concept.startswith(operators))
            for phrase in row
        }
        assert len(classes) == 1, row


def regions() -> list[tuple[str, str]]:
    """Return the names of regions and countries in all languages, each with its code."""
    tables = [content(language, "places") for language in languages_with("places")]
    return [(name, code) for table in tables for code, names in table["regions"].items() for name in names]


def test_each_name_stands_for_one_country() -> None:
    homes: dict[str, str] = {}
    for name, code in regions():
        assert homes.setdefault(name, code) == code, name


def test_the_regions_are_the_same_in_every_language() -> None:
    codes = {language: set(content(language, "places")["regions"]) for language in languages_with("places")}
    assert all(known == codes["en"] for known in codes.values())


@pytest.mark.parametrize("name", ["US", "AS", "IN", "IT", "Chad", "Georgia", "America"])
def test_words_with_other_meanings_are_not_listed_as_names_of_countries(name: str) -> None:
    assert name not in dict(regions())


def test_all_states_of_the_united_states_are_listed() -> None:
    """The list has fifty states and the District of Columbia."""
    assert len(set(content("en", "places")["states"])) == 51
