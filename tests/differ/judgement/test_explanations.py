"""Tests that the sentence about an edit is true of both texts. A right that is given is not called a condition, and a
promise is not called a disclosure."""

from __future__ import annotations

import pytest

from differ.model import Finding
from tests.differ.policies import edited, table

SENTENCES = {
    "a sentence that denies a right is new": ("A right is now denied: “", "Hak kini ditolak: “"),
    "a sentence that denies a right is gone": ("or is no longer denied: “", "atau tidak lagi ditolak: “"),
    "a denied right is granted for some days": ("A right is now granted,", "Hak kini diberikan,"),
    "a right with a deadline is new": ("The policy now mentions a right, with", "Hak kini disebut, dengan syaratnya"),
    "a right with a deadline is gone": ("A statement on a right, with its", "Ketentuan tentang hak, beserta syaratnya"),
    "a sale gives way to a promise not to share": (
        "A statement on selling or renting data was removed",
        "Ketentuan tentang penjualan atau penyewaan data hilang",
    ),
    "a promise not to share is new": ("The policy now excludes giving data away", "Pemberian data kini dilarang"),
    "a promise not to share is gone": ("A promise not to give data away was removed", "Janji untuk tidak memberikan"),
    "sharing without consent is new": ("sharing data does not need consent: “", "tidak memerlukan persetujuan: “"),
    "sharing without consent is gone": ("or is no longer said not to need", "atau tidak lagi dinyatakan tidak perlu"),
}
"""The words that explain an edit, in English and Indonesian, by the name of the case in `sentences/`."""


def explained(language: str, name: str) -> list[Finding]:
    """Return the findings about the edit with this name."""
    (case,) = (case for case in table(language)["material"] if case["is"] == name)
    return [finding for finding in edited(language, case).findings if finding.rule == case["rule"]]


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_says_what_the_edit_did(language: str, name: str) -> None:
    english, indonesian = SENTENCES[name]
    (finding,) = explained(language, name)
    assert english in finding.reason
    assert indonesian in finding.reason_in("id")
    assert "“”" not in finding.reason
    assert "“—”" not in finding.reason
