"""Tests which statements are about sharing or rights. A single word such as "rights" or "sell" does not decide."""

from __future__ import annotations

import pytest

from differ.judgement.relevance import relevance
from differ.language.statements import Statement
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


def subjects(language: str, text: str) -> frozenset[str]:
    """Return the watched subjects of a sentence in a section whose heading says nothing."""
    place = {"path": ("More",), "language": language, "lead": "", "context": "", "block": 0}
    return relevance(Statement(0, "paragraph", text, words=tuple(words(text)), **place))  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "text"), NEITHER)
def test_a_word_in_a_different_sense_is_about_neither_subject(language: str, text: str) -> None:
    assert subjects(language, text) == frozenset()


@pytest.mark.parametrize(("language", "text"), SHARING)
def test_the_same_word_in_a_statement_on_sharing_counts(language: str, text: str) -> None:
    assert "sharing" in subjects(language, text)


@pytest.mark.parametrize(("language", "text"), RIGHTS)
def test_the_same_word_in_a_statement_on_rights_counts(language: str, text: str) -> None:
    assert "rights" in subjects(language, text)
