"""Tests words that belong to a concept only in some sentences. For example, the word "rights" in "our rights" does
not mean the reader's rights."""

from __future__ import annotations

import pytest

from differ.language.meaning import Meaning, meaning
from differ.language.words import words


def sense(text: str, language: str) -> Meaning:
    """Return the meaning of a sentence."""
    found = meaning(tuple(words(text)), language)
    assert found is not None
    return found


WAYS = [
    ("en", "You can contact us about this policy."),
    ("en", "Write to our privacy team."),
    ("en", "Requests are taken by phone."),
    ("en", "Use the form at https://lantern.example/form."),
    ("id", "Silakan hubungi kami untuk pertanyaan apa pun."),
    ("id", "Permohonan diterima melalui formulir."),
    ("id", "Kirim surat kepada kami."),
]
NO_WAYS = [
    ("en", "We ask for your phone number and your mailing address."),
    ("en", "When you contact us, we note the time."),
    ("en", "The app shows a dashboard of your trips."),
    ("en", "Friends receive an email that shows the page."),
    ("id", "Kami mencatat nomor telepon Anda."),
    ("id", "Jika Anda menghubungi kami, kami mencatat waktunya."),
    ("id", "Dasbor menampilkan perjalanan terakhir."),
]


@pytest.mark.parametrize(("language", "text"), WAYS)
def test_a_way_to_reach_the_company_is_a_channel(language: str, text: str) -> None:
    assert sense(text, language).has("exercise")


@pytest.mark.parametrize(("language", "text"), NO_WAYS)
def test_words_of_contact_that_do_not_reach_the_company_are_not_a_channel(language: str, text: str) -> None:
    ways = ("exercise.contact", "exercise.email", "exercise.phone", "exercise.post", "exercise.form")
    assert not sense(text, language).has(*ways)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "We take steps to protect our rights."), ("id", "Kami melindungi hak kami.")],
)
def test_rights_of_the_company_are_not_rights_of_the_reader(language: str, text: str) -> None:
    assert not sense(text, language).has("right.rights", "right.grant")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "You keep your rights in your photos."), ("id", "Anda memiliki hak atas data pribadi.")],
)
def test_rights_of_the_reader_are_rights(language: str, text: str) -> None:
    assert sense(text, language).has("right.rights", "right.grant")


def test_a_condition_is_a_choice_only_after_the_words_only_if() -> None:
    assert not sense("If you choose to link two accounts, we show both.", "en").has("optout")
    assert sense("We link two accounts only if you choose to allow it.", "en").has("optout")


@pytest.mark.parametrize("text", ["", "the", "share"])
def test_an_empty_text_and_a_single_word_can_be_read(text: str) -> None:
    assert sense(text, "en").has("share") == (text == "share")
