"""Tests which statements are about sharing or rights. A single word such as "rights" or "sell" does not decide."""

from __future__ import annotations

import pytest

from differ.judgement.relevance import relevance
from differ.language.statements import Statement, StatementKind
from differ.language.words import words

NEITHER = [
    ("en", "We keep order records to resolve disputes and to meet our duties."),
    ("en", "We may need the file for claims or disputes."),
    ("en", "Logs serve to establish our legal rights and to prevent misuse."),
    ("en", "The result must not harm your rights and freedoms."),
    ("en", "We do this to protect the rights and the safety of the club."),
    ("en", "Never share your password with anyone."),
    ("en", "We note what you buy and sell at the market."),
    ("en", "Our newsletter helps us to sell similar products to you."),
    ("en", "By staying a member you consent to the latest changes."),
    ("en", "You can give us access to your calendar so that we can remind you."),
    ("en", "No transmission of data over the internet is fully safe."),
    ("en", "A cookie is a small file that is sent to your browser."),
    ("en", "We use your information to perform analytics and to fix faults."),
    ("en", "This policy explains how we share your data with partners and which rights you have."),
    ("id", "Kebijakan ini menjelaskan bagaimana kami membagikan data Anda kepada mitra."),
    ("id", "Log berguna untuk membela hak kami."),
]
"""Sentences in which a word of sharing or rights means something different."""
SHARING = [
    ("en", "We reveal your data to insurers to resolve disputes."),
    ("en", "We may sell your data to list brokers."),
    ("en", "We give our partners access to your calendar."),
    ("en", "We transmit your data over the internet to advertisers."),
    ("en", "We reserve the right to share your data with sponsors."),
    ("en", "Analytics providers receive your data from us."),
    ("id", "Kami membagikan data Anda kepada mitra."),
]
RIGHTS = [
    ("en", "Write to us if you have a complaint about your personal data."),
    ("en", "You have the right to erase your data."),
    ("en", "To use your rights visit our help page, where you can erase your data."),
    ("en", "To use your legal rights, send a request to our privacy team."),
    ("en", "You may ask us for access to your data."),
    ("en", "Contact customer support to ask for the deletion of your data."),
    ("id", "Anda berhak menghapus data Anda."),
]
ENTRIES = [
    ("en", "Your rights", "", "Loan records, such as the titles that you borrow."),
    ("en", "Rights of people in California", "We collected these kinds of data last year:", "Names and shelf marks."),
    ("en", "Your rights", "", "Last updated in March."),
    ("id", "Hak Anda", "", "Catatan peminjaman, misalnya judul buku."),
    ("id", "Hak Anda", "Kami mengumpulkan data berikut:", "Nama dan nomor rak."),
]
"""Entries of a list under a heading on rights: the language, the heading, the sentence before the list, the entry.
None of them is something that people can do.
"""
OPTIONS = [
    ("en", "Your rights", "You have the right to:", "Ask us for a copy of your loan records."),
    ("en", "Your rights", "You may:", "close your library card."),
    ("en", "Your rights", "", "Right to a copy of your loan records."),
    ("en", "Your rights", "", "You can close your library card at the desk."),
    ("id", "Hak Anda", "Anda berhak untuk:", "meminta salinan catatan peminjaman."),
    ("id", "Hak Anda", "", "Hak untuk meminta salinan catatan peminjaman."),
]
"""Entries of such a list that are a right, or something that people can do."""


def subjects(
    language: str, text: str, heading: str = "More", lead: str = "", kind: StatementKind = "paragraph"
) -> frozenset[str]:
    """Return the watched subjects of a sentence. The heading of its section says nothing, unless one is given."""
    place = {"path": (heading,), "language": language, "lead": lead, "context": "", "block": 0}
    return relevance(Statement(0, kind, text, words=tuple(words(text)), **place))  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "heading", "lead", "text"), ENTRIES)
def test_an_entry_that_offers_nothing_is_not_about_rights(language: str, heading: str, lead: str, text: str) -> None:
    assert "rights" not in subjects(language, text, heading, lead, "item")


@pytest.mark.parametrize(("language", "heading", "lead", "text"), OPTIONS)
def test_an_entry_that_offers_something_is_about_rights(language: str, heading: str, lead: str, text: str) -> None:
    assert "rights" in subjects(language, text, heading, lead, "item")


@pytest.mark.parametrize(("language", "text"), NEITHER)
def test_a_word_in_a_different_sense_is_about_neither_subject(language: str, text: str) -> None:
    assert subjects(language, text) == frozenset()


@pytest.mark.parametrize(("language", "text"), SHARING)
def test_the_same_word_in_a_statement_on_sharing_counts(language: str, text: str) -> None:
    assert "sharing" in subjects(language, text)


@pytest.mark.parametrize(("language", "text"), RIGHTS)
def test_the_same_word_in_a_statement_on_rights_counts(language: str, text: str) -> None:
    assert "rights" in subjects(language, text)
