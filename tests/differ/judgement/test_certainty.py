"""Tests that an explanation claims what an edit means only if the whole sentence was read."""

from __future__ import annotations

import pytest

from differ.explanation import Explanation, stored_explanation
from differ.model import reasons_in
from tests.differ.policies import compared, policy


def explained(language: str, before: str, after: str) -> str:
    """Return the explanations of the material findings about an edit."""
    findings = compared(policy(language, before), policy(language, after), language).findings
    return " ".join(reasons_in([finding for finding in findings if finding.material], language))


@pytest.mark.parametrize(
    ("language", "before", "after", "said"),
    [
        ("en", "", "We pass your address to couriers.", "someone who may get data: “couriers”"),
        ("en", "", "Our partners receive your address.", "someone who may get data: “partners”"),
        ("en", "", "You have the right to object to adverts.", "mentions here the right to object"),
        ("en", "We hand your file to lenders.", "", "No longer named here as someone who may get data: “lenders”"),
        ("id", "", "Kami memberikan alamat Anda kepada perusahaan kurir.", "dapat menerima data: “kurir”"),
        ("id", "", "Anda berhak mengajukan keberatan atas iklan.", "hak untuk mengajukan keberatan"),
    ],
)
def test_a_sentence_that_was_read_is_explained(language: str, before: str, after: str, said: str) -> None:
    assert said in explained(language, before, after)


@pytest.mark.parametrize(
    ("language", "before", "after", "said"),
    [
        (
            "en",
            "",
            "As we have no such files, there is nothing to disclose to third parties.",
            "A passage is new: “As we have no such files, there is nothing to disclose to third parties”.",
        ),
        (
            "en",
            "Nothing in this notice limits the right of the harbour to close access to the quay.",
            "",
            "A passage is gone: “Nothing in this notice limits the right of the harbour to close access to the quay”.",
        ),
    ],
)
def test_words_alone_are_only_quoted(language: str, before: str, after: str, said: str) -> None:
    assert explained(language, before, after) == said


def test_words_of_both_texts_are_neither_new_nor_gone() -> None:
    partners = Explanation("T1.recipient/recipient/added", new=("partners",))
    finding = compared(
        policy("en", "We share it with partners."), policy("en", "We share it with brokers."), "en"
    ).findings[0]
    before, after = finding.sides
    said = partners.in_language("en", before, after)
    assert said == "The wording of this passage changed: “We share it with partners” became “We share it with brokers”."


def test_a_doubt_is_stored() -> None:
    further = Explanation("T2.data/data/added", new=("photos",))
    doubted = Explanation("T1.recipient/recipient/added", new=("third parties",), certain=False, also=(further,))
    assert stored_explanation(doubted.code, doubted.facts()) == doubted
    assert "third parties" in doubted.in_language("en")
