from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.stems import SearchTermsError, match_spans, parse_query, readings, stemmed, stemmed_words


@pytest.mark.parametrize(
    ("word", "language", "stem"),
    [
        ("Sharing", "en", "share"),
        ("membagikan", "id", "bagi"),
        ("dibagikan", "id", "bagi"),
        ("Größe", "und", "grosse"),
        ("Ｆｕｌｌ", "und", "full"),
        ("x" * 100, "und", "x" * 40),
        ("½", "und", "12"),
    ],
)
def test_a_stem_is_in_lower_case_and_short(word: str, language: str, stem: str) -> None:
    assert stemmed(word, language) == stem


@given(st.text(), st.sampled_from(["en", "id", "fr", "de", "und"]))
def test_stems_contain_no_database_syntax(text: str, language: str) -> None:
    assert all(each.isalnum() for word in stemmed_words(text, language) for each in word.stem)


@given(st.text())
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    try:
        asked = parse_query(text)
    except SearchTermsError:
        return
    assert all(phrase for reading in readings(asked) for phrase in reading)


def test_a_match_is_marked_in_the_form_that_the_text_has() -> None:
    text = "We shared it. Third parties, not third persons."
    found = [text[start:end] for start, end in match_spans(text, "en", parse_query('sharing "third party"'))]
    assert found == ["shared", "Third", "parties"]


def test_a_query_is_stemmed_once_for_each_language() -> None:
    assert set(readings(parse_query("data"))) <= {(("data",),), (("dat",),)}
    assert (("share",),) in readings(parse_query("sharing"))
    assert (("sharing",),) in readings(parse_query("sharing"))
