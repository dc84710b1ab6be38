"""Tests that an explanation does not hide further changed words of its clause."""

from __future__ import annotations

import pytest

from differ.matching.wording import word_edits
from differ.model import Finding, reasons_in, side
from differ.remainder import LONGEST_PIECE, remainder
from tests.differ.policies import compared, policy


def left(before: str, after: str, *quoted: str) -> tuple[list[str], list[str]]:
    """Return the changed words of both texts that are not quoted."""
    edits = word_edits(before, after)
    old, new = side(before, edits, "delete", "en"), side(after, edits, "insert", "en")
    return remainder(old, new, quoted), remainder(new, old, quoted)


def test_changed_words_that_are_not_quoted_are_returned() -> None:
    before, after = "We lend your diary to pilots and divers.", "We lend your diary to pilots only."
    assert left(before, after, "only") == (["and divers"], [])
    assert left(before, after) == (["and divers"], ["only"])
    assert left(before, after, "only", "and divers") == ([], [])


def test_words_of_both_texts_and_words_without_a_meaning_are_not_returned() -> None:
    assert left("We lend it to the pilots of this harbour.", "We lend it to pilots of the harbour.") == ([], [])
    assert left("Pilots get your diary.", "Your diary pilots get.") == ([], [])


def test_a_long_piece_is_shortened() -> None:
    (piece,), _ = left(f"We row {' '.join(f'boat{number}' for number in range(30))}.", "We row.")
    assert piece.endswith(" …")
    assert len(piece.split()) == LONGEST_PIECE + 1


def explained(before: str, after: str, language: str) -> str:
    """Return the explanations of the material findings about an edit."""
    findings: list[Finding] = [
        finding
        for finding in compared(policy(language, before), policy(language, after), language).findings
        if finding.material
    ]
    return " ".join(reasons_in(findings, language))


@pytest.mark.parametrize(
    ("language", "before", "after", "words"),
    [
        (
            "en",
            "We pass your tickets to our ferry partner and to hotels.",
            "We pass your tickets to our ferry partner only.",
            "Also gone here: “and to hotels”.",
        ),
        ("en", "You may object at any time.", "You may object within 30 days.", "“at any time”"),
        ("en", "We send your maps to a printer.", "We send your maps to Larkpost in India.", "new here: “Larkpost”."),
        ("id", "Kami mengirim peta Anda ke percetakan.", "Kami mengirim peta Anda ke Larkpost di India.", "“Larkpost”"),
        (
            "id",
            "Kami memberikan tiket Anda kepada mitra feri kami dan hotel.",
            "Kami memberikan tiket Anda kepada mitra feri kami saja.",
            "“dan hotel”",
        ),
    ],
)
def test_an_explanation_names_the_other_changed_words(language: str, before: str, after: str, words: str) -> None:
    assert words in explained(before, after, language)
