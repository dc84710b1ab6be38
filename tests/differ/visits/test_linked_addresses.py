"""Tests addresses that are the text of a link. Such an address counts as a link and not as words of the policy."""

from __future__ import annotations

import pytest

from differ.visits.assessment import Assessment
from document.model import Page
from tests.differ.visits.test_counting_text import assessed, page

SENTENCES = {
    "en": ("More about our lamps is at {}.", "You can opt out at {} at any time."),
    "id": (
        "Keterangan lain tentang lampu kami ada di {}.",
        "Anda dapat menarik persetujuan Anda kapan saja melalui {}.",
    ),
    "de": ("Mehr über unsere Lampen steht unter {}.", "Sie können jederzeit unter {} widersprechen."),
    "fr": ("Vous en saurez plus sur nos lampes à l'adresse {}.", "Vous pouvez vous y opposer à tout moment sur {}."),
    "es": ("Hay más sobre nuestras lámparas en {}.", "Usted puede oponerse en cualquier momento en {}."),
}
languages = pytest.mark.parametrize("language", SENTENCES)
HERE, MOVED, ELSEWHERE = "https://lamp.example/light", "https://lamp.example/lamps/light", "https://bulb.example/light"


def with_address(language: str, sentence: str, address: str, text: str = "") -> Page:
    link = f"<a href='{address}'>{text or address}</a>"
    body = page(language, [], "title").body.decode()
    return Page(body.replace("</h1>", f"</h1><p>{sentence.format(link)}</p>", 1).encode(), "text/html; charset=utf-8")


def compared(language: str, sentence: str, before: str, after: str, new_sentence: str = "") -> Assessment:
    texts = with_address(language, sentence, before), with_address(language, new_sentence or sentence, after)
    return assessed(*texts, language)


@languages
@pytest.mark.parametrize("after", [MOVED, ELSEWHERE])
def test_a_changed_address_makes_no_version(language: str, after: str) -> None:
    assert compared(language, SENTENCES[language][0], HERE, after).outcome == "unchanged"


@languages
def test_an_address_without_https_counts_as_an_address(language: str) -> None:
    before, after = (
        with_address(language, SENTENCES[language][0], address, address.removeprefix("https://"))
        for address in (HERE, MOVED)
    )
    assert assessed(before, after, language).outcome == "unchanged"


@languages
def test_a_new_address_for_a_right_on_the_same_site_is_quiet(language: str) -> None:
    found = compared(language, SENTENCES[language][1], HERE, MOVED)
    assert found.comparison is None or not found.comparison.findings


@languages
def test_a_new_address_for_a_right_on_another_site_is_material(language: str) -> None:
    found = compared(language, SENTENCES[language][1], HERE, ELSEWHERE)
    assert found.comparison is not None
    assert found.comparison.material


@languages
def test_changed_words_beside_an_address_are_judged(language: str) -> None:
    more, right = SENTENCES[language]
    found = compared(language, more, HERE, MOVED, right)
    assert found.comparison is not None
    assert found.comparison.findings


def test_an_address_in_a_section_on_rights_makes_a_version_only_if_its_site_changes() -> None:
    def under_rights(address: str) -> Page:
        body = page("en", [], "title").body.decode()
        link = f"<p>The form: <a href='{address}'>{address}</a></p></main>"
        return Page(body.replace("</main>", link).encode(), "text/html; charset=utf-8")

    assert assessed(under_rights(HERE), under_rights(MOVED), "en").outcome == "unchanged"
    assert assessed(under_rights(HERE), under_rights(ELSEWHERE), "en").outcome == "changed"


def test_two_sentences_that_differ_only_in_their_addresses_are_not_confused() -> None:
    body = page("en", [], "title").body.decode()
    steps = "".join(f"<p>Visit <a href='{HERE}/{step}'>{HERE}/{step}</a> to exercise your rights.</p>" for step in "ab")
    before = body.replace("</h1>", f"</h1>{steps}", 1)
    after = before.replace("</h1>", "</h1><p>The lamps are lit at dusk.</p>", 1)
    old, new = (Page(text.encode(), "text/html; charset=utf-8") for text in (before, after))
    comparison = assessed(old, new, "en").comparison
    assert comparison is not None
    assert not comparison.material
    assert [piece for piece in comparison.suppressed if piece.reason == "link"] == []
